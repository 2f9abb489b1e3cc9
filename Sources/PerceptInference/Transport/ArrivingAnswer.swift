import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A response on its way from a connection to the task that reads it.
///
/// Enforces timeouts and limits, pauses the sender while the reader is too slow, and closes the connection when
/// nobody reads any more, whatever library provides the connection.
final class ArrivingAnswer: Sendable {
    /// The operations on a connection.
    struct Connection: Sendable {
        /// Pauses or resumes receiving from the sender.
        let holdUp: @Sendable (Bool) -> Void
        /// Called once, when the response has ended, complete or not.
        let close: @Sendable (_ isComplete: Bool) -> Void
    }

    private struct State {
        var head: TransportReply?
        var pieces: [[UInt8]] = []
        var heldByteCount = 0
        var receivedByteCount = 0
        /// Set once, by whatever ends the transfer first; earlier pieces are still delivered.
        var end: Result<Void, TransportError>?
        var readers: [CheckedContinuation<Void, Never>] = []
        var isConnected = false
        var clocks: [Alarm] = []
    }

    /// The number of unread bytes at which the sender is paused; libcurl delivers 16 KiB at a time.
    private static let heldByteLimit = 128 << 10

    private let state = Mutex(State())
    private let connection = Mutex<Connection?>(nil)
    private let byteLimit: Int
    private let timeout: Duration

    init(to request: TransportRequest, connectTimeout: Duration) {
        byteLimit = request.responseByteLimit
        timeout = request.timeout
        let clock = Alarm(after: request.streamDuration) { [weak self] in
            self?.fail(
                TransportError(.timedOut, problem: "no complete response within \(request.streamDuration)"))
        }
        // Only the upload of a body shows that a connection exists; without a body, only the total timeout applies.
        let connectClock =
            request.bodyByteCount == 0
            ? nil
            : Alarm(after: connectTimeout) { [weak self] in
                guard self?.state.withLock({ $0.isConnected || $0.head != nil }) == false else { return }
                self?.fail(.noConnection(within: connectTimeout))
            }
        state.withLock { $0.clocks = [clock, connectClock].compactMap(\.self) }
    }

    /// Sets the connection, before anything has arrived.
    func begin(on connection: Connection) {
        self.connection.withLock { $0 = connection }
        // If a timeout ended the response in the meantime, nothing else would close the connection.
        if state.withLock({ $0.end != nil }) { close(isComplete: false) }
    }

    // MARK: Reader

    /// Waits for the status and headers.
    func head() async throws(TransportError) -> TransportReply {
        while true {
            let (head, end) = state.withLock { ($0.head, $0.end) }
            if let head { return head }
            if case .failure(let error) = end { throw error }
            if end != nil {
                throw TransportError(.answerMalformed, problem: "the connection ended without an HTTP response")
            }
            await waitForChange { $0.head != nil || $0.end != nil }
        }
    }

    /// Waits for the next piece of the body; `nil` at its end.
    func nextPiece() async throws(TransportError) -> [UInt8]? {
        while true {
            if Task.isCancelled { stop() }
            let (piece, isRoom, end) = state.withLock { state in
                // A cancelled reader does not receive earlier pieces.
                if case .failure(let error) = state.end, error.kind == .cancelled { state.pieces = [] }
                guard !state.pieces.isEmpty else { return ([UInt8]?.none, true, state.end) }
                let piece = state.pieces.removeFirst()
                state.heldByteCount -= piece.count
                return (piece, state.heldByteCount < Self.heldByteLimit, nil)
            }
            if isRoom { tellConnection { $0.holdUp(false) } }
            if let piece { return piece }
            if let end {
                try end.get()
                return nil
            }
            await waitForChange { !$0.pieces.isEmpty || $0.end != nil }
        }
    }

    /// Ends the transfer and closes its connection; has no effect after the end.
    func stop() {
        fail(TransportError(.cancelled, problem: "cancelled"))
    }

    /// Suspends the reading task until `condition` holds or the timeout has passed.
    private func waitForChange(until condition: @escaping @Sendable (borrowing State) -> Bool) async {
        let clock = Alarm(after: timeout) { [weak self, timeout] in
            self?.fail(TransportError(.timedOut, problem: "nothing was received for \(timeout)"))
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
            stop()
        }
    }

    // MARK: Connection

    /// Called when the request is being sent, or its response has arrived.
    func connected() {
        state.withLock { $0.isConnected = true }
    }

    /// Called with the status and headers.
    ///
    /// - Parameter expectedByteCount: The announced length of the body; negative if unknown.
    func receive(head: TransportReply, expectedByteCount: Int64) {
        change { $0.head = head }
        if expectedByteCount > Int64(byteLimit) { fail(.answerTooLarge(byteLimit)) }
    }

    func receive(_ bytes: [UInt8]) {
        let (isTooLarge, isFull) = change { state in
            guard state.end == nil else { return (false, false) }
            state.receivedByteCount += bytes.count
            guard state.receivedByteCount <= byteLimit else { return (true, false) }
            state.pieces.append(bytes)
            state.heldByteCount += bytes.count
            return (false, state.heldByteCount >= Self.heldByteLimit)
        }
        if isTooLarge { fail(.answerTooLarge(byteLimit)) }
        if isFull { tellConnection { $0.holdUp(true) } }
    }

    func finish() { end(.success(())) }

    func fail(_ error: TransportError) { end(.failure(error)) }

    private func end(_ result: Result<Void, TransportError>) {
        let isFirst = change { state in
            guard state.end == nil else { return false }
            state.end = result
            state.clocks = []
            return true
        }
        guard isFirst else { return }
        let isComplete = if case .success = result { true } else { false }
        close(isComplete: isComplete)
    }

    private func close(isComplete: Bool) {
        // Breaks the reference cycle between the connection and this value.
        let connection = connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
        connection?.close(isComplete)
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

    private func tellConnection(_ tell: (Connection) -> Void) {
        if let connection = connection.withLock({ $0 }) { tell(connection) }
    }
}

extension TransportStream {
    /// Waits for the head of `answer`, after its transfer was started.
    init(_ answer: ArrivingAnswer) async throws(TransportError) {
        // The body owns the connection: it is closed here if there is no head, or when the reader is done.
        let body = TransportBody(
            next: { () throws(TransportError) in try await answer.nextPiece() }, stop: { answer.stop() })
        let head = try await answer.head()
        self.init(status: head.status, headers: head.headers, body: body)
    }
}

/// Calls a closure once after some time, unless it is cancelled or released before.
///
/// A cancelled task that sleeps would stay in memory until its time comes: two minutes for each request.
final class Alarm: Sendable {
    // Dispatch sources may be cancelled from any thread.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer

    init(after duration: Duration, _ ring: @escaping @Sendable () -> Void) {
        timer = DispatchSource.makeTimerSource(queue: .global())
        // At most a century, since nanoseconds would overflow.
        timer.schedule(deadline: .now() + min(max(0, duration.inSeconds), 3.2e9))
        timer.setEventHandler(handler: ring)
        timer.activate()
    }

    func cancel() { timer.cancel() }

    deinit { timer.cancel() }
}
