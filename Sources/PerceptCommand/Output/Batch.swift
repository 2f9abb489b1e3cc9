import ArgumentParser
import Foundation
import Percept
import PerceptCore
import PerceptInference

/// Inputs, each of which is done whatever becomes of the others; what fails is reported.
struct Batch {
    let console: Console
    /// The highest exit code so far, which becomes the command's.
    private var worstCode: CInt = 0
    private var hasReportedCancellation = false

    /// Inputs that are done side by side at most; each holds a picture of its own.
    private static let laneLimit = 16

    private init(_ console: Console) {
        self.console = console
    }

    /// Runs `body` for each file, standard input among them, one after the other, and `finish` after the last.
    ///
    /// - Parameter service: what the files are sent to; what it recorded is saved at the end, whatever became of them.
    /// - Throws: `ExitCode` when any of them failed: the highest of their codes.
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

    /// Runs `body` once, for a task that is not about a file.
    ///
    /// - Throws: `ExitCode` when it failed.
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

    /// Runs `body` for as many files at a time as there are processors; all that is said comes in the order of the files.
    ///
    /// - Parameters:
    ///   - planning: is called for one file after the other, in their order, before `body` is.
    ///   - body: is given the plan, and a console of its own.
    /// - Throws: `ExitCode` when any of them failed: the highest of their codes.
    static func runSideBySide<Plan: Sendable>(
        _ files: [String], _ console: Console, planning: (MediaSource) throws -> Plan,
        _ body: @escaping @Sendable (MediaSource, Plan, Console) async throws -> Void
    ) async throws {
        let laneCount = min(ProcessInfo.processInfo.activeProcessorCount, laneLimit)
        var batch = Batch(console)
        await withTaskGroup(of: (index: Int, error: (any Error)?).self) { group in
            var queue = ReportQueue(files.map { (file: $0, turn: ConsoleTurn()) })
            var busyLaneCount = 0
            for (index, file) in files.enumerated() {
                if busyLaneCount == laneCount, let done = await group.next() {
                    busyLaneCount -= 1
                    queue.finish(done.index, done.error, &batch)
                }
                do {
                    let input = try BatchInput(file)
                    let plan = try planning(input.source)
                    let console = Console(console, turn: queue.turn(index), input: input.source.name)
                    busyLaneCount += 1
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

    /// What is written for all inputs together and cannot be is a failure beside theirs.
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

    /// - Parameter subject: what the error is about, as it stands in JSON output.
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
        // Once for all inputs that are left.
        if !isCancellation || !hasReportedCancellation { console.error(failure.line) }
        hasReportedCancellation = hasReportedCancellation || isCancellation
        if console.isJSON { try? console.result("", json: failure.json(about: subject)) }
        worstCode = max(worstCode, failure.exitCode)
    }

    private func finish() throws {
        if worstCode != 0 { throw ExitCode(worstCode) }
    }
}

/// Has inputs that are done in any order report in their own.
private struct ReportQueue {
    private let inputs: [(file: String, turn: ConsoleTurn)]
    /// Of inputs that are done and have others before them.
    private var outcomes: [Int: (any Error)?] = [:]
    /// The first that is not done.
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

/// One input of a batch; standard input is kept as a file as long as this value lives.
private struct BatchInput: Sendable {
    let source: MediaSource
    private let spool: SpooledInput?

    /// - Throws: ``MediaError`` `.cancelled` when the batch was, `.inputOutput` when standard input cannot be kept.
    init(_ file: String) throws {
        try MediaError.checkCancellation()
        spool = file == "-" ? try SpooledInput() : nil
        source = spool.map { .file($0.path, name: SpooledInput.name) } ?? .file(file)
    }
}

/// Standard input as a file that can be read from any place: removed when the value goes away.
final class SpooledInput: Sendable {
    static let name = "standard input"

    let path: String

    /// - Throws: ``MediaError`` `.inputOutput` when the temporary file cannot be written.
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

/// Where the outputs of one or several inputs go.
///
/// One input is written to the path itself, unless that is a folder already; several go into the folder of that name,
/// each under its own name with a new extension.
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

    /// The output for `source`.
    ///
    /// - Parameter fileExtension: without a dot; `nil` for a folder of the input's name.
    /// - Throws: ``MediaError`` when it is one of the inputs, two inputs would be written to the same place, or the folder
    ///   cannot be made.
    mutating func output(for source: MediaSource, fileExtension: String?) throws -> String {
        guard isFolder else { return path }
        try Self.createFolder(path)
        let name = source.name == SpooledInput.name ? "stdin" : (source.name as NSString).lastPathComponent
        let stem = (name as NSString).deletingPathExtension
        let output = "\(path)/\(fileExtension.map { "\(stem).\($0)" } ?? stem)"
        guard taken.insert(output).inserted else {
            throw MediaError(
                .invalidArgument, source: source.name, problem: "would be written to \(output), as another input was",
                remedy: "rename one of them, or prepare them one by one")
        }
        try OutputFile.checkReplaces(output, noneOf: inputs)
        return output
    }

    private static func createFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw MediaError(
                .outputNotCreatable, source: path, problem: "the folder cannot be created", remedy: "choose another one"
            )
        }
    }
}
