import Foundation
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

/// The built command, run as a script would run it: what it prints as JSON, and what it leaves.
@Suite struct CommandTests {
    @Test func inspectDescribesARecording() throws {
        let json = try CommandRun(["inspect", TestFiles.harbour, "--json"], in: TemporaryFolder()).json()
        #expect(json["file"]?.stringValue == TestFiles.harbour)
        #expect(json["kind"] == "audio")
        #expect(json["mediaType"] == "audio/flac")
        // As soxi reports the file: 44100 Hz, 2 channels, 232388 samples.
        #expect(json["sampleRate"] == 44_100)
        #expect(json["channelCount"] == 2)
        #expect(json["frameCount"] == 232_388)
        #expect(abs(try #require(json["duration"]?.doubleValue) - 5.2696) < 1e-4)
    }

    @Test func inspectDescribesAPictureUpright() throws {
        let json = try CommandRun(["inspect", TestFiles.photo, "--json"], in: TemporaryFolder()).json()
        #expect(json["kind"] == "image")
        #expect(json["mediaType"] == "image/jpeg")
        #expect(json["width"] == 1200)
        #expect(json["height"] == 1600)
        #expect(json["bitDepth"] == 8)
        #expect(json["orientation"] == 6)
        #expect(json["colorModel"] == "ycbcr")
    }

    @Test func prepareWritesTheFileAndItsReceipt() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["prepare", TestFiles.harbour, "-o", "a.flac", "--receipt", "receipt.json", "--json"], in: folder)
        #expect(run.status == 0)
        let json = try run.json()
        let recording = try Recording(decoding: .file(folder.file("a.flac")))
        // 232388 · 16000 / 44100 = 84313.1…, rounded up.
        #expect((recording.sampleRate, recording.channelCount, recording.frameCount) == (16_000, 1, 84_314))
        #expect(json["output"] == "a.flac")
        #expect(json["mediaType"] == "audio/flac")
        #expect(json["byteCount"]?.integerValue == (try TestFiles.bytes(of: folder.file("a.flac")).count))
        #expect(json["receipt"]?["upload"]?["frameCount"] == 84_314)
        #expect(try JSONValue(parsing: TestFiles.bytes(of: folder.file("receipt.json"))) == json["receipt"])
        #expect(try folder.contents() == ["a.flac", "receipt.json"])
    }

    @Test func prepareTurnsAPictureUprightAndFitsIt() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["prepare", TestFiles.photo, "-o", "a.png", "--longest-side", "400", "--image-format", "png", "--json"],
            in: folder)
        let image = try Image(decoding: .file(folder.file("a.png")))
        #expect(image.size == PixelSize(width: 300, height: 400))
        let receipt = try #require(try run.json()["receipt"])
        #expect(receipt["sourceSize"]?["width"] == 1200)
        #expect(receipt["orientation"] == 6)
    }

    @Test func severalInputsGoIntoAFolder() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(["prepare", TestFiles.kitchen, TestFiles.scene, "-o", "out", "--quiet"], in: folder)
        #expect(run.status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
        #expect(names == ["kitchen-48000-mono.flac", "scene.jpg"])
    }

    @Test func standardInputIsReadWhateverItIs() throws {
        let bytes = try TestFiles.bytes(of: TestFiles.scene)
        let json = try CommandRun(["inspect", "-", "--json"], in: TemporaryFolder(), input: bytes).json()
        #expect(json["width"] == 960)
        #expect(json["file"] == "standard input")
    }

    @Test func transcribePrintsTextOrJSONOrSubtitles() throws {
        let folder = try TemporaryFolder()
        let text = try CommandRun(["transcribe", TestFiles.kitchen, "--tape", TestFiles.tape], in: folder)
        #expect(text.output == "TWO CUPS OF FLOUR ONE OF MILK AND A PINCH OF SALT\n")
        let json = try CommandRun(["transcribe", TestFiles.kitchen, "--tape", TestFiles.tape, "--json"], in: folder)
            .json()
        #expect(json["text"] == "TWO CUPS OF FLOUR ONE OF MILK AND A PINCH OF SALT")
        #expect(json["chunks"] == nil)
        let timed = try CommandRun(
            ["transcribe", TestFiles.kitchen, "--tape", TestFiles.tape, "--format", "json", "--timestamps", "chunk"],
            in: folder
        ).json()
        #expect(timed["chunks"]?[1]?["text"] == "and a pinch of salt.")
        #expect(timed["chunks"]?[1]?["timestamp"] == [2.72, 3.92])
        let subtitles = try CommandRun(
            ["transcribe", TestFiles.kitchen, "--tape", TestFiles.tape, "--format", "srt"], in: folder)
        #expect(subtitles.output.hasPrefix("1\n00:00:00,250 --> 00:00:02,320\nTwo cups of flour"))
    }

    @Test func classifyTakesEitherKind() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["classify", TestFiles.scene, TestFiles.kitchen, "--tape", TestFiles.tape, "--json"], in: folder)
        let lines = try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(lines.map { $0["classes"]?[0]?["label"] } == ["ball", "neu"])
        let top = try CommandRun(
            ["classify", TestFiles.scene, "--top", "1", "--tape", TestFiles.tape, "--json"], in: folder)
        #expect(try top.json()["classes"]?.arrayValue?.count == 1)
    }

    @Test func detectReportsSourcePixelsAndDrawsThem() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["detect", TestFiles.photo, "--longest-side", "400", "--tape", TestFiles.tape, "-o", "a.png", "--json"],
            in: folder)
        let json = try run.json()
        #expect(json["output"] == "a.png")
        #expect(json["detections"]?.arrayValue?.count == 3)
        let ball: JSONValue = [
            "label": "ball", "score": 0.998, "box": ["xmin": 640, "ymin": 200, "xmax": 1080, "ymax": 640],
        ]
        #expect(json["detections"]?[0] == ball)
        let plain = try Image(decoding: .file(TestFiles.photo))
        let annotated = try Image(decoding: .file(folder.file("a.png")))
        #expect(annotated.size == plain.size)
        // The frame runs along the box: its left edge is drawn, the middle of the ball is not touched.
        func pixel(_ image: Image, _ x: Int, _ y: Int) -> ArraySlice<UInt8> {
            let start = y * image.bytesPerRow + x * image.layout.bytesPerPixel
            return image.bytes[start..<start + 3]
        }
        #expect(pixel(annotated, 640, 420) != pixel(plain, 640, 420))
        #expect(pixel(annotated, 860, 420) == pixel(plain, 860, 420))
    }

    @Test func segmentAndMasksSaveTheSameFiles() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["segment", TestFiles.scene, "--tape", TestFiles.tape, "-o", "masks", "--overlay", "o.png", "--json"],
            in: folder)
        let json = try run.json()
        #expect(json["output"] == "masks")
        #expect(try JSONValue(parsing: TestFiles.bytes(of: folder.file("masks/segments.json"))) == json["segments"])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("masks")).sorted()
        #expect(names == ["000-ball.png", "001-crate.png", "002-cone.png", "segments.json"])
        #expect(try Image(decoding: .file(folder.file("o.png"))).size == PixelSize(width: 960, height: 640))

        let tape = try JSONValue(parsing: TestFiles.bytes(of: TestFiles.tape))
        let answer = try #require(
            tape["exchanges"]?.arrayValue?.first {
                $0["request"]?["path"]?.stringValue?.hasSuffix("panoptic") == true
            }?["response"]?["json"])
        _ = try folder.write(answer.serialized(), as: "answer.json")
        let offline = try CommandRun(
            ["masks", "answer.json", "-o", "offline", "--image", TestFiles.scene, "--json"], in: folder)
        #expect(offline.status == 0)
        #expect(try offline.json()["segments"] == json["segments"])
    }

    @Test func annotateTakesWhatDetectPrinted() throws {
        let folder = try TemporaryFolder()
        let found = try CommandRun(["detect", TestFiles.scene, "--tape", TestFiles.tape, "--json"], in: folder)
        _ = try folder.write(Array(found.output.utf8), as: "found.json")
        let run = try CommandRun(
            ["annotate", TestFiles.scene, "--detections", "found.json", "-o", "a.jpg", "--json"], in: folder)
        #expect(try run.json()["drawn"] == 3)
        #expect(try run.json()["dropped"] == [])
        #expect(try Image(decoding: .file(folder.file("a.jpg"))).size == PixelSize(width: 960, height: 640))
    }

    @Test func boxesThatCannotBeDrawnAreListed() throws {
        let folder = try TemporaryFolder()
        let answer =
            #"[{"label":"far","score":1,"box":{"xmin":2000,"ymin":0,"xmax":2100,"ymax":50}},"#
            + #"{"label":"near","score":1,"box":{"xmin":20,"ymin":30,"xmax":10,"ymax":50}}]"#
        _ = try folder.write(Array(answer.utf8), as: "answer.json")
        let json = try CommandRun(
            ["annotate", TestFiles.scene, "--detections", "answer.json", "-o", "a.png", "--json"], in: folder
        ).json()
        #expect(json["drawn"] == 1)
        #expect(json["dropped"] == [["index": 0, "reason": "outside the image"]])
    }
}
