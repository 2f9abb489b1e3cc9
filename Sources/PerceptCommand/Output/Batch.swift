import ArgumentParser
import Foundation
import Percept
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
                console.begin(input.source.name)
                try await body(input.source)
                withExtendedLifetime(input) {}
            } catch {
                batch.report(error, file)
            }
            console.begin(nil)
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
                    let console = Console(console, turn: queue.turn(index), input: input.source.name)
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

    fileprivate mutating func report(_ error: any Error, _ file: String) {
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

/// Puts the reports of inputs that finish in any order into the order of the inputs.
private struct ReportQueue {
    private let inputs: [(file: String, turn: ConsoleTurn)]
    /// The outcomes of finished inputs that wait for earlier ones.
    private var outcomes: [Int: (any Error)?] = [:]
    /// The index of the first unfinished input.
    private var head = 0

    init(_ inputs: [(file: String, turn: ConsoleTurn)]) {
        self.inputs = inputs
        inputs.first?.turn.come()
    }

    func turn(_ index: Int) -> ConsoleTurn { inputs[index].turn }

    mutating func finish(_ index: Int, _ error: (any Error)?, _ batch: inout Batch) {
        outcomes[index] = .some(error)
        while let outcome = outcomes.removeValue(forKey: head) {
            let input = inputs[head]
            if let error = outcome ?? input.turn.failure { batch.report(error, input.file) }
            head += 1
            if head < inputs.count { inputs[head].turn.come() }
        }
    }
}

/// One input of a batch; standard input is kept in a temporary file while this value exists.
private struct BatchInput: Sendable {
    let source: MediaSource
    private let spool: SpooledInput?

    /// Opens an input.
    ///
    /// - Throws: ``MediaError`` `.cancelled` if the batch was cancelled, `.inputOutput` if standard input cannot be
    ///   saved.
    init(_ file: String) throws {
        try MediaError.checkCancellation()
        spool = file == "-" ? try SpooledInput() : nil
        source = spool.map { .file($0.path, name: SpooledInput.name) } ?? .file(file)
    }
}

/// Standard input as a temporary file that supports seeking; it is removed with the value.
final class SpooledInput: Sendable {
    static let name = "standard input"

    let path: String

    /// Reads standard input to its end.
    ///
    /// - Throws: ``MediaError`` `.inputOutput` if the temporary file cannot be written.
    init() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("percept-\(UUID().uuidString)").path
        let file = try OutputFile(path: path)
        do {
            while let data = try FileHandle.standardInput.read(upToCount: 1 << 20), !data.isEmpty {
                try MediaError.checkCancellation()
                try file.write(Array(data))
            }
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(.inputOutput, source: Self.name, problem: "reading failed")
        }
        try file.commit()
        self.path = path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// The output paths of one or several inputs.
///
/// A single input is written to the path itself, unless that is an existing folder. Several inputs are written into the
/// folder of that name, each under its own name with a new extension.
struct OutputNaming {
    private let path: String
    private let inputs: [String]
    private let isFolder: Bool
    private var taken: Set<String> = []

    init(_ path: String, inputs: [String]) {
        self.path = path
        self.inputs = inputs
        var exists: ObjCBool = false
        isFolder =
            inputs.count > 1 || FileManager.default.fileExists(atPath: path, isDirectory: &exists) && exists.boolValue
    }

    /// Returns the output path for `source`.
    ///
    /// - Parameter fileExtension: the extension without a dot; `nil` for a folder of the input's name.
    /// - Throws: ``MediaError`` if the path is one of the inputs, two inputs would be written to the same path, or the
    ///   folder cannot be created.
    mutating func output(for source: MediaSource, fileExtension: String?) throws -> String {
        guard isFolder else { return path }
        try Self.createFolder(path)
        let name = source.name == SpooledInput.name ? "stdin" : (source.name as NSString).lastPathComponent
        let stem = (name as NSString).deletingPathExtension
        let output = "\(path)/\(fileExtension.map { "\(stem).\($0)" } ?? stem)"
        guard taken.insert(output).inserted else {
            throw MediaError(
                .invalidArgument, source: source.name,
                problem: "the output \(output) is already used for another input",
                remedy: "rename one of the inputs or process them one by one")
        }
        try OutputFile.checkReplaces(output, noneOf: inputs)
        return output
    }

    private static func createFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw MediaError(
                .outputNotCreatable, source: path, problem: "cannot create the folder", remedy: "choose another one")
        }
    }
}
