import ArgumentParser
import Foundation
import PerceptCore
import PerceptInference

/// Processes inputs independently of each other and reports those that fail.
struct Batch {
    let console: Console
    /// The highest exit code so far, which becomes the command's.
    private var worstCode: CInt = 0
    private var hasReportedCancellation = false

    /// The largest number of inputs that are processed at the same time; each may hold a decoded image.
    private static let workerLimit = 16

    private init(_ console: Console) {
        self.console = console
    }

    /// Runs `body` for each file in order, including standard input, and `finish` after the last.
    ///
    /// - Parameter service: the session that sends the files; its tape is saved at the end even if files failed.
    /// - Throws: `ExitCode` with the highest code of those that failed.
    static func run(
        _ files: [String], _ console: Console, service: ServiceSession? = nil, finish: () throws -> Void = {},
        _ body: (MediaSource) async throws -> Void
    ) async throws {
        var batch = Batch(console)
        for file in files {
            do {
                let input = try BatchInput(file)
                try await body(input.source)
                withExtendedLifetime(input) {}
            } catch {
                batch.report(error, file)
            }
        }
        batch.attempt(finish)
        batch.attempt { try service?.save(protecting: files) }
        try batch.finish()
    }

    /// Runs `body` once, for a task without a file.
    ///
    /// - Throws: `ExitCode` if it failed.
    static func run(
        task name: String, _ console: Console, service: ServiceSession, _ body: () async throws -> Void
    ) async throws {
        var batch = Batch(console)
        do {
            try MediaError.checkCancellation()
            try await body()
        } catch {
            batch.report(error, ["task": .string(name)])
        }
        batch.attempt { try service.save(protecting: []) }
        try batch.finish()
    }

    /// Runs `body` for several files at a time, one per core; all output appears in the order of the files.
    ///
    /// - Parameters:
    ///   - planning: a closure that is called for each file in order, before `body`.
    ///   - body: a closure that processes a file with its plan and its own console.
    /// - Throws: `ExitCode` with the highest code of those that failed.
    static func runSideBySide<Plan: Sendable>(
        _ files: [String], _ console: Console, planning: (MediaSource) throws -> Plan,
        _ body: @escaping @Sendable (MediaSource, Plan, Console) async throws -> Void
    ) async throws {
        let workerCount = min(ProcessInfo.processInfo.activeProcessorCount, workerLimit)
        var batch = Batch(console)
        await withTaskGroup(of: (index: Int, error: (any Error)?).self) { group in
            var queue = ReportQueue(files.map { (file: $0, turn: ConsoleTurn()) })
            var busyWorkerCount = 0
            for (index, file) in files.enumerated() {
                if busyWorkerCount == workerCount, let done = await group.next() {
                    busyWorkerCount -= 1
                    queue.finish(done.index, done.error, &batch)
                }
                do {
                    let input = try BatchInput(file)
                    let plan = try planning(input.source)
                    let console = Console(console, turn: queue.turn(index))
                    busyWorkerCount += 1
                    group.addTask {
                        do {
                            try await body(input.source, plan, console)
                            return (index, nil)
                        } catch {
                            return (index, error)
                        }
                    }
                } catch {
                    queue.finish(index, error, &batch)
                }
            }
            for await done in group { queue.finish(done.index, done.error, &batch) }
        }
        try batch.finish()
    }

    /// Runs `body`, which writes something for all inputs together, and reports its failure like that of an input.
    private mutating func attempt(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            let failure = Failure.reporting(error)
            console.error(failure.line)
            worstCode = max(worstCode, failure.exitCode)
        }
    }

    mutating func report(_ error: any Error, _ file: String) {
        report(error, ["file": .string(file)])
    }

    /// Reports an error on standard error, and as JSON if that was requested.
    ///
    /// - Parameter subject: the members that identify the input or task in JSON output.
    private mutating func report(_ error: any Error, _ subject: JSONObject) {
        if let incomplete = error as? IncompleteResult {
            for failure in incomplete.failures {
                console.error(failure.line)
                worstCode = max(worstCode, failure.exitCode)
            }
            return
        }
        let failure = Failure.reporting(error)
        let isCancellation = failure.exitCode == Failure.interrupted
        // Reported once, not for every remaining input.
        if !isCancellation || !hasReportedCancellation { console.error(failure.line) }
        hasReportedCancellation = hasReportedCancellation || isCancellation
        if console.isJSON { try? console.result("", json: failure.json(about: subject)) }
        worstCode = max(worstCode, failure.exitCode)
    }

    private func finish() throws {
        if worstCode != 0 { throw ExitCode(worstCode) }
    }
}
