import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One answer that is read while it arrives, in a session of its own.
///
/// Foundation tells of bytes as they come on every platform, but holds a sender up on none by itself. Where it can,
/// the task is suspended. On Linux that would begin the request anew; there the session is made to wait as it hands over
/// the next piece, and with it the socket. Hence the session of its own: others must not wait.
final class StreamingTransfer: NSObject, URLSessionDataDelegate, Sendable {
    private struct State {
        var head: TransportReply?
        var pieces: [[UInt8]] = []
        var heldByteCount = 0
        var receivedByteCount = 0
        /// Set once, by whatever ends the transfer first; pieces that came before are still given.
        var end: Result<Void, TransportError>?
        var readers: [CheckedContinuation<Void, Never>] = []
        var isConnected = false
        var clocks: [Task<Void, any Error>] = []
    }

    /// Bytes that wait for their reader before the sender is held up; libcurl delivers 16 KiB at a time.
    private static let heldByteLimit = 128 << 10

    private let state = Mutex(State())
    private let connection = Mutex<(session: URLSession, task: URLSessionDataTask)?>(nil)
    private let gate = Gate()
    private let byteLimit: Int
    private let timeout: Duration

    /// Begins to send.
    init(_ request: TransportRequest, connectTimeout: Duration) {
        byteLimit = request.responseByteLimit
        timeout = request.timeout
        super.init()
        LoopbackProxyExemption.apply()
        var urlRequest = URLRequest(request)
        // The clocks here come first: the session's own runs on while the sender is held up.
        urlRequest.timeoutInterval = request.streamDuration.inSeconds + request.timeout.inSeconds + 3600
        let session = URLSession(configuration: .forgetful, delegate: self, delegateQueue: GatedQueue(gate))
        let task = session.task(for: request, urlRequest)
        connection.withLock { $0 = (session, task) }
        let clock = Task { [weak self] in
            try await Task.sleep(for: request.streamDuration)
            self?.end(
                .failure(
                    TransportError(
                        .timedOut, problem: "the stream has not ended within \(request.streamDuration)")))
        }
        let connectClock = Task { [weak self] in
            guard request.bodyByteCount > 0 else { return }
            try await Task.sleep(for: connectTimeout)
            guard self?.state.withLock({ $0.isConnected || $0.head != nil }) == false else { return }
            self?.end(.failure(.noConnection(within: connectTimeout)))
        }
        state.withLock { $0.clocks = [clock, connectClock] }
        task.resume()
    }

    /// Waits for status and headers.
    func head() async throws(TransportError) -> TransportReply {
        while true {
            let (head, end) = state.withLock { ($0.head, $0.end) }
            if let head { return head }
            if case .failure(let error) = end { throw error }
            if end != nil {
                throw TransportError(.answerMalformed, problem: "the connection ended without an HTTP answer")
            }
            await waitForChange { $0.head != nil || $0.end != nil }
        }
    }

    /// Waits for the next piece of the body; `nil` at its end.
    func nextPiece() async throws(TransportError) -> [UInt8]? {
        while true {
            if Task.isCancelled { end(.failure(TransportError(.cancelled, problem: "cancelled"))) }
            let (piece, isRoom, end) = state.withLock { state in
                // A cancelled reader is not given what came before.
                if case .failure(let error) = state.end, error.kind == .cancelled { state.pieces = [] }
                guard !state.pieces.isEmpty else { return ([UInt8]?.none, true, state.end) }
                let piece = state.pieces.removeFirst()
                state.heldByteCount -= piece.count
                return (piece, state.heldByteCount < Self.heldByteLimit, nil)
            }
            if isRoom { holdUp(false) }
            if let piece { return piece }
            if let end {
                try end.get()
                return nil
            }
            await waitForChange { !$0.pieces.isEmpty || $0.end != nil }
        }
    }

    /// Ends the transfer and closes its connection; after it has ended nothing changes.
    func stop() {
        end(.failure(TransportError(.cancelled, problem: "cancelled")))
    }

    /// Suspends the reading task until `condition` holds, or the time for waiting is over.
    private func waitForChange(until condition: @escaping @Sendable (borrowing State) -> Bool) async {
        let clock = Task { [weak self, timeout] in
            try await Task.sleep(for: timeout)
            self?.end(.failure(TransportError(.timedOut, problem: "nothing came for \(timeout)")))
        }
        defer { clock.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let holds = state.withLock { state in
                    if condition(state) { return true }
                    state.readers.append(continuation)
                    return false
                }
                if holds { continuation.resume() }
            }
        } onCancel: {
            end(.failure(TransportError(.cancelled, problem: "cancelled")))
        }
    }

    /// Changes the state and wakes the reader.
    private func change<Value: Sendable>(_ body: (inout sending State) -> Value) -> Value {
        let (value, readers) = state.withLock { state in
            let value = body(&state)
            defer { state.readers = [] }
            return (value, state.readers)
        }
        for reader in readers { reader.resume() }
        return value
    }

    private func end(_ result: Result<Void, TransportError>) {
        let isFirst = change { state in
            guard state.end == nil else { return false }
            state.end = result
            for clock in state.clocks { clock.cancel() }
            return true
        }
        guard isFirst else { return }
        // Before the task is told: it waits for the session, which may be waiting at the gate.
        gate.abandon()
        let connection = connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
        if case .failure = result { connection?.task.cancel() }
        // The session keeps this delegate until then.
        connection?.session.finishTasksAndInvalidate()
    }

    private func holdUp(_ isHeldUp: Bool) {
        #if canImport(FoundationNetworking)
            gate.set(isOpen: !isHeldUp)
        #else
            guard let task = connection.withLock({ $0?.task }) else { return }
            // Suspensions are counted.
            if isHeldUp, task.state == .running { task.suspend() }
            if !isHeldUp, task.state == .suspended { task.resume() }
        #endif
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        // Refusing by the handler leaves the connection open on Linux; going on and cancelling then closes it.
        completionHandler(.allow)
        guard let response = response as? HTTPURLResponse else { return stop() }
        change { $0.head = TransportReply(response) }
        if response.expectedContentLength > Int64(byteLimit) { end(.failure(.answerTooLarge(byteLimit))) }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let (isTooLarge, isFull) = change { state in
            guard state.end == nil else { return (false, false) }
            state.receivedByteCount += data.count
            guard state.receivedByteCount <= byteLimit else { return (true, false) }
            state.pieces.append(Array(data))
            state.heldByteCount += data.count
            return (false, state.heldByteCount >= Self.heldByteLimit)
        }
        if isTooLarge { end(.failure(.answerTooLarge(byteLimit))) }
        if isFull { holdUp(true) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        state.withLock { $0.isConnected = true }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        end(error.map { .failure(TransportError($0)) } ?? .success(()))
    }
}

/// Has those who hand something over wait while too much of it is under way, or while it is shut.
private final class Gate: Sendable {
    private struct State {
        var isOpen = true
        /// Nobody is interested any more.
        var isAbandoned = false
        var count = 0

        var holdsUp: Bool { !isAbandoned && (!isOpen || count >= 8) }
    }

    private let state = Mutex(State())
    private let condition = NSCondition()

    func set(isOpen: Bool) { change { $0.isOpen = isOpen } }

    func abandon() { change { $0.isAbandoned = true } }

    func enter() {
        condition.lock()
        while state.withLock({ $0.holdsUp }) { condition.wait() }
        state.withLock { $0.count += 1 }
        condition.unlock()
    }

    func leave() { change { $0.count -= 1 } }

    private func change(_ body: (inout State) -> Void) {
        condition.lock()
        state.withLock { body(&$0) }
        condition.broadcast()
        condition.unlock()
    }
}

/// The queue on which a session tells its delegate; the session waits at the gate as it adds to it.
private final class GatedQueue: OperationQueue, @unchecked Sendable {
    private let gate: Gate

    init(_ gate: Gate) {
        self.gate = gate
        super.init()
        maxConcurrentOperationCount = 1
    }

    override func addOperation(_ block: @escaping @Sendable () -> Void) {
        gate.enter()
        super.addOperation { [gate] in
            block()
            gate.leave()
        }
    }
}
