import Foundation
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

/// Directories, lists, ledgers and workers, as the command shows them.
@Suite struct ManyInputsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let model = "/models/google/vit-base-patch16-224"
    private static let speech = "/models/facebook/wav2vec2-large-960h-lv60-self"

    private func tape(_ path: String, _ answer: JSONValue, count: Int, as name: String = "tape.json") throws -> String {
        let tape: JSONValue = [
            "format": "percept-tape", "version": 1,
            "exchanges": [
                ["request": ["path": .string(path)], "response": ["json": answer], "repeat": .integer(count)]
            ],
        ]
        return try folder.write(tape.serialized(), as: name)
    }

    private func classes(_ count: Int) throws -> String {
        try tape("/hf-inference" + Self.model, [["label": "cat", "score": 0.9]], count: count)
    }

    private func add(_ path: String, as name: String) throws {
        let url = URL(filePath: folder.file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: URL(filePath: path), to: url)
    }

    private func run(_ arguments: String..., input: String = "") throws -> CommandRun {
        try CommandRun(arguments, in: folder, input: Array(input.utf8))
    }

    private func lines(_ run: CommandRun) throws -> [JSONValue] {
        try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    // MARK: Sources

    @Test func aDirectoryIsMirrored() throws {
        try add(TestFiles.scene, as: "in/day2/a.png")
        try add(TestFiles.scene, as: "in/day1/b.png")
        _ = try folder.write(Array("x".utf8), as: "in/notes.txt")
        let run = try run("prepare", "in", "-o", "out", "--json")
        #expect(run.status == 0)
        #expect(try lines(run).map { $0["file"] } == ["in/day1/b.png", "in/day2/a.png"])
        #expect(try lines(run).map { $0["output"] } == ["out/day1/b.jpg", "out/day2/a.jpg"])
        #expect(run.errors == "percept: skipped 1 file that is neither a recording nor an image\n")
    }

    @Test func membersOfArchivesAreInputs() throws {
        var tar = TarBytes()
        tar.add("day1/a.png", try TestFiles.bytes(of: TestFiles.scene))
        tar.add("day1/a.json", Array(#"{"caption":"a street","file":"x"}"#.utf8))
        tar.add("../up.png", try TestFiles.bytes(of: TestFiles.scene))
        _ = try folder.write(tar.bytes, as: "shard.tar")
        let run = try run("prepare", "shard.tar", "-o", "out", "--json")
        #expect(run.status == 65)
        let results = try lines(run)
        #expect(results.map { $0["file"] } == ["shard.tar:day1/a.png", "shard.tar:../up.png"])
        #expect(results.first?["output"] == "out/day1/a.jpg" && results.first?["caption"] == "a street")
        #expect(results.first?["manifest"] == ["file": "x"])
        #expect(
            run.errors
                == "percept: shard.tar:../up.png: the path of the member leads out of the archive; create the archive "
                + "with paths below its root\n")
        let one = try self.run("prepare", "shard.tar:day1/a.png", "-o", "one.jpg")
        #expect(one.status == 0 && one.output.hasPrefix("shard.tar:day1/a.png → one.jpg: image/jpeg, 960×640"))
        let onto = try self.run("prepare", "shard.tar:day1/a.png", "-o", "shard.tar")
        #expect(onto.status == 64 && onto.errors.contains("shard.tar"))
        #expect(try TestFiles.bytes(of: folder.file("shard.tar")) == tar.bytes)
    }

    /// A file system that accepts only UTF-8, such as APFS, cannot have these names.
    private static let acceptsAnyName: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        let path = String(fileName: Array(folder.file("").utf8) + [0xFF])
        let descriptor = path.withFileName { open($0, O_CREAT | O_WRONLY, 0o600) }
        guard descriptor >= 0 else { return false }
        return close(descriptor) == 0
    }()

    /// `photo\xff.png` and `caf\xe9.png` (Latin-1), as Python's `json.dumps(os.fsdecode(name))` writes them (PEP 383).
    @Test(.enabled(if: acceptsAnyName)) func namesThatAreNotUTF8AreReadWrittenAndReported() throws {
        let make = """
            mkdir in && cp "$1" in/"$(printf 'photo\\377.png')" && cp "$1" in/"$(printf 'caf\\351.png')"
            """
        try shell(make, TestFiles.scene)
        let all = try run("prepare", "in", "-o", "out", "--json", "--ledger", "run.db")
        #expect(all.status == 0 && all.errors == "")
        #expect(all.output.contains(#""file":"in/caf\udce9.png","output":"out/caf\udce9.jpg""#))
        #expect(all.output.contains(#""file":"in/photo\udcff.png","output":"out/photo\udcff.jpg""#))
        try shell("[ -s out/\"$(printf 'photo\\377.jpg')\" ] && [ -s out/\"$(printf 'caf\\351.jpg')\" ]")
        // The ledger finds them again.
        let again = try run("prepare", "in", "-o", "out", "--json", "--ledger", "run.db")
        #expect(again.output == all.output && again.errors.contains("2 of 2 results from the ledger"))
        // By argument, by a line and by an object of a list; text has the bytes themselves.
        let list = Array("in/photo".utf8) + [0xFF] + Array(".png\n{\"file\":\"in/caf\\udce9.png\"}\n".utf8)
        _ = try folder.write(list, as: "list")
        let listed = try run("inspect", "--files-from", "list", "--json")
        #expect(listed.status == 0 && listed.output.contains(#""file":"in/caf\udce9.png""#))
        let script =
            "\"$1\" inspect in/\"$(printf 'photo\\377.png')\" | LC_ALL=C grep -c \"$(printf 'photo\\377.png')\""
        try shell(script, try CommandRun.executable().path)
    }

    /// Runs a script in the folder; fails unless it succeeds.
    private func shell(_ script: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script, "sh"] + arguments
        process.currentDirectoryURL = folder.url
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func shardsHoldTheUploadsInOrder() throws {
        try add(TestFiles.scene, as: "in/a.png")
        _ = try folder.write(Array("\u{89}PNG".utf8), as: "in/b.png")
        try add(TestFiles.scene, as: "in/c.png")
        try add(TestFiles.scene, as: "in/d.png")
        let list = ["a", "b", "c", "d"].map { #"{"file":"in/\#($0).png","caption":"\#($0)"}"# }.joined(separator: "\n")
        _ = try folder.write(Array(list.utf8), as: "list")
        let run = try run("prepare", "--files-from", "list", "-o", "out", "--shards", "2", "--json")
        #expect(run.status == 65)
        let results = try lines(run).filter { $0["error"] == nil }
        #expect(results.map { $0["file"] } == ["in/a.png", "in/c.png", "in/d.png"])
        #expect(
            results.map { $0["output"] } == [
                "out/00000.tar:000000.jpg", "out/00000.tar:000001.jpg", "out/00001.tar:000010.jpg",
            ])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
        #expect(names == ["00000.tar", "00000_stats.json", "00001.tar", "00001_stats.json"])
        // What was written is an input again, with its texts.
        let read = try self.run("inspect", "out/00000.tar", "--json")
        #expect(try lines(read).map { $0["txt"] } == ["a", "c"])
        let again = try self.run("prepare", "in", "-o", "out", "--shards", "2")
        #expect(again.status == 73 && again.errors.contains("already has the shard 00000.tar"))
        #expect(try self.run("prepare", "in", "-o", "new", "--shards", "2", "--ledger", "x").status == 64)
    }

    @Test func aDryRunCountsAndWritesNothing() throws {
        try add(TestFiles.scene, as: "in/a.png")
        try add(TestFiles.scene, as: "in/b.png")
        let run = try run("detect", "in", "none.png", "-o", "out", "--ledger", "run.db", "--dry-run")
        #expect(run.status == 66)
        let size = try TestFiles.bytes(of: TestFiles.scene).count
        #expect(
            run.output == """
                inputs      3, 1 cannot be read
                bytes       \(2 * size)
                images      2, 1.2 megapixels
                requests    1
                duplicates  1
                finished    0

                """)
        #expect(run.errors == "percept: none.png: there is no such file; check the path\n")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file(""))
        #expect(!names.contains("out") && !names.contains("run.db"))
        let json = try #require(
            try lines(self.run("transcribe", TestFiles.media("audio/kitchen-48000-mono.wav"), "--dry-run", "--json"))
                .first)
        #expect(json["requests"] == 1 && json["recordings"] == 1 && json["finished"] == 0)
    }

    @Test func twoInputsWithOneOutputAreAnError() throws {
        try add(TestFiles.scene, as: "in/a.png")
        try add(TestFiles.photo, as: "in/a.jpg")
        let run = try run("prepare", "in", "-o", "out", "--json")
        #expect(run.status == 64)
        #expect(run.errors.contains("already used for another input"))
        #expect(try lines(run).map { $0["error"] == nil } == [true, false])
    }

    @Test func outputsDoNotBecomeInputs() throws {
        try add(TestFiles.scene, as: "in/a.png")
        for output in ["in", "in/out", "./in/../in/out/more"] {
            let run = try run("prepare", "in", "-o", output)
            #expect(run.status == 64)
            #expect(run.errors.contains("lies in the input in"))
        }
        #expect(try run("prepare", "in", "-o", "in-out").status == 0)
    }

    @Test func membersOfAManifestAreReturned() throws {
        try add(TestFiles.scene, as: "a.png")
        _ = try folder.write(
            Array(#"{"file":"a.png","id":7,"shop":"x","classes":"old"}"#.utf8) + Array("\n{\nnone.png\n".utf8),
            as: "list")
        let run = try run("classify", "--files-from", "list", "--tape", try classes(1), "--json")
        #expect(run.status == 66)
        let found = try lines(run)
        #expect(found[0]["id"] == 7 && found[0]["shop"] == "x")
        #expect(found[0]["classes"]?[0]?["label"] == "cat")
        #expect(found[0]["manifest"] == ["classes": "old"])
        #expect(found[1]["file"] == "list, line 2" && found[1]["error"]?["kind"] == "malformedInput")
        #expect(found[2]["file"] == "none.png" && found[2]["error"]?["kind"] == "inputMissing")
    }

    @Test(arguments: [
        (["--files-from", "list", "-0", "-"], "can be read only once"), (["a", "-0"], "-0 requires --files-from"),
        ([], "missing input"), (["a", "--share", "4/4"], "--share"), (["a", "--jobs", "0"], "--jobs"),
        (["a", "--jobs", "10001"], "--jobs"), (["a", "--rate", "60/day"], "--rate"),
        (["a", "--retry", "all"], "--retry requires --ledger"), (["a", "--deadline", "0"], "--deadline"),
        (["a", "--stop-after", "-1"], "--stop-after"), (["a", "--grace", "-1"], "--grace"),
    ])
    func wrongOptions(arguments: [String], words: String) throws {
        let arguments = arguments.contains("list") ? ["--files-from", "-", "-"] : arguments
        let run = try CommandRun(["classify"] + arguments, in: folder)
        #expect(run.status == 64)
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test func theLargestValuesAreAccepted() throws {
        try add(TestFiles.scene, as: "a.png")
        let run = try run(
            "classify", "a.png", "--tape", try classes(1), "--jobs", "10000", "--rate", "600/min", "--deadline",
            "604800",
            "--stop-after", "0", "--grace", "86400", "--share", "0/1")
        #expect(run.status == 0, "\(run.errors)")
    }

    // MARK: Ledger

    @Test func aLedgerResumesAndDecidesTheExitCode() throws {
        for name in ["a", "b"] { try add(TestFiles.scene, as: "in/\(name).png") }
        _ = try folder.write(Array([0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]), as: "in/c.jpg")
        // Both images have the same content, so one response is enough; the second run needs none.
        for (count, known) in [(1, 1), (0, 2)] {
            let run = try run(
                "classify", "in", "--ledger", "run.sqlite", "--json", "--tape",
                count == 0 ? try tape("/none", [], count: 1, as: "empty.json") : try classes(count))
            #expect(run.status == 0, "\(run.errors)")
            #expect(try lines(run).map { $0["classes"]?[0]?["label"] } == ["cat", "cat", nil])
            #expect(try lines(run)[2]["error"]?["transient"] == false)
            #expect(run.errors.contains("\(known) of 3 results from the ledger"))
        }
        #expect(try run("classify", "in", "--json", "--tape", try classes(2)).status == 65)
        let counts = try run("ledger", "run.sqlite", "--json").json()
        #expect(counts["answered"] == 2 && counts["failed"] == 1 && counts["transient"] == 0)
        let exported = try lines(run("ledger", "run.sqlite", "--export", "-"))
        #expect(exported.map { $0["file"] } == ["in/a.png", "in/b.png", "in/c.jpg"])
        let failed = try run("ledger", "run.sqlite", "--failed")
        #expect(failed.output.hasPrefix("in/c.jpg: "))
        #expect(try run("ledger", "none.sqlite").status == 66)
    }

    @Test func aLedgerOfAnotherVerbIsRefused() throws {
        try add(TestFiles.scene, as: "a.png")
        #expect(try run("inspect", "a.png", "--ledger", "run.sqlite").status == 0)
        let other = try run("classify", "a.png", "--ledger", "run.sqlite", "--tape", try classes(1))
        #expect(other.status == 64)
        #expect(other.errors.hasPrefix("percept: run.sqlite: "))
    }

    @Test func otherOptionsMakeAnInputNew() throws {
        try add(TestFiles.scene, as: "a.png")
        for top in ["1", "2"] {
            let run = try run(
                "classify", "a.png", "--ledger", "run.sqlite", "--top", top, "--tape", try classes(1))
            #expect(run.status == 0, "\(run.errors)")
            #expect(!run.errors.contains("from the ledger"))
        }
    }

    // MARK: Worker

    @Test func aWorkerAnswersEachLineOnce() throws {
        try add(TestFiles.scene, as: "a.png")
        let photo = Data(try TestFiles.bytes(of: TestFiles.scene)).base64EncodedString()
        let run = try run(
            "worker", "inspect", "--ordered",
            input: """
                {"id":1,"file":"a.png"}
                {"id":"b","data":"\(photo)","name":"b.png"}
                a.png

                none
                {

                """)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        let found = try lines(run)
        #expect(found.count == 6)
        #expect(found.map { $0["id"] } == [1, "b", nil, nil, nil, nil])
        #expect(found.map { $0["width"] } == [960, 960, 960, nil, nil, nil])
        #expect(
            found.map { $0["error"]?["kind"] } == [nil, nil, nil, "malformedInput", "inputMissing", "malformedInput"])
    }

    @Test func aWorkerThatCannotWorkSaysSo() throws {
        #expect(try run("worker", "masks").status == 64)
        #expect(try run("worker", "classify", "--no-such-option").status == 64)
        let refused = try run("worker", "classify", input: "{\"id\":1,\"file\":\"\(TestFiles.scene)\"}\n")
        #expect(refused.status == 77)
    }

    // MARK: Output

    @Test func oneFileForEachFormat() throws {
        let speech = try tape("/hf-inference" + Self.speech, ["text": "Good morning."], count: 2)
        let run = try run("transcribe", TestFiles.kitchen, "--tape", speech, "-o", "out", "--format", "srt,txt,json")
        #expect(run.status == 0, "\(run.errors)")
        let names = ["txt", "json", "srt"].map { "out/kitchen-48000-mono.\($0)" }
        #expect(run.output == "\(TestFiles.kitchen) → \(names.joined(separator: ", "))\n")
        let text = { (name: String) in String(decoding: try TestFiles.bytes(of: folder.file(name)), as: UTF8.self) }
        #expect(try text(names[0]) == "Good morning.\n")
        #expect(try JSONValue(parsing: Array(text(names[1]).utf8))["text"] == "Good morning.")
        #expect(try text(names[2]).hasPrefix("1\n00:00:00,000 --> "))
    }

    @Test func severalTranscriptsHaveHeaders() throws {
        let speech = try tape("/hf-inference" + Self.speech, ["text": "a"], count: 2)
        try add(TestFiles.kitchen, as: "a.wav")
        try add(TestFiles.harbour, as: "b.flac")
        #expect(
            try run("transcribe", "a.wav", "b.flac", "--tape", speech).output == "==> a.wav <==\na\n==> b.flac <==\na\n"
        )
        let subtitles = try run("transcribe", "a.wav", "b.flac", "--tape", speech, "--format", "srt")
        #expect(subtitles.status == 64 && subtitles.errors.contains("require -o"))
        #expect(try run("transcribe", "a.wav", "--tape", speech, "--format", "srt,vtt").status == 64)
    }

    @Test func aHyphenIsStandardOutput() throws {
        let file = try run("prepare", TestFiles.kitchen, "-o", "a.wav", "--audio-format", "wav")
        #expect(file.status == 0)
        let output = folder.file("b.wav")
        #expect(FileManager.default.createFile(atPath: output, contents: nil))
        let handle = try #require(FileHandle(forWritingAtPath: output))
        let piped = try CommandRun(
            ["prepare", TestFiles.kitchen, "-o", "-", "--audio-format", "wav"], in: folder, printingTo: handle)
        #expect(piped.status == 0)
        #expect(try TestFiles.bytes(of: output) == TestFiles.bytes(of: folder.file("a.wav")))
        #expect(try run("prepare", TestFiles.kitchen, TestFiles.scene, "-o", "-").status == 64)
        #expect(try run("prepare", TestFiles.kitchen, "-o", "-", "--json").status == 64)
    }
}
