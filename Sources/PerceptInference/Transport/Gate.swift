import Foundation
import Synchronization

/// Makes senders wait while too many items are in progress or the gate is closed.
final class Gate: Sendable {
    private struct State {
        var isOpen = true
        /// The receiver is gone; nobody waits any more.
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
