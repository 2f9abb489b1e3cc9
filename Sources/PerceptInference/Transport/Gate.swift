import Dispatch
import Synchronization

/// Makes senders wait while too many items are in progress or the gate is closed.
final class Gate: Sendable {
    private struct State {
        var isOpen = true
        /// The receiver is gone; nobody waits any more.
        var isAbandoned = false
        var count = 0
        var waiters: [DispatchSemaphore] = []

        var holdsUp: Bool { !isAbandoned && (!isOpen || count >= 8) }
    }

    private let state = Mutex(State())

    func set(isOpen: Bool) { change { $0.isOpen = isOpen } }

    func abandon() { change { $0.isAbandoned = true } }

    func enter() {
        while let waiter = admission() { waiter.wait() }
    }

    func leave() { change { $0.count -= 1 } }

    /// Admits an item, or returns what is signalled when the state has changed.
    private func admission() -> DispatchSemaphore? {
        state.withLock { state in
            guard state.holdsUp else {
                state.count += 1
                return nil
            }
            let waiter = DispatchSemaphore(value: 0)
            state.waiters.append(waiter)
            return waiter
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.signal() }
    }
}
