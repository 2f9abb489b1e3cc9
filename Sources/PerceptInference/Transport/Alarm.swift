import Dispatch

/// A timer that fires once, unless it is cancelled or released first.
///
/// A sleeping task is not suitable: when cancelled, it stays in memory until its time has come, two minutes later for
/// each request.
final class Alarm: Sendable {
    // Dispatch sources may be cancelled from any thread.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer

    init(after duration: Duration, _ ring: @escaping @Sendable () -> Void) {
        timer = DispatchSource.makeTimerSource(queue: .global())
        // The limit of a century keeps the nanoseconds from overflowing.
        timer.schedule(deadline: .now() + min(max(0, duration.inSeconds), 3.2e9))
        timer.setEventHandler(handler: ring)
        timer.activate()
    }

    func cancel() { timer.cancel() }

    deinit { timer.cancel() }
}
