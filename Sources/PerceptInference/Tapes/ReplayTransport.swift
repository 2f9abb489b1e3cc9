import Foundation
import HTTPTypes

/// Answers requests from a tape, in-process and without a network.
public struct ReplayTransport: HTTPTransport {
    private let player: TapePlayer

    /// Creates a transport.
    ///
    /// - Parameters:
    ///   - tape: The responses.
    ///   - describe: Decodes uploads to check them against the tape; see ``TapePlayer``.
    public init(_ tape: Tape, describingUploads describe: UploadDescriber? = nil) {
        player = TapePlayer(tape, describingUploads: describe)
    }

    /// Always false.
    public var reachesNetwork: Bool { false }

    /// Returns the response of the tape to a request.
    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
        guard !Task.isCancelled else { throw TransportError(.cancelled, problem: "cancelled") }
        let answer = player.answer(TapeRequest(request))
        guard answer.body.count <= request.responseByteLimit else { throw .answerTooLarge(request.responseByteLimit) }
        return TransportReply(status: answer.status, headers: answer.headers, body: answer.body)
    }
}

extension TapeRequest {
    init(_ request: TransportRequest) {
        let path = request.url.path(percentEncoded: true)
        let query = request.url.query(percentEncoded: true).map { "?\($0)" } ?? ""
        self.init(
            method: request.method.rawValue, path: (path.isEmpty ? "/" : path) + query,
            contentType: request.headers[.contentType], body: request.body)
    }
}
