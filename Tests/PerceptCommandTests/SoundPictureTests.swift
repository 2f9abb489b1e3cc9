import Foundation
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

@Suite struct SoundPictureTests {
    private static func size(_ path: String) throws -> PixelSize {
        try Image(decoding: .file(path)).size
    }

    @Test func inspectDrawsInOnePass() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(
            Array(#"[{"label":"speech","start":0.2,"end":2},{"label":"hum","start":1}]"#.utf8), as: "events.json")
        let run = try CommandRun(
            [
                "inspect", TestFiles.kitchen, "--json", "--waveform", "w.png", "--spectrogram", "s.jpg",
                "--picture-size",
                "400x150", "--spans", "events.json",
            ], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let json = try run.json()
        #expect(json["waveform"] == "w.png" && json["spectrogram"] == "s.jpg" && json["frameCount"] == 205_046)
        for name in ["w.png", "s.jpg"] {
            #expect(try Self.size(folder.file(name)) == PixelSize(width: 400, height: 150))
        }
        #expect(try folder.contents() == ["events.json", "s.jpg", "w.png"])
    }

    @Test func oneNameIsOnePictureAndSeveralInputsAFolder() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            [
                "inspect", TestFiles.kitchen, TestFiles.harbour, TestFiles.scene, "--waveform", "out", "--spectrogram",
                "out",
                "--picture-size", "300x100",
            ], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("not a recording"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
        #expect(names == ["harbour-44100-stereo.png", "kitchen-48000-mono.png"])
        for name in names {
            #expect(try Self.size(folder.file("out/\(name)")) == PixelSize(width: 300, height: 100))
        }
    }

    @Test func aTranscriptStandsOverItsSound() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            [
                "transcribe", TestFiles.harbour, "--tape", TestFiles.tape, "--picture", "t.png", "--json",
                "--timestamps",
                "chunk",
            ], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try run.json()["picture"] == "t.png")
        #expect(try Self.size(folder.file("t.png")) == PixelSize(width: 1200, height: 600))
        // What was printed can be drawn again.
        _ = try folder.write(Array(run.output.utf8), as: "t.json")
        let again = try CommandRun(
            ["inspect", TestFiles.harbour, "--waveform", "a.png", "--spectrogram", "a.png", "--spans", "t.json"],
            in: folder)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try TestFiles.bytes(of: folder.file("a.png")) == TestFiles.bytes(of: folder.file("t.png")))
    }

    @Test func preparingShowsBeforeAndAfter() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            [
                "prepare", TestFiles.harbour, "-o", "up.flac", "--before-after", "ba.png", "--json", "--picture-size",
                "500x300",
            ],
            in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try run.json()["beforeAfter"] == "ba.png")
        #expect(try folder.contents() == ["ba.png", "up.flac"])
        #expect(try Self.size(folder.file("ba.png")) == PixelSize(width: 500, height: 300))
    }

    /// Each rejection creates no file, and comes before anything is read.
    @Test(
        arguments: [
            (["--waveform", "w.gif"], 64), (["--waveform", "talk.wav"], 64),
            (["--spectrogram", "no/folder/s.png"], 73),
            (["--waveform", "w.png", "--picture-size", "0x7"], 64),
            (["--waveform", "w.png", "--spans", "talk.wav"], 65),
            (["--waveform", "w.png", "--spans", "gone.json"], 66), (["--spans", "talk.wav"], 64),
            (["--waveform", "w.png", "--picture-size", "100000x100000"], 65),
        ] as [([String], Int32)])
    func whatCannotBeDrawnIsRefused(_ options: [String], _ status: Int32) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(TestFiles.bytes(of: TestFiles.kitchen), as: "talk.wav")
        let run = try CommandRun(["inspect", "talk.wav"] + options, in: folder)
        #expect(run.status == status, "\(run.errors)")
        #expect(try folder.contents() == ["talk.wav"])
        #expect(try TestFiles.bytes(of: folder.file("talk.wav")) == TestFiles.bytes(of: TestFiles.kitchen))
    }
}
