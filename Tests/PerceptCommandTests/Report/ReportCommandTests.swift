import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

/// Results as the command prints them, and the page that it makes of them.
@Suite struct ReportCommandTests {
    /// A folder with the demo's media and all that the demo tape has to say about them.
    static func run() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for path in [TestFiles.harbour, TestFiles.kitchen, TestFiles.photo, TestFiles.scene] {
            _ = try folder.write(TestFiles.bytes(of: path), as: (path as NSString).lastPathComponent)
        }
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("run"), withIntermediateDirectories: true)
        let tape = ["--tape", TestFiles.tape, "--json"]
        for (name, arguments) in [
            ("1-detect", ["detect", "photo-orientation-6.jpg", "--longest-side", "400"]),
            ("2-segment", ["segment", "scene.png", "-o", "run/masks"]),
            ("3-transcribe", ["transcribe", "harbour-44100-stereo.flac", "--timestamps", "chunk"]),
            ("4-classify", ["classify", "kitchen-48000-mono.wav"]),
        ] {
            let run = try CommandRun(arguments + tape, in: folder)
            try #require(run.status == 0, "\(run.errors)")
            _ = try folder.write(Array(run.output.utf8), as: "run/\(name).jsonl")
        }
        return folder
    }

    @Test func resultsSayWhatWasSent() throws {
        let folder = try Self.run()
        let results = try ["1-detect", "2-segment", "3-transcribe", "4-classify"].map { name in
            try JSONValue(parsing: TestFiles.bytes(of: folder.file("run/\(name).jsonl")))
        }
        #expect(
            results.map { $0["sent"]?["mediaType"] } == ["image/jpeg", "image/jpeg", "audio/flac", "audio/flac"])
        #expect(results.allSatisfy { ($0["sent"]?["byteCount"]?.integerValue ?? 0) > 1000 })
        // truth.json: 1200×1600 upright, asked for with 400 pixels on its longest side.
        #expect(results[0]["receipt"]?["uploadSize"] == ["width": 300, "height": 400])
        #expect(results[2]["receipt"]?["upload"]?["sampleRate"] == 16_000)
    }

    @Test func aFolderBecomesAPage() throws {
        let folder = try Self.run()
        let run = try CommandRun(["report", "run", "-o", "report.html", "--json"], in: folder)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let names = ["photo-orientation-6.jpg", "scene.png", "harbour-44100-stereo.flac", "kitchen-48000-mono.wav"]
        let json = try run.json()
        #expect(json["output"] == "report.html" && json["files"] == .array(names.map { .string($0) }))
        let page = try String(contentsOfFile: folder.file("report.html"), encoding: .utf8)
        #expect(page.components(separatedBy: "<article ").count == 5)
        #expect(page.hasSuffix("</html>\n"))
    }

    @Test func standardInputIsReadToo() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(TestFiles.bytes(of: TestFiles.scene), as: "scene.png")
        let line = Array(#"{"file":"scene.png","classes":[{"label":"toys","score":0.5}]}"#.utf8)
        let run = try CommandRun(["report", "-", "-o", "report.html"], in: folder, input: line)
        #expect(run.status == 0 && run.output == "report.html: 1 file\n", "\(run.errors)")
        #expect(try folder.contents() == ["report.html", "scene.png"])
    }

    @Test func masksOfASavedAnswerAreShownOverTheirPicture() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(TestFiles.bytes(of: TestFiles.scene), as: "scene.png")
        let mask = Data(try TestFiles.bytes(of: TestFiles.media("images/scene-ball-mask.png"))).base64EncodedString()
        _ = try folder.write(Array(#"[{"label":"ball","score":0.5,"mask":"\#(mask)"}]"#.utf8), as: "answer.json")
        let masks = try CommandRun(
            ["masks", "answer.json", "-o", "masks", "--image", "scene.png", "--json"], in: folder)
        #expect(try masks.json()["image"] == "scene.png", "\(masks.errors)")
        let run = try CommandRun(
            ["report", "-", "-o", "report.html", "--json"], in: folder, input: Array(masks.output.utf8))
        #expect(try run.json()["files"] == ["scene.png"] && run.errors.isEmpty, "\(run.errors)")
    }

    @Test func missingMediaAreAWarning() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Array(#"{"file":"gone.jpg","classes":[{"label":"toys","score":0.5}]}"#.utf8), as: "a.json")
        let run = try CommandRun(["report", "a.json", "-o", "report.html"], in: folder)
        #expect(run.status == 0)
        #expect(
            run.errors
                == "percept: warning: a.json: the file gone.jpg was not found; its results are shown without it\n")
    }

    @Test(
        arguments: [
            (["missing.json", "-o", "x.html"], 66), (["a.json", "-o", "a.json"], 64), (["b.json", "-o", "x.html"], 65),
            (["a.json", "-o", "nowhere/x.html"], 73), (["a.json"], 64), (["a.json", "-o", "-"], 64),
            (["a.json", "-o", "x.html", "--picture-side", "0"], 64),
        ] as [([String], Int32)])
    func whatCannotBeDoneHasItsCode(arguments: [String], status: Int32) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Array(#"{"file":"gone.jpg","text":"x"}"#.utf8), as: "a.json")
        _ = try folder.write(Array("{}".utf8), as: "b.json")
        let run = try CommandRun(["report", "-q"] + arguments, in: folder)
        #expect(run.status == status, "\(run.errors)")
        #expect(try folder.contents() == ["a.json", "b.json"])
    }
}
