import Synchronization

/// The contents that are being processed: one input at a time per content, so that equal contents are sent once.
final class ContentClaims: Sendable {
    /// A content and the part of it that is used.
    struct Content: Hashable, Sendable {
        let digest: [UInt8]
        let part: String?

        init(_ identity: ContentIdentity) {
            digest = identity.digest
            part = identity.part.label
        }
    }

    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        /// Those who wait for a content, in order; a content that nobody processes is missing.
        var waiters: [Content: [Waiter]] = [:]
        var nextID = 0
        /// Waiters that were cancelled before they began to wait.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Waits until nobody else processes `content`.
    ///
    /// - Throws: `CancellationError` if the task is cancelled; the content is then not claimed.
    func acquire(_ content: Content) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    guard state.waiters[content] != nil else {
                        state.waiters[content] = []
                        return .success(())
                    }
                    state.waiters[content]?.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            cancel(id, content)
        }
        state.withLock { _ = $0.cancelled.remove(id) }
    }

    /// Ends the claim of `content`; the next who waits for it continues.
    func release(_ content: Content) {
        let next = state.withLock { state -> Waiter? in
            guard let waiters = state.waiters[content], let first = waiters.first else {
                state.waiters[content] = nil
                return nil
            }
            state.waiters[content] = Array(waiters.dropFirst())
            return first
        }
        next?.continuation.resume()
    }

    private func cancel(_ id: Int, _ content: Content) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters[content]?.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.waiters[content]?.remove(at: index)
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }
}

/// The permission to process one input, and what its result is recorded with.
///
/// While it exists, other inputs of the same content wait; releasing it without recording lets them continue.
public final class LedgerClaim: Sendable {
    /// The key of the input.
    public let key: String
    /// The position of the input in its run.
    public let position: Int
    /// The content of the input; `nil` if it cannot be read, which processing it reports.
    public let identity: ContentIdentity?
    /// The number of recorded attempts with this content and these options.
    public let earlierAttempts: Int
    private let release: Mutex<(@Sendable () -> Void)?>

    init(
        key: String, position: Int, identity: ContentIdentity?, earlierAttempts: Int,
        release: (@Sendable () -> Void)? = nil
    ) {
        self.key = key
        self.position = position
        self.identity = identity
        self.earlierAttempts = earlierAttempts
        self.release = Mutex(release)
    }

    deinit { end() }

    /// Lets other inputs of the same content continue.
    func end() {
        let release = release.withLock { release in
            defer { release = nil }
            return release
        }
        release?()
    }
}
