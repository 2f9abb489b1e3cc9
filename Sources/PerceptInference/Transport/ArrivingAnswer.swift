import Dispatch
import Foundation
import Synchronization

/// An answer between the connection on which it arrives and the one task that reads it.
///
/// It keeps the clocks and the limits, holds the sender up while its reader is behind, and ends the connection when there is
/// nobody left to read, whatever library the connection is of.
final class ArrivingAnswer: Sendable {
    /// What the connection can be told.
    struct Connection: Sendable {
        /// Stops taking bytes from the sender, or goes on.
        let holdUp: @Sendable (Bool) -> Void
        /// Called once, when the answer has ended: as it should, or before that.
        let close: @Sendable (_ isComplete: Bool) -> Void
    }

    private struct State {
        var head: TransportReply?
        var pieces: [[UInt8]] = []
        var heldByteCount = 0
        var receivedByteCount = 0
        /// Set once, by whatever ends the transfer first; pieces that came before are still given.
        var end: Result<Void, TransportError>?
        var readers: [CheckedContinuation<Void, Never>] = []
        var isConnected = false
        var clocks: [Alarm] = []
    }

    /// Bytes that wait for their reader before the sender is held up; libcurl delivers 16 KiB at a time.
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
                TransportError(.timedOut, problem: "no complete answer within \(request.streamDuration)"))
        }
        // Only a body that is being sent tells of a connection: without one there is just the whole time.
        let connectClock =
            request.bodyByteCount == 0
            ? nil
            : Alarm(after: connectTimeout) { [weak self] in
                guard self?.state.withLock({ $0.isConnected || $0.head != nil }) == false else { return }
                self?.fail(.noConnection(within: connectTimeout))
            }
        state.withLock { $0.clocks = [clock, connectClock].compactMap(\.self) }
    }

    /// Says which connection the answer comes on, before anything has come.
    func begin(on connection: Connection) {
        self.connection.withLock { $0 = connection }
        // Ended in the meantime, by a clock: nobody else would close it.
        if state.withLock({ $0.end != nil }) { close(isComplete: false) }
    }

    // MARK: The reader's side

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
            if Task.isCancelled { stop() }
            let (piece, isRoom, end) = state.withLock { state in
                // A cancelled reader is not given what came before.
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

    /// Ends the transfer and closes its connection; after it has ended nothing changes.
    func stop() {
        fail(TransportError(.cancelled, problem: "cancelled"))
    }

    /// Suspends the reading task until `condition` holds, or the time for waiting is over.
    private func waitForChange(until condition: @escaping @Sendable (borrowing State) -> Bool) async {
        let clock = Alarm(after: timeout) { [weak self, timeout] in
            self?.fail(TransportError(.timedOut, problem: "nothing came for \(timeout)"))
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

    // MARK: The connection's side

    /// The request is being sent, or its answer is there.
    func connected() {
        state.withLock { $0.isConnected = true }
    }

    /// - Parameter expectedByteCount: what the head announces; negative where it says nothing.
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
        // The connection refers to this value, and is let go with its end.
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
    /// Waits for the head of `answer`, whose transfer has begun.
    init(_ answer: ArrivingAnswer) async throws(TransportError) {
        // The connection ends with the body: here, where there is no head, or where its reader is done.
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
