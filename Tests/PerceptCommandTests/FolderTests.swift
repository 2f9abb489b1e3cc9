import Foundation
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

/// Many inputs at once: several are worked on at a time, and nobody can tell from what is printed.
@Suite struct FolderTests {
    /// A slow one first, and every kind of failure between quick ones.
    private static func mixedFolder() throws -> (folder: TemporaryFolder, names: [String]) {
        let folder = try TemporaryFolder()
        func add(_ path: String, _ name: String, cutTo portion: Double = 1) throws {
            let bytes = try TestFiles.bytes(of: path)
            _ = try folder.write(Array(bytes.prefix(Int(Double(bytes.count) * portion))), as: name)
        }
        try add(TestFiles.harbour, "a.flac")
        try add(TestFiles.photo, "b.jpg")
        try add(TestFiles.scene, "c.png")
        try add(TestFiles.photo, "d.jpg", cutTo: 0.5)
        _ = try folder.write([], as: "e.jpg")
        _ = try folder.write(Array("words\n".utf8), as: "f.jpg")
        try add(TestFiles.kitchen, "g.wav", cutTo: 0.5)
        try add(TestFiles.scene, "h.png", cutTo: 0.7)
        try add(TestFiles.scene, "i.png")
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        return (folder, ["a.flac", "b.jpg", "c.png", "d.jpg", "none.jpg", "e.jpg", "f.jpg", "g.wav", "h.png", "i.png"])
    }

    /// Several inputs together give the same as each input alone, one after the other.
    @Test(
        arguments: [["prepare", "--lenient", "-o", "out"], ["prepare", "-o", "out"], ["inspect"]], [[], ["--json"]])
    func allTogetherSayWhatEachAloneDoes(_ verb: [String], _ options: [String]) throws {
        let (folder, names) = try Self.mixedFolder()
        let alone = try names.map { try CommandRun(verb + options + [$0], in: folder) }
        #expect(alone.count { $0.status != 0 } >= 3)
        let written = try Self.contents(of: folder.file("out"))
        try FileManager.default.removeItem(atPath: folder.file("out"))
        let together = try CommandRun(verb + options + names, in: folder)
        #expect(together.output == alone.map(\.output).joined())
        #expect(together.errors == alone.map(\.errors).joined())
        #expect(together.status == alone.map(\.status).max())
        guard verb[0] == "prepare" else { return }
        #expect(try Self.contents(of: folder.file("out")) == written)
        #expect(written.count >= 5)
    }

    @Test func standardInputHasItsPlaceAmongFiles() throws {
        let folder = try TemporaryFolder()
        let scene = try TestFiles.bytes(of: TestFiles.scene)
        let run = try CommandRun(
            ["prepare", TestFiles.photo, "-", TestFiles.kitchen, "-o", "out", "--json"], in: folder, input: scene)
        let lines = try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(
            lines.map { $0["output"] } == [
                "out/photo-orientation-6.jpg", "out/stdin.jpg", "out/kitchen-48000-mono.flac",
            ])
    }

    /// A named pipe stands where the first picture is to be written, and opening it waits for a reader.
    @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "takes two processors"))
    func theSecondIsDoneWhileTheFirstWaits() throws {
        let folder = try TemporaryFolder()
        let scene = try TestFiles.bytes(of: TestFiles.scene)
        for name in ["a.png", "b.png"] { _ = try folder.write(scene, as: name) }
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        #expect(mkfifo(folder.file("out/a.jpg"), 0o600) == 0)
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = try CommandRun.executable()
        process.arguments = ["prepare", "a.png", "b.png", "-o", "out"]
        process.currentDirectoryURL = folder.url
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let second = folder.file("out/b.jpg")
        for _ in 0..<6000 where !FileManager.default.fileExists(atPath: second) {
            usleep(10_000)
        }
        #expect(FileManager.default.fileExists(atPath: second))
        // Lets it go on, whether or not the second came.
        let first = try #require(FileHandle(forReadingAtPath: folder.file("out/a.jpg"))).readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect([UInt8](first) == (try TestFiles.bytes(of: second)))
        let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.map { $0.prefix(5) } == ["a.png", "b.png"])
    }

    /// Named pipes stand where all but the first are to be written, so that every lane waits when the signal comes.
    @Test func anInterruptedFolderHoldsWhatWasDoneAndSaysSoOnce() throws {
        let folder = try TemporaryFolder()
        let scene = try TestFiles.bytes(of: TestFiles.scene)
        let stems = (10..<60).map { "\($0)" }
        for stem in stems { _ = try folder.write(scene, as: "\(stem).png") }
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        for stem in stems.dropFirst() { #expect(mkfifo(folder.file("out/\(stem).jpg"), 0o600) == 0) }
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = try CommandRun.executable()
        process.arguments = ["prepare", "-o", "out"] + stems.map { "\($0).png" }
        process.currentDirectoryURL = folder.url
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let first = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        #expect(first.hasPrefix("10.png → out/10.jpg") && first.hasSuffix("\n"), "\(first)")
        process.interrupt()
        // A reader at each pipe lets whoever waits for one go on, and see that it is over.
        let readers = stems.dropFirst().map { open(folder.file("out/\($0).jpg"), O_RDONLY | O_NONBLOCK) }
        defer { for reader in readers { close(reader) } }
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(said == "percept: cancelled\n")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
                == stems.map { "\($0).jpg" })
        #expect(try Image(decoding: .file(folder.file("out/10.jpg"))).size == PixelSize(width: 960, height: 640))
    }

    private static func contents(of folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        guard FileManager.default.fileExists(atPath: folder) else { return files }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            files[name] = try TestFiles.bytes(of: "\(folder)/\(name)")
        }
        return files
    }
}
