import PerceptBatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The progress of a run over many inputs: one line on a terminal, and a summary at the end.
final class ProgressLine {
    private let console: Console
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?
    private var finishedCount = 0
    private var failedCount = 0
    private var knownCount = 0

    /// The shortest time between two changes of the line.
    private static let interval = Duration.milliseconds(100)

    /// - Parameter isSingle: there is one input, which has a progress of its own.
    init(_ console: Console, isSingle: Bool) {
        self.console = console
        isShown = !console.isQuiet && !isSingle && isatty(STDERR_FILENO) == 1
    }

    /// Counts the outcome of an input.
    func add(_ result: Result<some Any, any Error>, isFromLedger: Bool) {
        finishedCount += 1
        if case .failure = result { failedCount += 1 }
        if isFromLedger { knownCount += 1 }
        let now = ContinuousClock.now
        guard isShown, lastShown.map({ now - $0 >= Self.interval }) ?? true else { return }
        lastShown = now
        Console.show(progress: text(at: now))
    }

    /// Removes the line; if results came from a ledger, says how many.
    func finish() {
        if isShown { Console.show(progress: nil) }
        if knownCount > 0 { console.notice("\(knownCount) of \(counted(finishedCount, "result")) from the ledger") }
    }

    private func text(at now: ContinuousClock.Instant) -> String {
        let seconds = max((now - start) / .seconds(1), 0.001)
        let newCount = finishedCount - knownCount
        let failed = failedCount > 0 ? " · \(failedCount) failed" : ""
        return "\(finishedCount) done · \(decimal(Double(newCount) / seconds, 1))/s\(failed)"
    }
}
