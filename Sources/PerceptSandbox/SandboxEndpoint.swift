import FlyingSocks
public import Foundation
import HTTPTypes
public import PerceptInference

/// A loopback endpoint that replays a tape over real sockets and checks what is uploaded to it.
///
/// It answers what the tape says and nothing else; it does no inference, and says so in the `server` header of every
/// answer. Uploads are decoded to the end; what they are goes into the `x-percept-upload` header and to `onRequest`. It fails
/// where a ``FaultPlan`` has it fail.
///
///     let endpoint = try await SandboxEndpoint.start(tape: tape)
///     let client = InferenceClient(token: nil, endpoint: .url(endpoint.url))
///     …
///     await endpoint.stop()
public final class SandboxEndpoint: Sendable {
    /// What happened to one request.
    public struct RequestReport: Sendable, Hashable, CustomStringConvertible {
        public var method: String
        /// As on the wire, with the query.
        public var path: String
        /// `nil` when a fault kept the answer back.
        public var status: Int?
        public var contentType: String?
        /// The size of the request's body.
        public var byteCount: Int
        /// What was uploaded, where there was a recording or picture.
        public var upload: UploadDescription?
        /// Why the tape's answer was not given.
        public var problem: String?
        /// What was done to the answer on purpose.
        public var fault: SandboxFault.Kind?

        /// One line: `POST /hf-inference/models/… 200 ← audio/flac 16000 Hz 1 channel 16 bit 51200 frames 3.2 s`.
        public var description: String {
            let body = upload?.description ?? "\(contentType ?? "no Content-Type"), \(byteCount) bytes"
            let outcome = [status.map { "\($0)" } ?? "no answer", fault.map { "(fault: \($0.rawValue))" }]
            return "\(method) \(path) \(outcome.compactMap(\.self).joined(separator: " ")) ← \(body)"
                + (problem.map { ": \($0)" } ?? "")
        }
    }

    /// The base for `InferenceEndpoint.url(_:)`: `http://127.0.0.1:PORT/hf-inference`.
    public let url: URL
    public let port: UInt16
    private let server: Task<Void, Never>

    private init(url: URL, port: UInt16, server: Task<Void, Never>) {
        self.url = url
        self.port = port
        self.server = server
    }

    deinit {
        server.cancel()
    }

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - tape: what is answered.
    ///   - address: an address of this machine's loopback interface, 127.0.0.0/8.
    ///   - port: 0 for a free one.
    ///   - requestByteLimit: larger bodies are answered with 413 and not held.
    ///   - faults: the requests that fail, and how; none when left out.
    ///   - onRequest: called for each answered request, from many tasks at once.
    /// - Throws: ``SandboxError`` when `address` is not of the loopback interface, or the port is taken.
    public static func start(
        tape: Tape, address: String = "127.0.0.1", port: UInt16 = 0, requestByteLimit: Int = 64 << 20,
        faults: FaultPlan = FaultPlan([]), onRequest: (@Sendable (RequestReport) -> Void)? = nil
    ) async throws(SandboxError) -> SandboxEndpoint {
        let (socket, url, port) = try listen(address: address, port: port)
        let responder = Responder(
            player: TapePlayer(tape, describingUploads: UploadDecoding.describe), faults: faults,
            requestByteLimit: requestByteLimit, onRequest: onRequest)
        let server = Server(listener: socket, responder: responder)
        do {
            try await server.prepare()
        } catch {
            try? socket.close()
            throw SandboxError(problem: "the endpoint cannot wait for connections: \(error.localizedDescription)")
        }
        return SandboxEndpoint(url: url, port: port, server: Task { await server.run() })
    }

    /// Stops listening, ends all connections, and returns when that is done.
    public func stop() async {
        server.cancel()
        await server.value
    }

    /// Returns when the endpoint was stopped.
    public func waitUntilStopped() async {
        await server.value
    }

    private static func listen(
        address: String, port: UInt16
    ) throws(SandboxError) -> (socket: Socket, url: URL, port: UInt16) {
        let numbers = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard numbers.count == 4, numbers[0] == 127, numbers.allSatisfy({ $0 != nil }) else {
            throw SandboxError(
                problem: "“\(address)” is not an address of the loopback interface",
                remedy: "use 127.0.0.1: a replayed tape is for this machine only")
        }
        do {
            let socket = try Socket(domain: AF_INET, type: .stream)
            do {
                try socket.setValue(true, for: .localAddressReuse)
                try socket.bind(to: .inet(ip4: address, port: port))
                try socket.listen()
                guard case .ip4(_, let bound) = try socket.sockname(),
                    let url = URL(string: "http://\(address):\(bound)/hf-inference")
                else { throw SocketError.unsupportedAddress }
                return (socket, url, bound)
            } catch {
                try? socket.close()
                throw error
            }
        } catch {
            throw SandboxError(
                problem: "port \(port) of \(address) cannot be listened on: \(error.localizedDescription)",
                remedy: "choose another port, or 0 for a free one")
        }
    }
}

/// Why an endpoint cannot be started.
public struct SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
    public var problem: String
    public var remedy: String?

    public init(problem: String, remedy: String? = nil) {
        self.problem = problem
        self.remedy = remedy
    }

    public var description: String { problem + (remedy.map { "; \($0)" } ?? "") }
}
