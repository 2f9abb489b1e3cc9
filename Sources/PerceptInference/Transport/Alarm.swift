import Dispatch

/// Goes off once, unless it is cancelled or let go before.
///
/// A sleeping task would do, but one that is cancelled stays in memory until its time has come, two minutes later for each
/// request.
final class Alarm: Sendable {
    // Dispatch sources may be cancelled from any thread.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer

    init(after duration: Duration, _ ring: @escaping @Sendable () -> Void) {
        timer = DispatchSource.makeTimerSource(queue: .global())
        // Beyond a century there is nothing to wait for, and nanoseconds would overflow.
        timer.schedule(deadline: .now() + min(max(0, duration.inSeconds), 3.2e9))
        timer.setEventHandler(handler: ring)
        timer.activate()
    }

    func cancel() { timer.cancel() }

    deinit { timer.cancel() }
}
