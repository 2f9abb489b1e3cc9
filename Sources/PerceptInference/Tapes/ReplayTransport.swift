import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Answers requests from a tape, in-process and without a network.
public struct ReplayTransport: HTTPTransport {
    private let player: TapePlayer

    /// Creates a transport that checks the media type of uploads against the tape, without decoding them.
    public init(_ tape: Tape) {
        player = TapePlayer(tape)
    }

    /// Creates a transport that checks uploads after `describe` has decoded them; see ``TapePlayer``.
    package init(_ tape: Tape, describingUploads describe: UploadDescriber?) {
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
