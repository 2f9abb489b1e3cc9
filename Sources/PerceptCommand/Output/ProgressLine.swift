import PerceptBatch
import Synchronization

/// The progress of a run over many inputs: one line on a terminal, and a summary at the end.
final class ProgressLine {
    private let console: Console
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?
    private var finishedCount = 0
    private var failedCount = 0
    private var knownCount = 0
    /// Counts the inputs while the run goes on.
    private let counting: Task<Void, Never>?
    private let total = TotalCount()

    /// The shortest time between two changes of the line.
    private static let interval = Duration.milliseconds(100)

    /// - Parameters:
    ///   - inputs: the inputs of the run. A single one has a progress of its own.
    ///   - share: the share of them that the run processes.
    init(_ console: Console, _ inputs: BatchInputs, _ share: Share) {
        self.console = console
        isShown = console.showsProgress && !inputs.isSingle
        counting =
            isShown
            ? Task(priority: .utility) { [total] in
                guard let count = await inputs.count(in: share), !Task.isCancelled else { return }
                total.set(count)
            } : nil
    }

    deinit { counting?.cancel() }

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
        Self.text(
            finished: finishedCount, known: knownCount, failed: failedCount, total: total.value,
            seconds: (now - start) / .seconds(1))
    }

    /// Returns the line, such as `120/1000 · 8.5/s · 2 failed · 1:43 left`.
    ///
    /// - Parameters:
    ///   - known: the results that came from a ledger, which say nothing about the rate.
    ///   - total: the number of inputs; `nil` if it is not known.
    ///   - seconds: the time since the start.
    static func text(finished: Int, known: Int, failed: Int, total: Int?, seconds: Double) -> String {
        let rate = Double(finished - known) / max(seconds, 0.001)
        var parts = [total.map { "\(finished)/\($0)" } ?? "\(finished) done", "\(decimal(rate, 1))/s"]
        if failed > 0 { parts.append("\(failed) failed") }
        if let total, total > finished, rate > 0 { parts.append("\(time(Double(total - finished) / rate)) left") }
        return parts.joined(separator: " · ")
    }

    /// Returns minutes and seconds, or hours, minutes and seconds, rounded up.
    private static func time(_ seconds: Double) -> String {
        let seconds = Int(min(seconds, 1e9).rounded(.up))
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        let (minutes, hours) = (seconds / 60 % 60, seconds / 3600)
        return hours > 0
            ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }
}

/// The number of inputs, once it is known.
private final class TotalCount: Sendable {
    private let count = Mutex<Int?>(nil)

    var value: Int? { count.withLock(\.self) }

    func set(_ value: Int) { count.withLock { $0 = value } }
}
