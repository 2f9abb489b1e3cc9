import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The signal that ends the run.
enum Interruption {
    private struct State {
        var signal: CInt?
        var grace = 0.0
    }

    private static let state = Mutex(State())

    /// The time in seconds in which work in progress may finish after the first signal.
    static var grace: Double {
        get { state.withLock(\.grace) }
        set { state.withLock { $0.grace = newValue } }
    }

    /// True after the first signal: nothing new is begun.
    static var hasBegun: Bool { state.withLock { $0.signal != nil } }

    /// The exit code by which a shell reports a process that a signal ended; that of SIGINT if there was no signal.
    static var exitCode: CInt { 128 + (state.withLock(\.signal) ?? SIGINT) }

    /// The exit code of a run with a ledger: SIGTERM comes from a scheduler, which may start the run again.
    static var exitCodeWithLedger: CInt { exitCode == 128 + SIGTERM ? Failure.tryAgain : exitCode }

    /// Notes a signal.
    ///
    /// - Returns: `false` if it is not the first.
    static func begin(_ signal: CInt) -> Bool {
        state.withLock { state in
            guard state.signal == nil else { return false }
            state.signal = signal
            return true
        }
    }
}
