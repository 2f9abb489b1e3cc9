import Foundation
import PerceptTestSupport
import Testing

/// A signal leaves nothing half-written, and the exit code that a shell expects.
@Suite struct InterruptionTests {
    @Test func anInterruptedPreparationLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = try CommandRun.executable()
        process.arguments = ["prepare", "long.wav", "-o", "out.flac"]
        process.currentDirectoryURL = folder.url
        process.standardError = Pipe()
        process.standardOutput = Pipe()
        try Self.longRecording(folder.file("long.wav"))
        try process.run()
        // The temporary file beside the output says that work is under way. A task that sleeps could wake up too late.
        var names: [String] = []
        for _ in 0..<6000 where names.count < 2 {
            usleep(10_000)
            names = try folder.contents()
        }
        #expect(names.contains { $0.hasSuffix(".part") }, "\(names)")
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 130)
        #expect(try folder.contents() == ["long.wav"])
    }

    @Test func anInterruptedFolderLeavesNothingHalfWritten() throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = try CommandRun.executable()
        let names = ["a.wav", "b.wav", "c.wav"]
        process.arguments = ["prepare", "-o", "out"] + names
        process.currentDirectoryURL = folder.url
        process.standardError = Pipe()
        process.standardOutput = Pipe()
        for name in names { try Self.longRecording(folder.file(name)) }
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        try process.run()
        var written: [String] = []
        for _ in 0..<6000 where written.isEmpty {
            usleep(10_000)
            written = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
        }
        #expect(written.allSatisfy { $0.hasSuffix(".part") } && !written.isEmpty, "\(written)")
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).isEmpty)
    }

    /// A wait before the next attempt, a service that says nothing, an answer that trickles in: each ends at once.
    @Test(.timeLimit(.minutes(1)), arguments: ["loading:9:60", "slow-start:9:60", "trickle:9:60"])
    func aWaitAndATransferEndAtOnce(fault: String) async throws {
        let folder = try TemporaryFolder()
        let endpoint = Process()
        let (address, seen) = (Pipe(), Pipe())
        endpoint.executableURL = try CommandRun.executable()
        endpoint.arguments = ["endpoint", "--tape", TestFiles.tape, "--fault", fault]
        (endpoint.standardOutput, endpoint.standardError) = (address, seen)
        try endpoint.run()
        defer { endpoint.terminate() }
        let url = String(decoding: address.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let process = Process()
        process.executableURL = try CommandRun.executable()
        process.arguments = ["detect", TestFiles.scene, "-o", folder.file("out.png"), "--endpoint", url]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        // The endpoint reports a request as soon as it has it.
        #expect(!seen.fileHandleForReading.availableData.isEmpty)
        try await Task.sleep(for: .milliseconds(200))
        let start = ContinuousClock.now
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(try folder.contents().isEmpty)
    }

    /// A scheduler sends SIGTERM, and runs a command that ends with 75 again.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (SIGTERM, [], 143), (SIGTERM, ["--ledger", "run.sqlite"], 75), (SIGHUP, [], 129),
            (SIGINT, ["--ledger", "run.sqlite"], 130),
        ] as [(Int32, [String], Int32)])
    func theExitCodeTellsTheSignal(signal: Int32, options: [String], status: Int32) throws {
        let folder = try TemporaryFolder()
        let endpoint = try RunningEndpoint(["--tape", TestFiles.tape, "--fault", "slow-start:9:60"])
        let process = Process()
        process.executableURL = try CommandRun.executable()
        process.currentDirectoryURL = folder.url
        process.arguments = ["detect", TestFiles.scene, "--endpoint", endpoint.url] + options
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        Thread.sleep(forTimeInterval: 2)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == status)
    }

    @Test func anEndpointEndsWithoutComplaint() async throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = try CommandRun.executable()
        process.arguments = ["endpoint", "--tape", TestFiles.tape]
        process.standardOutput = output
        process.standardError = Pipe()
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        #expect(line.hasPrefix("http://127.0.0.1:") && line.hasSuffix("/hf-inference\n"), "\(line)")
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
    }

    /// An hour and a half of silence at 192 kHz, as a sparse file: minutes of work in a debug build.
    private static func longRecording(_ path: String) throws {
        let byteCount = 2_000_000_000
        var header = WAVBytes.plain([], bits: 16, sampleRate: 192_000, channelCount: 1)
        header.replaceSubrange(4..<8, with: WAVBytes.littleEndian(UInt32(byteCount + 36)))
        header.replaceSubrange(40..<44, with: WAVBytes.littleEndian(UInt32(byteCount)))
        try Data(header).write(to: URL(fileURLWithPath: path))
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: UInt64(header.count + byteCount))
        try file.close()
    }
}
