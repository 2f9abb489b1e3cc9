import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

/// Recordings and images that are cut or damaged, through the built command.
@Suite struct DamagedRecordingTests {
    @Test func aDamagedFLACIsReadOnRequest() throws {
        let folder = try TemporaryFolder()
        var bytes = try TestFiles.bytes(of: TestFiles.harbour)
        bytes[bytes.count / 2] ^= 0x55
        let file = try folder.write(bytes, as: "damaged.flac")
        let strict = try CommandRun(["inspect", file, "--json"], in: folder)
        #expect(strict.status == 65)
        #expect(try strict.json()["error"]?["remedy"]?.stringValue?.hasSuffix("(--lenient)") == true)
        let whole = try CommandRun(["inspect", TestFiles.harbour, "--json"], in: folder).json()
        for verb in [["inspect"], ["prepare", "-o", folder.file("out.flac")]] {
            let run = try CommandRun(verb + [file, "--lenient", "--json"], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            let json = try run.json()
            #expect(json["warnings"]?[0]?.stringValue?.hasPrefix("the data are damaged at ") == true)
            #expect(run.errors.contains("percept: warning: \(file): the data are damaged at "))
            #expect((json["frameCount"] ?? json["receipt"]?["source"]?["frameCount"]) == whole["frameCount"])
        }
    }

    /// Warnings stand in the JSON of verbs that ask a service as well.
    @Test func theJSONOfEveryVerbHasTheWarnings() throws {
        let folder = try TemporaryFolder()
        for arguments in [
            ["transcribe", TestFiles.harbour], ["classify", TestFiles.harbour], ["detect", TestFiles.scene],
            ["segment", TestFiles.scene], ["inspect", TestFiles.scene], ["inspect", TestFiles.kitchen],
        ] {
            let service = arguments[0] == "inspect" ? [] : ["--tape", TestFiles.tape]
            let run = try CommandRun(arguments + service + ["--json"], in: folder)
            #expect(run.status == 0, "\(run.errors)")
            guard case .array? = try run.json()["warnings"] else {
                Issue.record("no warnings: \(run.output)")
                continue
            }
        }
    }

    /// Whatever a library has to say, it says through Percept: every line on standard error begins with its name.
    @Test func noLibraryWritesToStandardError() throws {
        let folder = try TemporaryFolder()
        var generator = SplitMix64(seed: 2026)
        var names: [String] = []
        for file in try Self.media(in: folder) {
            let bytes = try TestFiles.bytes(of: file)
            let name = (file as NSString).lastPathComponent
            var variants = [Array(bytes.prefix(bytes.count * 2 / 3)), Array(bytes.dropFirst(bytes.count / 3))]
            variants += (0..<3).map { _ in
                var flipped = bytes
                for _ in 0..<20 {
                    flipped[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(
                        in: 1...255, using: &generator)
                }
                return flipped
            }
            for (index, variant) in variants.enumerated() {
                names.append(try folder.write(variant, as: "\(index)-\(name)"))
            }
        }
        #expect(names.count >= 20)
        for arguments in [["inspect"], ["inspect", "--lenient"], ["prepare", "--lenient", "-o", folder.file("out")]] {
            let run = try CommandRun(arguments + names, in: folder)
            for line in run.errors.split(separator: "\n") where !line.hasPrefix("percept: ") {
                Issue.record("not a line of Percept's: \(line)")
            }
            #expect(run.errors.contains("percept: "))
            #expect(run.output.contains("WAV") || arguments[0] == "prepare")
        }
    }

    /// The media of TestMedia, and what ffmpeg makes of a tone where there is one.
    private static func media(in folder: TemporaryFolder) throws -> [String] {
        var files = [TestFiles.harbour, TestFiles.kitchen, TestFiles.scene, TestFiles.photo]
        let program = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg", "/opt/homebrew/bin/ffmpeg"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let program else { return files }
        for name in [
            "t.mp3", "t.ogg", "t.opus", "t.m4a", "t.webm", "t.aiff", "t.au", "t.caf", "t.w64", "t.wma", "t.webp",
        ] {
            let process = Process()
            process.executableURL = URL(filePath: program)
            process.currentDirectoryURL = folder.url
            let input = name == "t.webp" ? "color=size=64x64:duration=1:rate=1" : "sine=frequency=440:duration=2"
            process.arguments = ["-v", "quiet", "-nostdin", "-y", "-f", "lavfi", "-i", input, name]
            try process.run()
            process.waitUntilExit()
            if process.terminationStatus == 0 { files.append(folder.file(name)) }
        }
        return files
    }
}
