import Foundation
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

@testable import PerceptCommand

/// Options that make an upload fit a service.
@Suite struct UploadOptionsTests {
    /// 20 s of silence around a second of a tone of half the full scale, 16 kHz mono.
    private static func toneInSilence(_ folder: TemporaryFolder) throws -> String {
        let tone = (0..<16_000).map { Int16((16_384 * sin(2 * .pi * 440 * Double($0) / 16_000)).rounded()) }
        let samples = [Int16](repeating: 0, count: 160_000) + tone + [Int16](repeating: 0, count: 160_000)
        return try folder.write(
            WAVBytes.plain(WAVBytes.samples(samples), bits: 16, sampleRate: 16_000, channelCount: 1), as: "tone.wav")
    }

    @Test(
        arguments: [
            ("921600", 921_600), ("900K", 921_600), ("900k", 921_600), ("25M", 26_214_400), ("1.5M", 1_572_864),
            ("2G", 2_147_483_648), ("1", 1), ("0", nil), ("-5", nil), ("K", nil), ("", nil), ("inf", nil),
            ("nanK", nil),
            ("0x10", nil), ("1e3", nil), ("9T", nil), ("99999999999G", nil), (" 1K", nil),
        ] as [(String, Int?)])
    func byteCountsAreRead(text: String, expected: Int?) {
        #expect(ByteCount(argument: text)?.value == expected)
    }

    @Test func inspectSaysWhetherAFileFits() throws {
        let folder = try TemporaryFolder()
        let fits = try CommandRun(["inspect", TestFiles.kitchen, "--for", "openai-whisper", "--json"], in: folder)
            .json()
        #expect(fits["verdict"]?["profile"] == "openai-whisper")
        #expect(fits["verdict"]?["fits"] == true)
        #expect(fits["verdict"]?["problems"] == [])
        #expect(fits["byteCount"]?.integerValue == (try TestFiles.bytes(of: TestFiles.kitchen).count))
        // As ffmpeg's ebur128 filter measures the file: −24.2 LUFS.
        #expect(abs(try #require(fits["loudness"]?.doubleValue) + 24.2) < 0.1)
        let run = try CommandRun(["inspect", TestFiles.kitchen, "--for", "rekognition", "--json"], in: folder)
        #expect(run.status == 0)
        let problem = try #require(try run.json()["verdict"]?["problems"]?[0])
        #expect(problem["kind"] == "wrongKind")
        let text = try CommandRun(["inspect", TestFiles.scene, "--for", "groq"], in: folder)
        #expect(text.output.contains("does not fit groq:\n    groq does not accept images"))
        let unknown = try CommandRun(["inspect", TestFiles.scene, "--for", "nobody"], in: folder)
        #expect(unknown.status == 64)
        #expect(unknown.errors.contains("hf-endpoint") && unknown.errors.contains("rekognition"))
    }

    @Test func silenceIsTrimmedAndThePeakNormalized() throws {
        let folder = try TemporaryFolder()
        let input = try Self.toneInSilence(folder)
        let run = try CommandRun(
            ["prepare", input, "-o", "a.flac", "--trim-silence", "--normalize", "--json"], in: folder)
        let receipt = try #require(try run.json()["receipt"])
        #expect(receipt["sourceStartFrame"] == 156_000)
        #expect(receipt["sourceEndFrame"] == 180_000)
        #expect(receipt["source"]?["frameCount"] == 336_000)
        // 10^(−1/20) over one half.
        #expect(abs(try #require(receipt["gain"]?.doubleValue) - 1.7825) < 1e-3)
        let upload = try Recording(decoding: .file(folder.file("a.flac")))
        #expect(upload.frameCount == 24_000)
        #expect(abs(Double(upload.planes[0].max() ?? 0) - 0.89125) < 1e-4)
    }

    @Test func limitsAreKeptAndNothingIsLeft() throws {
        let folder = try TemporaryFolder()
        let input = try Self.toneInSilence(folder)
        let large = try CommandRun(["prepare", input, "-o", "a.flac", "--max-bytes", "1K"], in: folder)
        #expect(large.status == 65)
        #expect(large.errors.contains("more than the 1024 allowed (--max-bytes)"))
        let long = try CommandRun(["prepare", input, "-o", "a.flac", "--max-duration", "20"], in: folder)
        #expect(long.status == 65)
        #expect(long.errors.contains("lasts 21.0 s or more"))
        #expect(try folder.contents() == ["tone.wav"])
        let trimmed = try CommandRun(
            ["prepare", input, "-o", "a.flac", "--trim-silence", "--max-duration", "20"], in: folder)
        #expect(trimmed.status == 0)
        for wrong in [["--max-bytes", "lots"], ["--max-duration", "0"], ["--max-duration", "nan"]] {
            #expect(try CommandRun(["prepare", input, "-o", "b.flac"] + wrong, in: folder).status == 64)
        }
    }

    @Test func aPictureIsMadeToFit() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["prepare", TestFiles.photo, "-o", "a.jpg", "--max-bytes", "20K", "--json"], in: folder)
        let json = try run.json()
        #expect(try #require(json["byteCount"]?.integerValue) <= 20 * 1024)
        #expect(try TestFiles.bytes(of: folder.file("a.jpg")).count == json["byteCount"]?.integerValue)
        #expect(json["warnings"]?[0]?.stringValue?.hasPrefix("to stay within 20480 bytes: quality") == true)
        let detected = try CommandRun(
            ["detect", TestFiles.photo, "--max-bytes", "20K", "--longest-side", "400", "--tape", TestFiles.tape],
            in: folder)
        #expect(detected.status == 0)
    }

    /// Explicit options override the preset's.
    @Test(
        arguments: [
            (["--preset", "yolo"], 640, 640), (["--preset", "vit"], 224, 224), (["--preset", "detr"], 800, 1067),
            (["--preset", "yolo", "--letterbox", "320x200"], 320, 200),
            (["--preset", "vit", "--longest-side", "400"], 300, 400),
            (["--preset", "yolo", "--exact", "50x40"], 50, 40),
            (["--preset", "detr", "--shortest-side", "600"], 600, 800),
            (["--preset", "detr", "--longest-side", "none", "--shortest-side", "900"], 900, 1200),
            (["--letterbox", "100x90", "--pad-color", "#ff0000"], 100, 90),
            (["--center-crop", "200x100"], 200, 100), (["--preset", "vit", "--center-crop", "50x40"], 50, 40),
            (["--crop", "100,200,600x400", "--longest-side", "300"], 300, 200),
            (["--shortest-side", "2000"], 1000, 1333), ([], 1000, 1333),
        ] as [([String], Int, Int)])
    func sizesOfUploads(options: [String], width: Int, height: Int) throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(["prepare", TestFiles.photo, "-o", "a.png", "--json"] + options, in: folder)
        let receipt = try #require(try run.json()["receipt"])
        #expect(receipt["uploadSize"] == ["width": .integer(width), "height": .integer(height)])
        #expect(receipt["sourceSize"] == ["width": 1200, "height": 1600])
    }

    @Test func aLetterboxHasItsGround() throws {
        let folder = try TemporaryFolder()
        for (options, ground) in [
            (["--preset", "yolo"], [114, 114, 114]), (["--preset", "yolo", "--pad-color", "#ff0080"], [255, 0, 128]),
            (["--letterbox", "640x640"], [114, 114, 114]),
        ] as [([String], [UInt8])] {
            let run = try CommandRun(
                ["prepare", TestFiles.photo, "-o", "a.png", "--image-format", "png", "--json"] + options, in: folder)
            #expect(try run.json()["receipt"]?["padding"] == ["left": 80, "top": 0, "right": 80, "bottom": 0])
            #expect(try Image(decoding: .file(folder.file("a.png"))).bytes.prefix(3) == ground[...])
        }
    }

    /// 1200×1600 pixels: their middle, made as small as will cover it, or as torchvision's `Resize(256)` and
    /// `CenterCrop(224)`.
    @Test func aMiddleIsCutOut() throws {
        let folder = try TemporaryFolder()
        for (options, resized, padding) in [
            ([], ["width": 224, "height": 298], ["left": 0, "top": -37, "right": 0, "bottom": -37]),
            (
                ["--shortest-side", "256"], ["width": 256, "height": 341],
                ["left": -16, "top": -58, "right": -16, "bottom": -59]
            ),
        ] as [([String], JSONValue, JSONValue)] {
            let run = try CommandRun(
                ["prepare", TestFiles.photo, "-o", "a.png", "--json", "--center-crop", "224x224"] + options, in: folder)
            let receipt = try #require(try run.json()["receipt"])
            #expect(receipt["uploadSize"] == ["width": 224, "height": 224])
            #expect(receipt["resizedSize"] == resized)
            #expect(receipt["padding"] == padding)
        }
    }

    @Test func geometryThatCannotBeIsRefused() throws {
        let folder = try TemporaryFolder()
        for wrong in [
            ["--preset", "resnet"], ["--crop", "1,2"], ["--crop=-1,0,5x5"], ["--crop", "0,0,0x5"],
            ["--letterbox", "640"], ["--letterbox", "9x9", "--exact", "9x9"], ["--pad-color", "#fff"],
            ["--preset", "vit", "--pad-color", "#fff"], ["--center-crop", "9"],
            ["--center-crop", "9x9", "--letterbox", "9x9"], ["--center-crop", "9x9", "--exact", "9x9"],
            ["--center-crop", "9x9", "--pad-color", "#fff"], ["--center-crop", "9x9", "--shortest-side", "8"],
            ["--chroma", "4:1:1"],
        ] { #expect(try CommandRun(["prepare", TestFiles.photo, "-o", "a.jpg"] + wrong, in: folder).status == 64) }
        let beyond = try CommandRun(
            ["prepare", TestFiles.photo, "-o", "a.jpg", "--crop", "1199,0,2x2"], in: folder)
        #expect(beyond.status == 64 || beyond.status == 65)
        #expect(beyond.errors.contains("does not lie within the image, which has 1200×1600"))
        #expect(try folder.contents().isEmpty)
    }

    /// Whatever is uploaded is answered alike, so that the texts show how many chunks there were, and the times where.
    @Test func transcribeInChunks() throws {
        let folder = try TemporaryFolder()
        let bursts = (0..<16_000 * 30).map { frame in
            let second = Double(frame) / 16_000
            return second.truncatingRemainder(dividingBy: 2) < 1.2
                ? Int16(8000 * sin(2 * .pi * 500 * second)) : 0
        }
        let input = try folder.write(
            WAVBytes.plain(WAVBytes.samples(bursts), bits: 16, sampleRate: 16_000, channelCount: 1), as: "long.wav")
        let answer: JSONValue = [
            "text": "said", "chunks": [["text": " said", "timestamp": [0.5, nil]]],
        ]
        let tape: JSONValue = [
            "format": "percept-tape", "version": 1,
            "exchanges": [
                [
                    "request": [
                        "path": "/hf-inference/models/facebook/wav2vec2-large-960h-lv60-self",
                        "upload": ["maximumDuration": 12],
                    ],
                    "response": ["json": answer],
                ]
            ],
        ]
        let tapePath = try folder.write(tape.serialized(), as: "tape.json")
        let ask = ["transcribe", input, "--tape", tapePath]
        #expect(try CommandRun(ask, in: folder).status != 0)
        #expect(try CommandRun(ask + ["--chunk", "12"], in: folder).output == "said said said\n")
        let json = try CommandRun(ask + ["--chunk", "12", "--timestamps", "chunk", "--json"], in: folder).json()
        let uploads = try #require(json["uploads"]?.arrayValue)
        #expect(uploads.count == 3)
        #expect(uploads[0]["sourceStartFrame"] == 0)
        #expect(uploads[2]["sourceEndFrame"] == 480_000)
        for (index, upload) in uploads.enumerated() {
            let start = try #require(upload["sourceStartFrame"]?.doubleValue) / 16_000
            let end = try #require(upload["sourceEndFrame"]?.doubleValue) / 16_000
            // The end that the service left out is that of the chunk.
            #expect(json["chunks"]?[index]?["timestamp"] == [.double(start + 0.5), .double(end)])
        }
        let subtitles = try CommandRun(ask + ["--chunk", "12", "--format", "vtt"], in: folder)
        #expect(subtitles.output.hasPrefix("WEBVTT\n\n00:00:00.500 --> "))
        for wrong in ["0", "0.5", "inf", "some"] {
            #expect(try CommandRun(ask + ["--chunk", wrong], in: folder).status == 64)
        }
        #expect(try CommandRun(ask + ["--chunk", "none"], in: folder).status != 0)
    }
}
