@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// FLAC streams with damage, written frame by frame: what is sound is given, and silence in the place of the rest.
@Suite struct FLACLeniencyTests {
    /// Ten blocks of 192 frames and one of 80.
    private static let stream: FLACBytes = {
        var generator = SplitMix64(seed: 99)
        var stream = FLACBytes(
            (0..<2).map { _ in (0..<2000).map { _ in Int.random(in: -32_768...32_767, using: &generator) } },
            bitDepth: 16)
        stream.md5 = [UInt8](repeating: 7, count: 16)
        return stream
    }()

    private static func samples(_ frames: Range<Int>) -> [Float] { stream.planes[0][frames].map { Float($0) / 32_768 } }

    private static func silence(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

    private static func read(
        _ bytes: [UInt8], isLenient: Bool, limits: ResourceLimits = .default
    ) throws -> (samples: [Float], warnings: [Warning]) {
        var reader = try RecordingReader(
            .bytes(bytes), options: ReadingOptions(isLenient: isLenient, verifiesChecksum: true), limits: limits)
        var samples: [Float] = []
        while let block = try reader.readBlock() { samples += block.planes[0] }
        return (samples, reader.warnings)
    }

    /// The stream's bytes, its frames changed.
    private static func bytes(_ change: (inout [[UInt8]]) -> Void) -> [UInt8] {
        var frames = stream.frames()
        change(&frames)
        return stream.header() + frames.flatMap { $0 }
    }

    @Test func aDamagedFrameBecomesSilence() throws {
        let damaged = Self.bytes { $0[3][100] ^= 0x10 }
        let error = expectMediaError(.malformedInput) { _ = try Self.read(damaged, isLenient: false) }
        #expect(error?.problem.contains("frame 576 (0.036 s)") == true)
        #expect(error?.parameter == .isLenient)
        let (samples, warnings) = try Self.read(damaged, isLenient: true)
        #expect(samples == Self.samples(0..<576) + Self.silence(192) + Self.samples(768..<2000))
        #expect(warnings.count == 1)
        #expect(warnings.first?.text.hasPrefix("the data are damaged at 0.036 s (") == true)
        #expect(warnings.first?.text.contains("0.012 s were replaced by silence") == true)
    }

    @Test func aHoleKeepsTheTimeLine() throws {
        let hole = Self.bytes { frames in
            frames[2].removeLast(50)
            frames[3] = []
            frames[4].removeFirst(80)
            frames[8][40] ^= 1
        }
        let (samples, warnings) = try Self.read(hole, isLenient: true)
        #expect(
            samples == Self.samples(0..<384) + Self.silence(576) + Self.samples(960..<1536) + Self.silence(192)
                + Self.samples(1728..<2000))
        #expect(warnings.first?.text.hasPrefix("the data are damaged at 2 places, the first at 0.024 s") == true)
        #expect(warnings.first?.text.contains("0.048 s in all") == true)
    }

    /// A stream of variable block size numbers its frames, not its blocks.
    @Test func variableBlocksAreFoundAgain() throws {
        var stream = Self.stream
        stream.blockSizes = [192, 256, 64]
        var frames = stream.frames()
        frames[1][60] ^= 4
        let (samples, _) = try Self.read(stream.header() + frames.flatMap { $0 }, isLenient: true)
        #expect(samples == Self.samples(0..<192) + Self.silence(256) + Self.samples(448..<2000))
    }

    @Test func silenceStaysWithinTheLimit() throws {
        // The frame after the damage claims to be one of two thousand million.
        var frames = Self.stream.frames()
        frames[1][50] ^= 1
        frames[2] = Self.renumbered(frames[2])
        let bytes = Self.stream.header() + frames.flatMap { $0 }
        let (samples, warnings) = try Self.read(bytes, isLenient: true)
        #expect(samples.count < 4000)
        #expect(warnings.contains { $0.text.contains("later times may be too early") })
        var limits = ResourceLimits.default
        limits.silenceDuration = 0
        let damaged = Self.bytes { $0[3][100] ^= 0x10 }
        #expect(try Self.read(damaged, isLenient: true, limits: limits).samples.count == 1808)
    }

    /// The same frame with the number 0x7FFF_FFFF and checksums that fit.
    private static func renumbered(_ frame: [UInt8]) -> [UInt8] {
        // Sync and codes take four bytes, the number (below 128) one, the block size two.
        var header = Array(frame[..<4]) + [0xFD] + [UInt8](repeating: 0xBF, count: 5) + Array(frame[5..<7])
        header.append(UInt8(FLACBytes.remainder(header, polynomial: 0x07, width: 8)))
        let body = header + frame[8..<frame.count - 2]
        let checksum = FLACBytes.remainder(body, polynomial: 0x8005, width: 16)
        return body + [UInt8(checksum >> 8), UInt8(checksum & 0xFF)]
    }

    @Test func whatIsMissingAtTheEndIsSaid() throws {
        let cut = Self.bytes { frames in
            frames.removeLast(3)
            frames[frames.count - 1].removeLast(60)
        }
        for isLenient in [false, true] {
            let (samples, warnings) = try Self.read(cut, isLenient: isLenient)
            #expect(samples == Self.samples(0..<1344))
            #expect(
                warnings == [
                    Warning(
                        "the file is cut short or damaged at its end: its header states 0.125 s, the last 0.041 s are "
                            + "missing; get the whole file again")
                ])
        }
        var unknown = Self.stream
        (unknown.totalFrames, unknown.md5) = (0, [UInt8](repeating: 0, count: 16))
        let (_, warnings) = try Self.read(Array(unknown.encoded().dropLast(50)), isLenient: false)
        #expect(warnings == ["the file is cut short in the middle of a frame; get the whole file again"])
        let none = Array(Self.stream.encoded().prefix(Self.stream.header().count + 100))
        for isLenient in [false, true] {
            let error = expectMediaError(.malformedInput) { _ = try Self.read(none, isLenient: isLenient) }
            #expect(error?.problem.contains("cut short") == true)
        }
    }

    /// Damage anywhere ends in samples or an error; what is given has the length that was stated, or less.
    @Test func randomDamageIsPassedOver() throws {
        var generator = SplitMix64(seed: 5)
        let whole = Self.stream.encoded()
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                bytes[Int.random(in: 42..<bytes.count, using: &generator)] ^= UInt8.random(
                    in: 1...255, using: &generator)
            }
            let (samples, warnings) = try Self.read(bytes, isLenient: true)
            #expect(samples.count <= 2000)
            #expect(samples.count == 2000 || warnings.contains { $0.text.contains("missing") })
            #expect(!warnings.isEmpty)
        }
    }
}
