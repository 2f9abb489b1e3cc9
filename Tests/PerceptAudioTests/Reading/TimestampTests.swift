import Foundation
@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Recordings whose timestamps have gaps, through the real ffmpeg: expected are the samples that were put in, and
/// silence whose length follows from the timestamps.
@Suite(.enabled(if: FFmpegSource.program() != nil, "no ffmpeg on this machine")) struct TimestampTests {
    private static let values: [Int16] = (0..<8000).map { Int16($0 * 37 % 20_001 - 10_000) }
    private static var sound: [Float] { values.map { Float($0) / 32_768 } }

    /// A Matroska file with blocks of mono PCM at 8000 Hz, element by element; times are in milliseconds, 2000 samples
    /// each.
    private static func matroska(_ times: [Int]) -> [UInt8] {
        func element(_ id: [UInt8], _ content: [UInt8]) -> [UInt8] {
            id + [1] + (0..<7).reversed().map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) } + content
        }
        func number(_ value: Int) -> [UInt8] { (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let audio =
            element([0xB5], Array(WAVBytes.littleEndian(Float(8000).bitPattern).reversed())) + element([0x9F], [1])
            + element([0x62, 0x64], [16])
        let track =
            element([0xD7], [1]) + element([0x73, 0xC5], [1]) + element([0x83], [2])
            + element([0x86], Array("A_PCM/INT/LIT".utf8)) + element([0xE1], audio)
        let clusters = times.enumerated().flatMap { index, time in
            let block: [UInt8] =
                [0x81, 0, 0, 0x80] + WAVBytes.samples(Array(values[index * 2000..<(index + 1) * 2000]))
            return element([0x1F, 0x43, 0xB6, 0x75], element([0xE7], number(time)) + element([0xA3], block))
        }
        let segment =
            element([0x15, 0x49, 0xA9, 0x66], element([0x2A, 0xD7, 0xB1], [0x0F, 0x42, 0x40]))
            + element([0x16, 0x54, 0xAE, 0x6B], element([0xAE], track)) + clusters
        return element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("matroska".utf8)))
            + element([0x18, 0x53, 0x80, 0x67], segment)
    }

    private static func read(
        _ source: MediaSource, limits: ResourceLimits = .default, frameLimit: Int = 4096
    ) throws -> (samples: [Float], warnings: [Warning]) {
        var reader = try RecordingReader(source, limits: limits)
        var samples: [Float] = []
        while let block = try reader.readBlock(frameLimit: frameLimit) {
            #expect((1...frameLimit).contains(block.frameCount))
            samples += block.planes[0]
        }
        #expect(reader.framesRead == samples.count)
        return (samples, reader.warnings)
    }

    private static func silence(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

    /// Runs ffmpeg and gives the file it made.
    private static func made(_ name: String, _ arguments: [String], in folder: TemporaryFolder) throws -> MediaSource {
        let process = Process()
        process.executableURL = URL(filePath: try #require(FFmpegSource.program()))
        process.currentDirectoryURL = folder.url
        process.arguments = ["-v", "error", "-nostdin", "-y"] + arguments + [name]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return .file(folder.file(name))
    }

    private static func wav(in folder: TemporaryFolder) throws {
        _ = try folder.write(
            WAVBytes.plain(WAVBytes.samples(values), bits: 16, sampleRate: 8000, channelCount: 1), as: "sound.wav")
    }

    @Test func aGapBecomesSilence() throws {
        let file = MediaSource.bytes(Self.matroska([0, 250, 10_500, 10_750]))
        for frameLimit in [100, 3000, 4096, 1 << 18] {
            let (samples, warnings) = try Self.read(file, frameLimit: frameLimit)
            #expect(samples == Array(Self.sound[..<4000]) + Self.silence(80_000) + Array(Self.sound[4000...]))
            #expect(
                warnings == [
                    Warning(
                        "a gap of 10.000 s in the timestamps at 0.500 s was filled with silence, so that times match "
                            + "the file")
                ])
        }
    }

    @Test func withoutAGapNoSampleChanges() throws {
        for times in [[0, 250, 500, 750], [0, 251, 499, 751], [90, 340, 590, 840]] {
            let (samples, warnings) = try Self.read(.bytes(Self.matroska(times)))
            #expect(samples == Self.sound)
            #expect(warnings.isEmpty)
        }
    }

    @Test func aHostileGapIsLeftOut() throws {
        let (samples, warnings) = try Self.read(.bytes(Self.matroska([0, 250, 1_000_000_000_500, 1_000_000_000_750])))
        #expect(samples == Self.sound)
        #expect(warnings.count == 1)
        #expect(warnings.first?.text.contains("1000000000.000 s in the timestamps at 0.500 s was not filled") == true)
        var limits = ResourceLimits.default
        limits.silenceDuration = 9
        #expect(try Self.read(.bytes(Self.matroska([0, 250, 9500, 9750])), limits: limits).samples.count == 80_000)
        #expect(try Self.read(.bytes(Self.matroska([0, 250, 9501, 9751])), limits: limits).samples == Self.sound)
    }

    @Test func soundThatStartsAfterTheVideoIsPrecededBySilence() throws {
        let folder = try TemporaryFolder()
        try Self.wav(in: folder)
        let video = ["-f", "lavfi", "-i", "color=size=16x16:rate=10:duration=5"]
        let late = ["-itsoffset", "4", "-i", "sound.wav", "-map", "0", "-map", "1", "-c:a", "pcm_s16le"]
        for name in ["late.mov", "late.mkv"] {
            let (samples, warnings) = try Self.read(Self.made(name, video + late + ["-c:v", "mpeg4"], in: folder))
            #expect(samples == Self.silence(32_000) + Self.sound)
            #expect(warnings.count == 1)
            #expect(warnings.first?.text.hasPrefix("the audio starts 4.000 s after the file does") == true)
        }
    }

    /// The edit list of an MP4 says where the sound begins; of a file without a clock of its own the sound is the
    /// beginning.
    @Test func soundAloneStartsWhereItsEditListSays() throws {
        let folder = try TemporaryFolder()
        try Self.wav(in: folder)
        let late = ["-itsoffset", "4", "-i", "sound.wav", "-c:a", "pcm_s16le"]
        #expect(try Self.read(Self.made("late.mov", late, in: folder)).samples == Self.silence(32_000) + Self.sound)
        #expect(try Self.read(Self.made("late.mka", late, in: folder)).samples == Self.sound)
        let fragments = late + ["-movflags", "+frag_keyframe+empty_moov"]
        #expect(try Self.read(Self.made("fragments.mov", fragments, in: folder)).samples == Self.sound)
    }

    /// AAC begins with samples that are none of the recording's; ffmpeg's own decode is the oracle for what is cut.
    @Test func primingIsCutAsByFFmpeg() throws {
        let folder = try TemporaryFolder()
        try Self.wav(in: folder)
        for name in ["memo.m4a", "memo.mkv", "memo.aac"] {
            let source = try Self.made(name, ["-i", "sound.wav", "-c:a", "aac"], in: folder)
            let decoded = try Self.made("\(name).wav", ["-i", name, "-c:a", "pcm_f32le"], in: folder)
            let (samples, warnings) = try Self.read(source)
            #expect(try samples == Recording(decoding: decoded).planes[0])
            #expect(warnings.isEmpty)
        }
    }

    @Test func whatIsMissingOfACutFileIsSaid() throws {
        let folder = try TemporaryFolder()
        let tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=16000:duration=10", "-c:a"]
        let cases = [
            ("cut.m4a", ["aac", "-movflags", "+faststart"]), ("cut.webm", ["libvorbis"]), ("cut.wv", ["wavpack"]),
            ("cut.au", ["g722"]), ("cut.wav", ["g722"]),
        ]
        for (name, arguments) in cases {
            guard let source = try? Self.made(name, tone + arguments, in: folder) else { continue }
            let whole = try TestFiles.bytes(of: try #require(source.path))
            #expect(try Self.read(source).warnings == [], "\(name)")
            let (samples, warnings) = try Self.read(.bytes(Array(whole.prefix(whole.count * 6 / 10))))
            #expect(samples.count > 16_000, "\(name)")
            let missing = try #require(warnings.first).text.firstMatch(of: /([0-9.]+) s are missing/)
            let seconds = try #require(missing.flatMap { Double($0.1) })
            #expect(abs(seconds - (10 - Double(samples.count) / 16_000)) < 0.1, "\(name)")
            #expect(warnings.count == 1)
        }
    }
}
