import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

@testable import PerceptCommand

/// Names and contents of files are not ours: none of their control characters reaches a terminal.
@Suite struct TerminalSafetyTests {
    /// C0, DEL, C1 and a line that looks like one of ours.
    private static let evil = "a\u{1B}[31mb\u{7F}c\u{9B}2Jd\npercept: all is well\r.wav"

    private static func expectHarmless(_ run: CommandRun, sourceLocation: SourceLocation = #_sourceLocation) {
        for scalar in (run.output + run.errors).unicodeScalars where scalar != "\n" {
            #expect(
                scalar.properties.generalCategory != .control, "\((run.output + run.errors).debugDescription)",
                sourceLocation: sourceLocation)
        }
        #expect(!run.errors.contains("\npercept: all is well"), sourceLocation: sourceLocation)
        #expect(!run.output.contains("\npercept: all is well"), sourceLocation: sourceLocation)
    }

    @Test func controlCharactersAreReplaced() {
        #expect(Console.printable("a\u{1B}b\u{7F}c\u{9B}d\n\t") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\n\t")
        #expect(Console.printableLine("a\r\n\t\u{2028}é") == "a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}é")
    }

    @Test func namesAreHarmless() throws {
        let folder = try TemporaryFolder()
        let short = RIFFBytes.file([
            RIFFBytes.chunk("fmt ", RIFFBytes.format()),
            RIFFBytes.chunk("data", [UInt8](repeating: 1, count: 1600), statedSize: 2000),
        ])
        _ = try folder.write(short, as: Self.evil)
        for arguments in [
            ["inspect", Self.evil], ["inspect", Self.evil, Self.evil], ["prepare", Self.evil, "-o", "out"],
            ["prepare", Self.evil, "-o", "x\u{1B}[1m.flac"], ["inspect", "none" + Self.evil],
            ["detect", Self.evil], ["transcribe", Self.evil], ["inspect", "--none" + Self.evil, "x"],
            ["inspect", "x", "--for", Self.evil], ["prepare", "x", "-o", "y", "--rate", Self.evil], [Self.evil],
        ] {
            let run = try CommandRun(arguments, in: folder)
            #expect(!run.errors.isEmpty, "\(arguments)")
            Self.expectHarmless(run)
        }
        // In JSON the name is what it is: its escapes are JSON's.
        let json = try CommandRun(["inspect", Self.evil, "--json"], in: folder).json()
        #expect(json["file"] == .string(Self.evil))
    }

    @Test func contentsAreHarmless() throws {
        let folder = try TemporaryFolder()
        let format = RIFFBytes.chunk("fmt ", RIFFBytes.format())
        let unknownTag = RIFFBytes.chunk("fmt ", RIFFBytes.format(tag: 0x0A1B))
        let data = RIFFBytes.chunk("data", [UInt8](repeating: 1, count: 1600))
        let evilChunk = RIFFBytes.chunk("\u{1B}]0;", [1, 2], statedSize: 4_000_000)
        let caf =
            Array("caff\0\u{1}\0\0desc".utf8) + [0, 0, 0, 0, 0, 0, 0, 32] + [UInt8](repeating: 64, count: 8)
            + Array("\u{1B}[5m".utf8) + [UInt8](repeating: 1, count: 200)
        let movie = [0, 0, 0, 16] + Array("ftypisom\0\0\0\0".utf8) + [0, 0, 0, 8] + Array("\u{1B}[7m".utf8)
        let files: [String: [UInt8]] = [
            "chunk.wav": RIFFBytes.file([format, evilChunk]), "tag.wav": RIFFBytes.file([unknownTag, data]),
            "codec.caf": caf, "box.mp4": movie, "unknown": Array("\u{1B}[31m\u{0}\n\r".utf8),
        ]
        for (name, bytes) in files {
            _ = try folder.write(bytes, as: name)
            // With ffmpeg, where there is one, and without.
            for path in ["/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin", folder.path] {
                let run = try CommandRun(["inspect", name], in: folder, environment: ["PATH": path])
                #expect(run.status == 65, "\(name)")
                Self.expectHarmless(run)
                #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            }
        }
    }
}
