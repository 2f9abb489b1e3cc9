import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

/// Bad input: one line on standard error with the remedy, the exit code of sysexits.h, and nothing left behind.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: [String]
        let status: Int32
        let words: [String]
        var testDescription: String { name }

        init(_ name: String, _ arguments: [String], _ status: Int32, _ words: String...) {
            self.name = name
            self.arguments = arguments
            self.status = status
            self.words = words
        }
    }

    static let cases = [
        Case("empty file", ["prepare", "empty.wav", "-o", "out"], 65, "empty.wav", "0 bytes"),
        Case("text named .wav", ["prepare", "text.wav", "-o", "out"], 65, "text.wav", "plain text"),
        Case("damaged FLAC", ["prepare", "bad.flac", "-o", "out"], 65, "bad.flac", "frame", "get the", "(--lenient)"),
        Case(
            "bytes of no known format", ["inspect", "unknown"], 65, "1b 5b 33 31 6d 00 9b 41 (“.[31m..A”)", "ffmpeg",
            "(--raw format:hz:channels"),
        Case("no image", ["detect", "unknown", "--tape", TestFiles.tape], 65, "1b 5b 33", "pass a"),
        Case("truncated PNG", ["prepare", "cut.png", "-o", "out"], 65, "cut.png", "cut short", "%"),
        Case("truncated JPEG", ["prepare", "cut.jpg", "-o", "out"], 65, "cut.jpg", "cut short", "%"),
        Case("a PNG header of 60000×60000", ["prepare", "bomb.png", "-o", "out"], 65, "60000×60000", "limit"),
        Case("missing file", ["prepare", "none.wav", "-o", "out"], 66, "none.wav", "no such file"),
        Case("an empty folder as input", ["inspect", "none"], 66, "none", "no such file"),
        Case(
            "missing output folder", ["prepare", TestFiles.kitchen, "-o", "none/out"], 73, "none/out",
            "create the folder"),
        Case("the input as output", ["prepare", "good.wav", "-o", "./good.wav"], 64, "never overwritten"),
        Case("no token", ["transcribe", "good.wav"], 77, "token", "HF_TOKEN"),
        Case(
            "an endpoint that is down",
            ["transcribe", "good.wav", "--no-retry", "--endpoint", "http://127.0.0.1:9/hf-inference"], 69,
            "127.0.0.1:9", "cannot connect"),
        Case(
            "a refusal in the service's words", ["detect", "good.png", "--tape", TestFiles.tape], 69, "422",
            "width is 2, expected 960"),
        Case("a tape that is none", ["detect", "good.png", "--tape", "text.wav"], 65, "text.wav", "JSON"),
        Case("an answer that is none", ["masks", "text.wav", "-o", "out"], 65, "text.wav", "JSON"),
        Case(
            "masks of another size", ["masks", "masks.json", "-o", "out", "--image", TestFiles.scene], 65, "mask 0",
            "2×2", "960×640"),
        Case(
            "an output of unknown format", ["detect", "good.png", "-o", "out.gif", "--tape", TestFiles.tape], 64,
            ".png or .jpg"),
        Case("an unknown verb", ["perceive"], 64, "perceive"),
        Case("a wrong value", ["prepare", "good.png", "--longest-side", "-3", "-o", "out"], 64, "--longest-side"),
        Case("a missing token file", ["transcribe", "good.wav", "--token-file", "none"], 77, "none", "cannot read"),
    ]

    private static func folderOfBadFiles() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        func cut(_ path: String, _ name: String) throws {
            let bytes = try TestFiles.bytes(of: path)
            _ = try folder.write(Array(bytes.prefix(bytes.count * 2 / 3)), as: name)
        }
        _ = try folder.write([], as: "empty.wav")
        _ = try folder.write(Array("hello there\n".utf8), as: "text.wav")
        var flac = try TestFiles.bytes(of: TestFiles.harbour)
        flac[flac.count / 2] ^= 0x55
        _ = try folder.write(flac, as: "bad.flac")
        _ = try folder.write([0x1B, 0x5B, 0x33, 0x31, 0x6D, 0, 0x9B, 0x41, 1], as: "unknown")
        try cut(TestFiles.scene, "cut.png")
        try cut(TestFiles.photo, "cut.jpg")
        _ = try folder.write(try TestFiles.bytes(of: TestFiles.kitchen), as: "good.wav")
        // Two white pixels by two, made with Pillow 13.0.0: Image.new("L", (2, 2), 255).
        let white = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGP8z8DEwAAABQ0BA7hKXG8AAAAASUVORK5CYII="
        _ = try folder.write(Array(try #require(Data(base64Encoded: white))), as: "good.png")
        _ = try folder.write(Array("[{\"label\":\"a\",\"score\":1,\"mask\":\"\(white)\"}]".utf8), as: "masks.json")
        _ = try folder.write(Self.bombHeader, as: "bomb.png")
        return folder
    }

    /// The signature, and an IHDR of 60000×60000 RGBA with its CRC (Python's zlib.crc32); then an IDAT begins.
    private static let bombHeader: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 6, 0, 0, 0] + [0x80, 0xD2, 0x75, 0x42, 0, 0, 0x10, 0]
        + Array("IDAT".utf8)

    @Test(arguments: cases) func itIsOneLineWithARemedyAndLeavesNothing(_ bad: Case) throws {
        let folder = try Self.folderOfBadFiles()
        let before = try folder.contents()
        let run = try CommandRun(bad.arguments, in: folder)
        #expect(run.status == bad.status, "\(run.errors)")
        for word in bad.words { #expect(run.errors.contains(word), "\(run.errors)") }
        // The argument parser's own complaints show the usage too.
        if run.errors.hasPrefix("percept:") { #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)") }
        #expect(run.output.isEmpty)
        #expect(try folder.contents() == before)
    }

    @Test func theErrorIsAnObjectInJSON() throws {
        let folder = try Self.folderOfBadFiles()
        let json = try CommandRun(["prepare", "empty.wav", "-o", "out", "--json"], in: folder).json()
        #expect(json["file"] == "empty.wav")
        #expect(json["error"]?["kind"] == "malformedInput")
        #expect(json["error"]?["message"]?.stringValue?.contains("0 bytes") == true)
        #expect(json["error"]?["remedy"]?.stringValue?.isEmpty == false)
    }

    @Test func theOthersAreStillDoneAndTheWorstCodeIsReturned() throws {
        let folder = try Self.folderOfBadFiles()
        let run = try CommandRun(["prepare", "empty.wav", "none.wav", "good.wav", "-o", "done"], in: folder)
        #expect(run.status == 66)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("done")) == ["good.flac"])
        #expect(run.errors.split(separator: "\n").count == 2)
    }

    @Test func theAnswerThatMasksAreMadeOfIsNotOverwritten() throws {
        let folder = try Self.folderOfBadFiles()
        let answer = try TestFiles.bytes(of: folder.file("masks.json"))
        _ = try folder.write(answer, as: "segments.json")
        let before = try folder.contents()
        let run = try CommandRun(["masks", "segments.json", "-o", "."], in: folder)
        #expect(run.status == 64)
        #expect(run.errors.contains("never overwritten"))
        #expect(try TestFiles.bytes(of: folder.file("segments.json")) == answer)
        #expect(try folder.contents() == before)
    }

    @Test func aResultThatCannotBePrintedIsAnError() throws {
        #if os(Linux)
            let folder = try Self.folderOfBadFiles()
            let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
            let run = try CommandRun(["inspect", "good.wav"], in: folder, printingTo: full)
            #expect(run.status == 74)
            #expect(run.errors.contains("standard output"))
        #endif
    }

    /// The output of the first would stand where the second is, before that is read.
    @Test func noInputIsOverwrittenByTheOutputOfAnother() throws {
        let folder = try Self.folderOfBadFiles()
        let whole = try TestFiles.bytes(of: TestFiles.harbour)
        _ = try folder.write(whole, as: "good.flac")
        let run = try CommandRun(["prepare", "good.wav", "good.flac", "-o", "."], in: folder)
        #expect(run.status == 64)
        #expect(run.errors.contains("never overwritten"))
        #expect(try TestFiles.bytes(of: folder.file("good.flac")) == whole)
    }

    @Test func twoInputsOfOneNameDoNotOverwriteEachOther() throws {
        let folder = try Self.folderOfBadFiles()
        let run = try CommandRun(["prepare", "good.wav", "./good.wav", "-o", "done"], in: folder)
        #expect(run.status == 64)
        #expect(run.errors.contains("another input"))
    }
}
