import ArgumentParser
import PerceptBatch
import PerceptCore
import PerceptInference

/// Reports the failures of a run and determines its exit code.
struct RunReport {
    let console: Console
    /// The highest exit code so far, which becomes the command's.
    private(set) var worstCode: CInt = 0

    /// Failures of inputs appear only on standard output, and the exit code is 0 whatever happens to them.
    private let isWorker: Bool

    init(_ console: Console, isWorker: Bool = false) {
        self.console = console
        self.isWorker = isWorker
    }

    /// Runs `body`, which is about one file or task.
    ///
    /// - Parameters:
    ///   - subject: the members that identify the file or task in JSON output.
    ///   - service: the session of the run; its tape is saved at the end even if `body` failed.
    ///   - protectedPaths: the files that the tape must not replace.
    ///   - finish: a closure that is called in any case, after `body`.
    /// - Throws: `ExitCode` if it failed.
    static func run(
        about subject: JSONObject, _ console: Console, service: ServiceSession? = nil,
        protecting protectedPaths: [String] = [], finish: () throws -> Void = {}, _ body: () async throws -> Void
    ) async throws {
        var run = RunReport(console)
        do {
            try MediaError.checkCancellation()
            try await body()
        } catch {
            run.report(error, subject)
        }
        run.attempt(finish)
        run.attempt { try service?.save(protecting: protectedPaths) }
        try run.finish()
    }

    /// Runs `body` with the file, or standard input for `-`.
    ///
    /// - Throws: `ExitCode` if it failed.
    static func run(
        _ file: String, _ console: Console, service: ServiceSession? = nil, finish: () throws -> Void = {},
        _ body: (MediaSource) async throws -> Void
    ) async throws {
        try await run(
            about: ["file": .string(file)], console, service: service, protecting: [file], finish: finish
        ) {
            let input = try SingleInput(file)
            try await body(input.source)
            withExtendedLifetime(input) {}
        }
    }

    /// Runs `body`, which writes something for all inputs together, and reports its failure like that of an input.
    mutating func attempt(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            report(error)
        }
    }

    /// Reports an error on standard error, and as JSON if that was requested and it is about a subject.
    ///
    /// - Parameter subject: the members that identify the input or task in JSON output.
    mutating func report(_ error: any Error, _ subject: JSONObject? = nil) {
        for failure in failures(error, subject) { raise(failure.exitCode) }
    }

    /// Reports the failure of one of many inputs.
    ///
    /// With a ledger, an input that failed for good is decided, and only failures that another run may resolve count.
    mutating func report(_ error: any Error, _ subject: JSONObject, hasLedger: Bool) {
        if isWorker {
            guard !(error is IncompleteResult) else { return }
            let json = Failure.reporting(error).json(about: subject)
            do { try console.result("", json: json) } catch { report(error) }
            return
        }
        for failure in failures(error, subject) {
            if !hasLedger { raise(failure.exitCode) } else if failure.isTransient { raise(Failure.tryAgain) }
        }
    }

    /// Prints an error and returns its failures.
    private func failures(_ error: any Error, _ subject: JSONObject?) -> [Failure] {
        if let incomplete = error as? IncompleteResult {
            for failure in incomplete.failures { console.error(failure.line) }
            return incomplete.failures
        }
        let failure = Failure.reporting(error)
        console.error(failure.line)
        if console.isJSON, let subject { try? console.result("", json: failure.json(about: subject)) }
        return [failure]
    }

    /// Makes the run end with at least this code.
    mutating func raise(_ code: CInt) { worstCode = max(worstCode, code) }

    /// Ends the run.
    ///
    /// - Throws: `ExitCode` with the highest code of the failures.
    func finish() throws {
        if worstCode != 0 { throw ExitCode(worstCode) }
    }
}

/// The input of a verb that takes one; standard input is kept in a temporary file while this value exists.
struct SingleInput: Sendable {
    let source: MediaSource
    private let spool: SpooledInput?

    /// Opens an input.
    ///
    /// - Throws: ``MediaError`` `.cancelled` if the task was cancelled, `.inputOutput` if standard input cannot be
    ///   saved.
    init(_ file: String) throws {
        try MediaError.checkCancellation()
        spool = file == "-" ? try SpooledInput(path: file) : nil
        source = spool.map { .file($0.path, name: SpooledInput.name) } ?? .file(file)
    }
}
