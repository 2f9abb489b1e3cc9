import Foundation

/// The clocks and randomness of a client, replaced in tests.
struct Timekeeping: Sendable {
    /// Seconds since a fixed moment, monotonic.
    var now: @Sendable () -> Double
    /// Waits; throws if the task is cancelled.
    var sleep: @Sendable (_ seconds: Double) async throws -> Void
    /// Seconds since 1970, for dates in headers.
    var wallClock: @Sendable () -> Double
    /// A random number in 0..<1.
    var random: @Sendable () -> Double
}

extension Timekeeping {
    static let system: Timekeeping = {
        let start = ContinuousClock.now
        return Timekeeping(
            now: { (ContinuousClock.now - start).inSeconds },
            sleep: { try await Task.sleep(for: .seconds($0)) },
            wallClock: { Date().timeIntervalSince1970 },
            random: { Double.random(in: 0..<1) })
    }()
}
