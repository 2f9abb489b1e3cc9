import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

/// One run of the built command.
struct CommandRun {
    let status: Int32
    let output: String
    let errors: String

    /// Runs `percept` with `arguments` in `folder`, with no token to be found, and waits for it to end.
    ///
    /// - Parameter environment: variables beside the few that are set for every run.
    init(
        _ arguments: [String], in folder: TemporaryFolder, input: [UInt8] = [],
        printingTo destination: FileHandle? = nil, environment: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = try Self.executable()
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        // A home of its own: Foundation's networking makes its (empty) folders there.
        let home = try TemporaryFolder()
        process.environment = ["HOME": home.path, "PATH": "/usr/bin:/bin", "TMPDIR": NSTemporaryDirectory()]
            .merging(environment) { $1 }
        let (standardInput, standardOutput, standardError) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = destination ?? standardOutput
        process.standardError = standardError
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input))
        try standardInput.fileHandleForWriting.close()
        // Ours to close where it was not handed over, or reading it would wait for ever.
        if destination != nil { try standardOutput.fileHandleForWriting.close() }
        // What is printed here is less than a pipe holds, so that one after the other can be read.
        output = String(decoding: standardOutput.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        errors = String(decoding: standardError.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }

    /// The one line of JSON on standard output.
    func json() throws -> JSONValue {
        let lines = output.split(separator: "\n")
        #expect(lines.count == 1)
        return try JSONValue(parsing: Array(try #require(lines.first).utf8))
    }

    /// The command lies beside the tests that were built with it.
    static func executable() throws -> URL {
        let places =
            [Bundle.main.executableURL, URL(fileURLWithPath: CommandLine.arguments[0])]
            + Bundle.allBundles.map(\.bundleURL)
        let candidates = places.compactMap { $0?.deletingLastPathComponent().appendingPathComponent("percept") }
        return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
    }
}

extension TestFiles {
    static let harbour = media("audio/harbour-44100-stereo.flac")
    static let kitchen = media("audio/kitchen-48000-mono.wav")
    static let scene = media("images/scene.png")
    static let photo = media("images/photo-orientation-6.jpg")
    static let tape = media("tapes/demo.json")
}

/// The built command as an endpoint, until the value goes away.
final class RunningEndpoint {
    private let process = Process()
    let url: String

    init(_ arguments: [String]) throws {
        process.executableURL = try CommandRun.executable()
        process.arguments = ["endpoint"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        url = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }
}
