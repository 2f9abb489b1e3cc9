import Foundation
import PerceptAudio
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

/// Options for how a recording is read and which part of it is sent.
@Suite struct RecordingOptionsTests {
    /// A tone on the left, silence on the right.
    private static let left = (0..<8820).map { Int16(8000 * sin(Double($0) * 0.1)) }
    private static let data = WAVBytes.samples(left.flatMap { [$0, 0] })
    private static let wav = WAVBytes.plain(data, bits: 16, sampleRate: 44_100, channelCount: 2)

    @Test func ditherGivesEqualBytesForEqualSeeds() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write(Self.wav, as: "in.wav")
        func bytes(_ options: [String]) throws -> [UInt8] {
            let run = try CommandRun(["prepare", input, "-o", "out.flac"] + options, in: folder)
            #expect(run.status == 0)
            return try TestFiles.bytes(of: folder.file("out.flac"))
        }
        let first = try bytes(["--dither", "7"])
        #expect(try bytes(["--dither", "7"]) == first)
        #expect(try bytes(["--dither", "8"]) != first)
        #expect(try bytes([]) != first)
        for wrong in [
            ["--dither", "-1"], ["--dither", "some"],
            ["--dither", "1", "--audio-format", "wav", "--sample-format", "f32"],
        ] {
            #expect(try CommandRun(["prepare", input, "-o", "x.flac"] + wrong, in: folder).status == 64)
        }
    }

    @Test func oneChannelIsPicked() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write(Self.wav, as: "in.wav")
        for (choice, index, isSilent) in [
            ("left", 0, false), ("1", 0, false), ("right", 1, true), ("frontRight", 1, true),
        ] {
            let run = try CommandRun(
                ["prepare", input, "-o", "out.flac", "--rate", "keep", "--pick-channel", choice, "--json"], in: folder)
            #expect(try run.json()["receipt"]?["sourceChannelIndex"] == .integer(index))
            let upload = try Recording(decoding: .file(folder.file("out.flac")))
            #expect(
                upload.planes == [isSilent ? [Float](repeating: 0, count: 8820) : Self.left.map { Float($0) / 32_768 }])
        }
        let missing = try CommandRun(["prepare", input, "-o", "x.flac", "--pick-channel", "3"], in: folder)
        #expect(missing.status == 64)
        #expect(missing.errors.contains("has no channel 3 (channels: 1 (frontLeft), 2 (frontRight))"))
        for wrong in [
            ["--pick-channel", "0"], ["--pick-channel", "top"], ["--pick-channel", "1", "--channels", "keep"],
        ] {
            #expect(try CommandRun(["prepare", input, "-o", "x.flac"] + wrong, in: folder).status == 64)
        }
        #expect(try folder.contents() == ["in.wav", "out.flac"])
    }

    @Test func rawSamplesComeFromFilesAndStandardInput() throws {
        let folder = try TemporaryFolder()
        let wav = try folder.write(Self.wav, as: "in.wav")
        let raw = try folder.write(Self.data, as: "in.pcm")
        #expect(try CommandRun(["prepare", wav, "-o", "wav.flac"], in: folder).status == 0)
        let options = ["--raw", "s16le:44100:2"]
        #expect(try CommandRun(["prepare", raw, "-o", "raw.flac"] + options, in: folder).status == 0)
        #expect(
            try CommandRun(["prepare", "-", "-o", "pipe.flac"] + options, in: folder, input: Self.data).status == 0)
        let expected = try TestFiles.bytes(of: folder.file("wav.flac"))
        #expect(try TestFiles.bytes(of: folder.file("raw.flac")) == expected)
        #expect(try TestFiles.bytes(of: folder.file("pipe.flac")) == expected)
        let inspected = try CommandRun(["inspect", raw, "--json"] + options, in: folder).json()
        #expect(inspected["frameCount"] == 8820)
        #expect(inspected["container"] == "raw")
        #expect(inspected["channelCount"] == 2)
        // Without the option nothing tells what they are.
        #expect(try CommandRun(["inspect", raw], in: folder).status == 65)
    }

    /// A tape that answers whatever is uploaded, so long as it is the FLAC of a fifth of a second.
    @Test func rawSamplesAreTranscribedAndClassified() throws {
        let folder = try TemporaryFolder()
        let raw = try folder.write(Self.data, as: "in.pcm")
        func tape(_ model: String, _ answer: JSONValue) throws -> String {
            let exchange: JSONValue = [
                "request": [
                    "path": .string("/hf-inference/models/\(model)"), "upload": ["maximumDuration": 0.21],
                ],
                "response": ["json": answer],
            ]
            let tape: JSONValue = ["format": "percept-tape", "version": 1, "exchanges": .array([exchange])]
            return try folder.write(tape.serialized(), as: "tape.json")
        }
        let options = ["--raw", "s16le:44100:2", "--pick-channel", "left"]
        let speech = try tape("facebook/wav2vec2-large-960h-lv60-self", ["text": "said"])
        for chunk in [[], ["--chunk", "1"]] {
            let run = try CommandRun(["transcribe", raw, "--tape", speech] + options + chunk, in: folder)
            #expect(run.output == "said\n")
        }
        let classes = try tape("superb/hubert-large-superb-er", [["label": "calm", "score": 0.5]])
        let run = try CommandRun(["classify", raw, "--tape", classes] + options, in: folder)
        #expect(run.output.contains("calm"))
    }

    @Test(arguments: [
        "s16le", "s16le:44100", "s16le,44100,2", "s16:44100:2", "s16le:0:2", "s16le:44100:0", "s16le:-1:2",
        "s16le:44100:2:1", "",
        "::", "s16le:44.1:2", "s16le:99999999999999999999:1",
    ])
    func aMalformedRawFormatIsRefusedWithItsGrammar(_ text: String) throws {
        let folder = try TemporaryFolder()
        let raw = try folder.write(Self.data, as: "in.pcm")
        for verb in [["inspect", raw], ["prepare", raw, "-o", "out.flac"]] {
            let run = try CommandRun(verb + ["--raw", text], in: folder)
            #expect(run.status == 64)
            let expected = "expected format:hz:channels, such as s16le:44100:2, where format is one of u8, s8, s16le"
            #expect(run.errors.contains(expected))
        }
        #expect(try folder.contents() == ["in.pcm"])
    }

    @Test func telephoneCodecsHaveTheirUsualRate() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write([UInt8](repeating: 0x80, count: 1600), as: "call.raw")
        for (format, codec, sampleRate) in [
            ("mulaw:8000", "mu-law", 8000), ("mulaw", "mu-law", 8000), ("alaw:16000", "A-law", 16_000),
        ] {
            let json = try CommandRun(["inspect", "call.raw", "--json", "--raw", format], in: folder).json()
            #expect(json["codec"] == .string(codec) && json["sampleRate"] == .integer(sampleRate))
            #expect(json["frameCount"] == 1600)
        }
        let wrong = try CommandRun(["inspect", "call.raw", "--raw", "g722:8000"], in: folder)
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("expected 16000 Hz for g722, not 8000"))
        #expect(try CommandRun(["inspect", "call.raw", "--raw", "gsm"], in: folder).status == 65)
    }

    @Test func aTrackThatDoesNotExistIsAnError() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.wav, as: "in.wav")
        for choice in ["1", "default"] {
            let run = try CommandRun(["prepare", "in.wav", "-o", "out.flac", "--audio-track", choice], in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
        for (choice, problem) in [
            ("2", "has no audio track 2 (its format has only one); choose track 1 (--audio-track N)"),
            ("en", "has no audio track in “en” (its format states no language)"),
            ("0", "expected a number starting at 1, default, or a language code such as eng or en"),
            ("english", "expected a number starting at 1"),
        ] {
            let run = try CommandRun(["prepare", "in.wav", "-o", "x.flac", "--audio-track", choice], in: folder)
            #expect(run.status == 64)
            #expect(run.errors.contains(problem), "\(run.errors)")
        }
    }

    @Test func aDeadChannelIsAWarning() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.wav, as: "in.wav")
        let run = try CommandRun(["inspect", "in.wav"], in: folder)
        #expect(run.output.contains("\n  channel 2 (frontRight): peak digital silence, RMS digital silence\n"))
        #expect(run.errors.contains("channel 2 (frontRight) is dead: it has digital silence"))
        #expect(run.errors.contains("(--pick-channel left)"))
        let json = try CommandRun(["inspect", "in.wav", "--json"], in: folder).json()
        #expect(json["channelLevels"]?[1]?["peakDecibels"] == .null)
        // A tone of 8000 steps: 20·log₁₀(8000 / 32768).
        let peak = try #require(json["channelLevels"]?[0]?["peakDecibels"]?.doubleValue)
        #expect(abs(peak + 12.247) < 0.01)
        #expect(json["tracks"] == nil)
    }

    /// A film with two languages, which ffmpeg makes where there is one.
    @Test func tracksAreListedAndChosen() throws {
        let folder = try TemporaryFolder()
        let arguments = [
            "-v", "quiet", "-nostdin", "-y", "-f", "lavfi", "-i", "sine=440:d=1", "-map", "0", "-map", "0", "-c:a",
            "pcm_s16le", "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu", "film.mkv",
        ]
        let program = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg", "/opt/homebrew/bin/ffmpeg"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let program else { return }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.currentDirectoryURL = folder.url
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        let path = ["PATH": (program as NSString).deletingLastPathComponent]
        let inspected = try CommandRun(["inspect", "film.mkv"], in: folder, environment: path)
        #expect(inspected.errors.contains("; track 1 was used; to use another, choose it (--audio-track N)"))
        #expect(inspected.output.contains("\n  track 2 deu"))
        let run = try CommandRun(
            ["prepare", "film.mkv", "-o", "out.flac", "--audio-track", "de", "--json"], in: folder, environment: path)
        #expect(try run.json()["receipt"]?["sourceTrackIndex"] == 2)
        #expect(run.errors.isEmpty)
        let missing = try CommandRun(
            ["prepare", "film.mkv", "-o", "x.flac", "--audio-track", "3"], in: folder, environment: path)
        #expect(missing.status == 64)
        #expect(missing.errors.contains("has no audio track 3 (2 audio tracks: 1 eng"))
        // Results of different tracks are different to a ledger.
        for track in [1, 2, 1] {
            let run = try CommandRun(
                ["inspect", "film.mkv", "--audio-track", "\(track)", "--ledger", "run.sqlite", "--json"], in: folder,
                environment: path)
            #expect(try run.json()["trackIndex"] == .integer(track))
        }
    }

    @Test func whatIsNoNumberIsReplacedOnRequest() throws {
        let folder = try TemporaryFolder()
        let samples = [0.5, .nan, 0.25, -.infinity] as [Float]
        let input = try folder.write(
            WAVBytes.plain(WAVBytes.samples(samples), tag: .float, bits: 32, sampleRate: 16_000, channelCount: 1),
            as: "in.wav")
        let refused = try CommandRun(["prepare", input, "-o", "out.flac"], in: folder)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("--replace-non-finite"))
        let run = try CommandRun(["prepare", input, "-o", "out.flac", "--replace-non-finite", "--json"], in: folder)
        let json = try run.json()
        let warning: JSONValue = "2 samples were NaN or infinite and were replaced with silence"
        #expect(json["receipt"]?["replacedSampleCount"] == 2)
        #expect(json["warnings"] == [warning])
        #expect(try Recording(decoding: .file(folder.file("out.flac"))).planes == [[0.5, 0, 0.25, 0]])
        #expect(try CommandRun(["inspect", input], in: folder).status == 65)
        let inspected = try CommandRun(["inspect", input, "--replace-non-finite", "--json"], in: folder).json()
        #expect(inspected["warnings"] == [warning])
    }
}
