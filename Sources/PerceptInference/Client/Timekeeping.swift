import Foundation

/// What a client knows of time and chance, replaced in tests.
struct Timekeeping: Sendable {
    /// Seconds from some fixed moment on, never going back.
    var now: @Sendable () -> Double
    /// Throws when the task is cancelled.
    var sleep: @Sendable (_ seconds: Double) async throws -> Void
    /// Seconds since 1970, for dates in headers.
    var wallClock: @Sendable () -> Double
    /// From 0 up to 1.
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
