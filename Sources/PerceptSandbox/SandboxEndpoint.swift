import FlyingSocks
import HTTPTypes
public import PerceptInference

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A loopback endpoint that replays a tape over real sockets and checks uploads.
///
/// It serves the responses of the tape; no model is run, and the `server` header of every response says so. Uploads are
/// decoded completely and described in the `x-percept-upload` header and to `onRequest`. A ``FaultPlan`` makes requests
/// fail.
///
///     let endpoint = try await SandboxEndpoint.start(tape: tape)
///     let client = InferenceClient(token: nil, endpoint: .url(endpoint.url))
///     …
///     await endpoint.stop()
public final class SandboxEndpoint: Sendable {
    /// The outcome of one request.
    public struct RequestReport: Sendable, Hashable, CustomStringConvertible {
        /// The HTTP method.
        public var method: String
        /// The path as sent, with the query.
        public var path: String
        /// The status; `nil` if a fault withheld the response.
        public var status: Int?
        /// The Content-Type of the request.
        public var contentType: String?
        /// The size of the request's body, in bytes.
        public var byteCount: Int
        /// The description of the uploaded recording or image, if there was one.
        package var upload: UploadDescription?
        /// The reason why the recorded response was not returned.
        public var problem: String?
        /// The fault that was applied on purpose.
        public var fault: SandboxFault.Kind?

        /// One line, such as `POST /hf-inference/models/… 200 ← audio/flac 16000 Hz 1 channel 16 bit 51200 frames
        /// 3.2 s`.
        public var description: String {
            let body = upload?.description ?? "\(contentType ?? "no Content-Type"), \(byteCount) bytes"
            let outcome = [status.map { "\($0)" } ?? "no response", fault.map { "(fault: \($0.rawValue))" }]
            return "\(method) \(path) \(outcome.compactMap(\.self).joined(separator: " ")) ← \(body)"
                + (problem.map { ": \($0)" } ?? "")
        }
    }

    /// The base for `InferenceEndpoint.url(_:)`: `http://127.0.0.1:PORT/hf-inference`.
    public let url: URL
    /// The port on which the endpoint listens.
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

    /// Starts an endpoint.
    ///
    /// - Parameters:
    ///   - tape: The tape.
    ///   - address: A loopback address, 127.0.0.0/8.
    ///   - port: The port; 0 for a free one.
    ///   - requestByteLimit: The maximum size of a body in bytes; larger ones are rejected with 413 without being held
    ///     in memory.
    ///   - faults: The requests that fail, and how; none by default.
    ///   - onRequest: Called for each answered request, from many tasks concurrently.
    /// - Throws: ``SandboxError`` if `address` is not a loopback address, or the port is in use.
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
            throw SandboxError(problem: "the endpoint cannot accept connections: \(Self.words(for: error))")
        }
        return SandboxEndpoint(url: url, port: port, server: Task { await server.run() })
    }

    /// Stops listening, closes all connections, and returns when done.
    public func stop() async {
        server.cancel()
        await server.value
    }

    /// Returns when the endpoint has stopped.
    public func waitUntilStopped() async {
        await server.value
    }

    private static func words(for error: any Error) -> String {
        (error as? any LocalizedError)?.errorDescription ?? "\(error)"
    }

    private static func listen(
        address: String, port: UInt16
    ) throws(SandboxError) -> (socket: Socket, url: URL, port: UInt16) {
        let numbers = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard numbers.count == 4, numbers[0] == 127, numbers.allSatisfy({ $0 != nil }) else {
            throw SandboxError(
                problem: "“\(address)” is not a loopback address",
                remedy: "use 127.0.0.1; a tape is served to this machine only")
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
                problem: "cannot listen on \(address), port \(port): \(Self.words(for: error))",
                remedy: "choose another port, or 0 for a free one")
        }
    }
}

/// A failure to start an endpoint.
public struct SandboxError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
    /// A description of the failure.
    public var problem: String
    /// A suggested remedy.
    public var remedy: String?

    /// Creates an error.
    public init(problem: String, remedy: String? = nil) {
        self.problem = problem
        self.remedy = remedy
    }

    /// The problem and the remedy.
    public var description: String { problem + (remedy.map { "; \($0)" } ?? "") }
    /// The same as ``description``.
    public var errorDescription: String? { description }
}
