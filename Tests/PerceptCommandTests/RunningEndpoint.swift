import Foundation

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
