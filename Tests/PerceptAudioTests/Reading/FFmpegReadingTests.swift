import Foundation
@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Recordings that another program decodes, mostly a shell script with output that is known to the byte.
@Suite struct FFmpegReadingTests {
    /// A stand-in for ffmpeg that does what `script` says; `$here` is its folder.
    private static func program(_ folder: TemporaryFolder, _ script: String) throws -> String {
        let text = try folder.write(Array("#!/bin/sh\nhere='\(folder.path)'\n\(script)\n".utf8), as: "script")
        let path = folder.file("ffmpeg")
        // Another process makes the file: were it open for writing here, a program that starts meanwhile would inherit
        // that, and the system refuses to run what is open for writing.
        let copying = Process()
        copying.executableURL = URL(filePath: "/bin/sh")
        copying.arguments = ["-c", "rm -f \"$1\"; cp \"$0\" \"$1\" && chmod 700 \"$1\"", text, path]
        try copying.run()
        copying.waitUntilExit()
        return path
    }

    /// The output of ffmpeg in a pipe for three channels: sizes unknown, an extensible format, floating point.
    private static func output(_ samples: [Float]) -> [UInt8] {
        let extra = RIFFBytes.extensible(validBits: 32, channelMask: 0x7, tag: 3)
        let format = RIFFBytes.format(tag: 0xFFFE, bits: 32, sampleRate: 22_050, channelCount: 3, extra: extra)
        return RIFFBytes.file(
            [
                RIFFBytes.chunk("fmt ", format), RIFFBytes.chunk("fact", [0xFF, 0xFF, 0xFF, 0xFF]),
                RIFFBytes.chunk("data", WAVBytes.samples(samples), statedSize: .max),
            ], statedSize: .max)
    }

    private static let voiceMemo =
        [UInt8](repeating: 0, count: 4) + Array("ftypM4A ".utf8) + [UInt8](repeating: 7, count: 64)
    private static let ramp = (0..<30_000).map { Float($0) / 32_768 }
    private static let streamLine = "[info]   Stream #0:0[0x1](und): Audio: aac (LC) (mp4a / 0x6134706D), 22050 Hz, 3.0"

    @Test func samplesComeThroughThePipe() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.output(Self.ramp), as: "out.wav")
        let program = try Self.program(folder, "echo '\(Self.streamLine)' >&2; cat \"$here/out.wav\"")
        for frameLimit in [1000, 4096, 100_000] {
            var reader = try RecordingReader(.bytes(Self.voiceMemo), ffmpeg: program)
            #expect(reader.header.sampleRate == 22_050)
            #expect(reader.header.channels.positions == [.frontLeft, .frontRight, .frontCenter])
            #expect(reader.header.frameCount == nil)
            #expect(reader.header.container == "MP4")
            #expect(reader.header.codec == "AAC")
            var planes = [[Float]](repeating: [], count: 3)
            while let block = try reader.readBlock(frameLimit: frameLimit) {
                for channel in 0..<3 { planes[channel] += block.planes[channel] }
            }
            let expected = (0..<3).map { channel in stride(from: channel, to: 30_000, by: 3).map { Self.ramp[$0] } }
            #expect(planes == expected)
            #expect(reader.warnings.isEmpty)
        }
    }

    @Test func theInputIsHandedOverByDescriptor() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.output([0, 0, 0]), as: "out.wav")
        let program = try Self.program(
            folder, "printf '%s\\n' \"$@\" > \"$here/arguments\"; cat /dev/fd/3 > \"$here/copy\"; cat \"$here/out.wav\""
        )
        let file = try folder.write(Self.voiceMemo, as: "-http:evil.m4a")
        for source in [MediaSource.bytes(Self.voiceMemo), .file(file)] {
            var reader = try RecordingReader(source, ffmpeg: program)
            #expect(try reader.readBlock()?.frameCount == 1)
            #expect(try TestFiles.bytes(of: folder.file("copy")) == Self.voiceMemo)
            let arguments = String(decoding: try TestFiles.bytes(of: folder.file("arguments")), as: UTF8.self)
            #expect(!arguments.contains("evil"))
            #expect(arguments.contains("-f\nmov\n-i\nfile:/dev/fd/3\n"))
        }
    }

    @Test func itsErrorsArePassedOn() throws {
        let folder = try TemporaryFolder()
        let complaint = "echo '[mov @ 0x55] [error] moov atom not found' >&2; echo 'Conversion failed' >&2; exit 1"
        let refusing = try Self.program(folder, complaint)
        let error = expectMediaError(.malformedInput) {
            _ = try RecordingReader(.bytes(Self.voiceMemo, name: "memo.m4a"), ffmpeg: refusing)
        }
        #expect(error?.description.contains("memo.m4a: ffmpeg cannot decode it (moov atom not found)") == true)

        _ = try folder.write(Self.output(Self.ramp), as: "out.wav")
        let breaking = try Self.program(folder, "cat \"$here/out.wav\"; \(complaint)")
        expectMediaError(.malformedInput) {
            var reader = try RecordingReader(.bytes(Self.voiceMemo), ffmpeg: breaking)
            while try reader.readBlock() != nil {}
        }

        let silent = try Self.program(
            folder, "echo \"[fatal] Stream map '0:a:0' matches no streams.\" >&2; exit 1")
        let silence = expectMediaError(.unsupportedFeature) {
            _ = try RecordingReader(.bytes(Self.voiceMemo), ffmpeg: silent)
        }
        #expect(silence?.problem.contains("no audio") == true)

        // Damage that it gets over is worth a word; much of it must not fill the pipe and stop everything.
        let mending = try Self.program(
            folder,
            "i=0; while [ $i -lt 3000 ]; do echo '[aac @ 0x1] [error] channel element 2.3 is not allocated' >&2; "
                + "i=$((i+1)); done; cat \"$here/out.wav\"")
        var reader = try RecordingReader(.bytes(Self.voiceMemo), ffmpeg: mending)
        while try reader.readBlock() != nil {}
        #expect(
            reader.warnings
                == [
                    Warning(
                        "the file is damaged, and audio may be missing: ffmpeg reported 3000 errors while decoding, "
                            + "the first: channel element 2.3 is not allocated; get the file again")
                ])
    }

    /// Later errors follow from the first; the input's own name helps nobody.
    @Test func theFirstErrorIsShown() throws {
        let folder = try TemporaryFolder()
        let program = try Self.program(
            folder,
            "echo '[error] file:/dev/fd/3: No such file or directory' >&2; "
                + "echo '[mov @ 0x55] [error] moov atom not found' >&2; echo '[error] Error configuring filter graph' "
                + ">&2; exit 1")
        let error = expectMediaError(.malformedInput) {
            _ = try RecordingReader(.bytes(Self.voiceMemo), ffmpeg: program)
        }
        #expect(error?.problem == "ffmpeg cannot decode it (moov atom not found)")
    }

    @Test func framesAreReadFromTheLog() {
        func frame(_ text: String) -> FFmpegLog.Frame? { FFmpegLog.frame(Array(text.utf8)) }
        let line =
            "[Parsed_ashowinfo_0 @ 0x55] [info] n:1 pts:-672 pts_time:-0.014 pos:862 fmt:fltp channels:1 rate:48000 "
        #expect(
            frame(line + "nb_samples:960 checksum:5A0")
                == FFmpegLog.Frame(timestamp: -672, sampleRate: 48_000, frameCount: 960))
        #expect(
            frame("n:1 pts:NOPTS pts_time:NOPTS rate:8000 nb_samples:1 ")
                == FFmpegLog.Frame(timestamp: nil, sampleRate: 8000, frameCount: 1))
        #expect(frame(line) == nil)
        #expect(frame(line + "nb_samples:0 ") == nil)
        #expect(frame("n:1 pts:99999999999999999999 rate:8000 nb_samples:1 ")?.timestamp == nil)
    }

    /// A title of the file stands in the log too, and must not pass for a frame or a length.
    @Test func metadataAreNotTakenForFrames() {
        var frames: [FFmpegLog.Frame] = []
        let log = FFmpegLog(input: "file:/dev/fd/3") { frames.append($0) }
        log.take(
            Array(
                """
                [info]     title           : [Parsed_ashowinfo_0 @ 0x1] [info] n:0 pts:900000 rate:8000 nb_samples:100
                [info]     comment         :   Duration: 10:00:00.00, start: 5.000000
                [info]   Duration: 00:01:02.50, start: 1.400000, bitrate: 24 kb/s
                [info]   Stream #0:0: Audio: opus, 48000 Hz, mono, fltp
                [info]   Stream #0:1: Video: mjpeg (Baseline), 90k tbr (attached pic)

                """.utf8))
        #expect(frames.isEmpty)
        #expect(log.statedDuration == 62.5)
        #expect(log.start == 1.4)
        #expect(log.streamCount == 1)
        #expect(log.codec == "Opus")
    }

    @Test func itDoesNotOutliveItsReader() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.output([]), as: "out.wav")
        let program = try Self.program(
            folder, "echo $$ > \"$here/pid\"; cat \"$here/out.wav\"; exec cat /dev/zero")
        do {
            var reader = try RecordingReader(.bytes(Self.voiceMemo), ffmpeg: program)
            #expect(try reader.readBlock()?.frameCount == 4096)
        }
        let text = String(decoding: try TestFiles.bytes(of: folder.file("pid")), as: UTF8.self)
        let processID = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(processID, 0) == -1)
    }

    @Test func itIsFoundOnThePath() throws {
        let folder = try TemporaryFolder()
        #expect(FFmpegSource.program(in: "/nowhere:\(folder.path)") == nil)
        let program = try Self.program(folder, "exit 0")
        #expect(FFmpegSource.program(in: "/nowhere:\(folder.path)") == program)
        #expect(FFmpegSource.program(in: nil) == nil)
    }

    /// A Matroska file with PCM, written element by element, through the real program.
    @Test(.enabled(if: FFmpegSource.program() != nil, "no ffmpeg on this machine")) func aMatroskaFileIsDecoded() throws
    {
        let values: [Int16] = (0..<2000).map { Int16($0 * 37 % 20_001 - 10_000) }
        func element(_ id: [UInt8], _ content: [UInt8]) -> [UInt8] {
            // A size of eight bytes is the simplest.
            id + [1] + (0..<7).reversed().map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) } + content
        }
        let track =
            element([0xD7], [1]) + element([0x73, 0xC5], [1]) + element([0x83], [2])
            + element([0x86], Array("A_PCM/INT/LIT".utf8))
            + element(
                [0xE1],
                element([0xB5], Array(WAVBytes.littleEndian(Float(12_000).bitPattern).reversed()))
                    + element([0x9F], [2])
                    + element([0x62, 0x64], [16]))
        let block: [UInt8] = [0x81, 0, 0, 0x80] + WAVBytes.samples(values)
        let segment =
            element([0x15, 0x49, 0xA9, 0x66], element([0x2A, 0xD7, 0xB1], [0x0F, 0x42, 0x40]))
            + element([0x16, 0x54, 0xAE, 0x6B], element([0xAE], track))
            + element([0x1F, 0x43, 0xB6, 0x75], element([0xE7], [0]) + element([0xA3], block))
        let file =
            element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("matroska".utf8)))
            + element([0x18, 0x53, 0x80, 0x67], segment)
        let folder = try TemporaryFolder()
        let path = try folder.write(file, as: "-memo:x.mka")
        for source in [MediaSource.file(path), .bytes(file)] {
            let recording = try Recording(decoding: source)
            #expect(recording.sampleRate == 12_000)
            #expect(recording.channels == .stereo)
            let expected = (0..<2).map { channel in
                stride(from: channel, to: 2000, by: 2).map { Float(values[$0]) / 32_768 }
            }
            #expect(recording.planes == expected)
        }
    }
}
