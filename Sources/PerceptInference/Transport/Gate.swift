import Foundation
import Synchronization

/// Has those who hand something over wait while too much of it is under way, or while it is shut.
final class Gate: Sendable {
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
