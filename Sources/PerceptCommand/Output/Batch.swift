import ArgumentParser
import Foundation
import Percept
import PerceptCore
import PerceptInference

/// One input after the other; what fails is reported, the others are still done.
struct Batch {
    let console: Console
    /// The highest exit code so far, which becomes the command's.
    private var worstCode: CInt = 0

    init(_ console: Console) {
        self.console = console
    }

    /// Runs `body` for each file, standard input among them.
    ///
    /// - Throws: `ExitCode` when any of them failed: the highest of their codes.
    static func run(
        _ files: [String], _ console: Console, _ body: (MediaSource) async throws -> Void
    ) async throws {
        var batch = Batch(console)
        for file in files { await batch.attempt(file, body) }
        batch.saveRecording(protecting: files)
        try batch.finish()
    }

    /// A tape that cannot be written is a failure beside those of the inputs.
    private mutating func saveRecording(protecting files: [String]) {
        do {
            try ServiceRecording.save(protecting: files)
        } catch {
            let failure = Failure.reporting(error)
            console.error(failure.line)
            worstCode = max(worstCode, failure.exitCode)
        }
    }

    private mutating func attempt(_ file: String, _ body: (MediaSource) async throws -> Void) async {
        do {
            try MediaError.checkCancellation()
            guard file == "-" else { return try await body(.file(file)) }
            let spool = try SpooledInput()
            try await body(.file(spool.path, name: SpooledInput.name))
        } catch {
            let failure = Failure.reporting(error)
            console.error(failure.line)
            if console.isJSON { try? console.result("", json: failure.json(file: file)) }
            worstCode = max(worstCode, failure.exitCode)
        }
    }

    private func finish() throws {
        if worstCode != 0 { throw ExitCode(worstCode) }
    }
}

/// Standard input as a file that can be read from any place: removed when the value goes away.
struct SpooledInput: ~Copyable {
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
