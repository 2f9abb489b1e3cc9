import Dispatch
import FlyingSocks
import HTTPTypes
import PerceptInference

/// Accepts connections and serves each in its own task until cancelled.
struct Server: Sendable {
    let listener: Socket
    let responder: Responder
    private let pool: any AsyncSocketPool

    init(listener: Socket, responder: Responder) {
        self.listener = listener
        self.responder = responder
        pool = .make()
    }

    func prepare() async throws {
        try listener.setFlags(.nonBlocking)
        try await pool.prepare()
    }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await pool.run() }
            group.addTask { await acceptConnections() }
            // When one ends, by cancellation or failure, so does the other.
            await group.next()
            group.cancelAll()
        }
        try? listener.close()
    }

    private func acceptConnections() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                do {
                    let file = try listener.accept().file
                    group.addTask { await serve(Socket(file: file)) }
                } catch SocketError.blocked {
                    guard (try? await pool.suspendSocket(listener, untilReadyFor: .connection)) != nil else { return }
                } catch {
                    // Too many open files, or the connection closed before it was accepted; both are temporary.
                    try? await Task.sleep(for: .milliseconds(10))
                }
            }
            group.cancelAll()
        }
    }

    private func serve(_ socket: Socket) async {
        defer { try? socket.close() }
        guard (try? socket.setFlags(.nonBlocking)) != nil else { return }
        var connection = Connection(socket: socket, pool: pool)
        do {
            while !Task.isCancelled, let head = try await connection.readRequestHead() {
                guard try await respond(to: head, on: &connection) else { break }
            }
        } catch let failure as HTTPFailure {
            let answer = responder.failure(failure.status, failure.problem)
            try? await connection.write(answer, keepingOpen: false)
            try? await connection.drain(upTo: responder.requestByteLimit)
        } catch {
            // The client is gone, or the endpoint is stopping.
        }
    }

    /// Answers one request.
    ///
    /// - Returns: True if the connection can serve another one.
    private func respond(to head: RequestHead, on connection: inout Connection) async throws -> Bool {
        let body: [UInt8]
        do {
            body = try await connection.readBody(of: head, byteLimit: responder.requestByteLimit)
        } catch let failure as HTTPFailure {
            responder.report(head, status: failure.status, byteCount: head.contentLength ?? 0, problem: failure.problem)
            throw failure
        }
        let request = TapeRequest(
            method: head.method, path: head.path, contentType: head.header("content-type"), body: body)
        let fault = responder.faults.choose(request)
        // Decoding an upload blocks, so it must not run on the cooperative pool.
        let answer = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: responder.player.answer(request, usingUp: fault?.kind.isHarmless ?? true))
            }
        }
        let response = responder.decorated(answer)
        guard let fault else {
            responder.report(
                head, status: answer.status, byteCount: body.count, upload: answer.upload, problem: answer.problem)
            try await connection.write(response, keepingOpen: head.keepsAlive, isHead: head.method == "HEAD")
            return head.keepsAlive
        }
        let delivery = FaultyDelivery(fault, spoiling: response)
        responder.report(
            head, status: delivery.status, byteCount: body.count, upload: answer.upload, problem: answer.problem,
            fault: fault.kind)
        return try await delivery.write(to: connection, keepingOpen: head.keepsAlive)
    }
}

/// Answers from a tape, with the sandbox's headers.
struct Responder: Sendable {
    let player: TapePlayer
    let faults: FaultPlan
    let requestByteLimit: Int
    let onRequest: (@Sendable (SandboxEndpoint.RequestReport) -> Void)?

    static let server = "percept-sandbox (replays a tape; no inference)"

    /// Headers about the connection of the recorded response, or set by the sandbox.
    private static let ownHeaders: Set<HTTPField.Name> = [
        .contentLength, .transferEncoding, .connection, .contentEncoding, .server,
    ]

    func decorated(_ answer: TapeAnswer) -> Response {
        let kept = answer.headers.filter { !Self.ownHeaders.contains($0.name) }
        var headers = kept.map { (name: $0.name.rawName, value: $0.value) }
        headers.append((name: "server", value: Self.server))
        if let upload = answer.upload {
            // Header values are ASCII.
            let value = upload.description.replacing("×", with: "x")
            headers.append((name: "x-percept-upload", value: value))
        }
        return Response(status: answer.status, headers: headers, body: answer.body)
    }

    func failure(_ status: Int, _ problem: String) -> Response {
        Response(
            status: status,
            headers: [(name: "content-type", value: "application/json"), (name: "server", value: Self.server)],
            body: JSONValue.object(["error": .string(problem)]).serialized())
    }

    func report(
        _ head: RequestHead, status: Int?, byteCount: Int, upload: UploadDescription? = nil, problem: String?,
        fault: SandboxFault.Kind? = nil
    ) {
        onRequest?(
            SandboxEndpoint.RequestReport(
                method: head.method, path: head.path, status: status, contentType: head.header("content-type"),
                byteCount: byteCount, upload: upload, problem: problem, fault: fault))
    }
}
