import CKernels
@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Files long enough to be decoded in stretches; what is written is what must be read. Reading with the checksum, which
/// goes from frame to frame, is the other oracle.
@Suite struct FLACReadAheadTests {
    /// The header of the frame in RFC 9639, appendix D.1: two channels of 16 bits, one sample.
    private static let standardHeader: [UInt8] = [0xFF, 0xF8, 0x69, 0x18, 0x00, 0x00, 0xBF]

    @Test func aFrameHeaderIsFound() {
        func place(_ bytes: [UInt8], channelCount: Int = 2, bitDepth: Int = 16) -> Int? {
            let padded = bytes + [UInt8](repeating: 0, count: PerceptFLACPadding)
            let format = FLACStreamFormat(
                channel_count: Int32(channelCount), bit_depth: Int32(bitDepth), sample_rate: 0)
            let place = percept_flac_find(format, padded, bytes.count)
            return place < 0 ? nil : place
        }
        let around: [UInt8] = [0xFF, 0xFF, 0xF8, 0x69, 0x00]
        #expect(place(Self.standardHeader) == 0)
        #expect(place(around + Self.standardHeader + around) == around.count)
        #expect(place(Self.standardHeader, channelCount: 1) == nil)
        #expect(place(Self.standardHeader, bitDepth: 24) == nil)
        #expect(place(Array(Self.standardHeader.dropLast())) == nil)
        for byte in Self.standardHeader.indices {
            for bit in 0..<8 {
                var bytes = Self.standardHeader
                bytes[byte] ^= 1 << bit
                #expect(place(bytes) == nil, "byte \(byte), bit \(bit)")
            }
        }
    }

    /// Stereo noise that no encoder can make shorter, so that the samples stand in the file as they are.
    private static func noise(frameCount: Int, seed: UInt64) -> [[Float]] {
        var random = SplitMix64(seed: seed)
        return (0..<2).map { _ in
            (0..<frameCount).map { _ in Float(Int16(truncatingIfNeeded: random.next())) * 0x1p-15 }
        }
    }

    private static func encoded(_ planes: [[Float]]) throws -> [UInt8] {
        var writer = try RecordingWriter(
            toMemory: 1 << 26, encoding: .flac16, sampleRate: 44_100, channelCount: planes.count)
        try writer.write(planes)
        return try writer.finish().bytes
    }

    private static func read(_ bytes: [UInt8], verifyingChecksum: Bool = false) throws -> [[Float]] {
        let (planes, warnings) = try readWithWarnings(bytes, verifyingChecksum: verifyingChecksum)
        #expect(warnings.isEmpty)
        return planes
    }

    private static func readWithWarnings(
        _ bytes: [UInt8], verifyingChecksum: Bool = false
    ) throws -> (planes: [[Float]], warnings: [Warning]) {
        var reader = try RecordingReader(.bytes(bytes), options: ReadingOptions(verifiesChecksum: verifyingChecksum))
        var planes = [[Float]](repeating: [], count: reader.header.channelCount)
        while let block = try reader.readBlock() {
            for channel in planes.indices { planes[channel] += block.planes[channel] }
        }
        return (planes, reader.warnings)
    }

    @Test func stretchesAreWhatWasWritten() throws {
        let planes = Self.noise(frameCount: 600_000, seed: 1)
        #expect(try Self.read(Self.encoded(planes)) == planes)
    }

    @Test func whatOnlyLooksLikeAFrameIsNone() throws {
        var planes = Self.noise(frameCount: 400_000, seed: 2)
        // The header and a byte more, as four samples, so close that each cut is followed by one before the next frame.
        let words = (Self.standardHeader + [0x03]).map { UInt16($0) }
        let fake = stride(from: 0, to: words.count, by: 2).map {
            Float(Int16(bitPattern: words[$0] << 8 | words[$0 + 1])) * 0x1p-15
        }
        for start in stride(from: 50, to: 399_990, by: 100) {
            for channel in 0..<2 { planes[channel].replaceSubrange(start..<start + 4, with: fake) }
        }
        let bytes = try Self.encoded(planes)
        #expect(bytes.count > 1_600_000, "the samples do not stand in the file as they are")
        #expect(try Self.read(bytes) == planes)
    }

    @Test func aStretchOfMuchSoundInFewBytesIsCutOff() throws {
        let (before, after) = (Self.noise(frameCount: 300_000, seed: 3), Self.noise(frameCount: 300_000, seed: 4))
        let silence = [Float](repeating: 0, count: 2_000_000)
        let planes = (0..<2).map { before[$0] + silence + after[$0] }
        #expect(try Self.read(Self.encoded(planes)) == planes)
    }

    @Test(arguments: [300_000, 900_000, 1_500_000, 2_390_000])
    func damageIsFoundWhereReadingInOrderFindsIt(_ offset: Int) throws {
        var bytes = try Self.encoded(Self.noise(frameCount: 600_000, seed: 5))
        bytes[offset] ^= 4
        let inOrder = expectMediaError(.malformedInput) { _ = try Self.read(bytes, verifyingChecksum: true) }
        let inStretches = expectMediaError(.malformedInput) { _ = try Self.read(bytes) }
        #expect(inStretches?.problem == inOrder?.problem)
    }

    /// The writer makes blocks of 4096 frames, of 16 kB each; the last has 1984.
    @Test(arguments: zip([1, 5_000, 700_000], [1984, 1984, 1984 + 41 * 4096]))
    func whatIsCutShortIsReadAsFarAsReadingInOrderGoes(_ missing: Int, _ lostCount: Int) throws {
        let written = Self.noise(frameCount: 600_000, seed: 6)
        let bytes = Array(try Self.encoded(written).dropLast(missing))
        let inOrder = try Self.readWithWarnings(bytes, verifyingChecksum: true)
        let inStretches = try Self.readWithWarnings(bytes)
        #expect(inStretches.planes == written.map { Array($0.dropLast(lostCount)) })
        #expect(inOrder.planes == inStretches.planes)
        let seconds = (Double(lostCount) / 44.1).rounded() / 1000
        #expect(
            inStretches.warnings == [
                Warning(
                    "the file is cut short or damaged at its end: its header states 13.605 s, the last \(seconds) s "
                        + "are missing; get the whole file again")
            ])
        #expect(inOrder.warnings == inStretches.warnings)
    }

    @Test func aStretchIsGivenAtItsFirstByteAlone() throws {
        let bytes = try InputBytes(.bytes(Self.encoded(Self.noise(frameCount: 600_000, seed: 7))))
        let decoder = try FLACDecoder(bytes, mediaType: .flac)
        let start = try #require(decoder.position)
        let readAhead = try #require(FLACReadAhead(bytes, decoder.info, from: start))
        #expect(readAhead.stretch(at: start - 1) == nil)
        let first = try #require(readAhead.stretch(at: start))
        let end = try #require(first.last?.end)
        #expect(end > start + 50_000)
        #expect(readAhead.stretch(at: end - 1) == nil)
        #expect(readAhead.stretch(at: end)?.isEmpty == false)
        #expect(readAhead.stretch(at: bytes.byteCount) == nil)
        #expect(FLACReadAhead(bytes, decoder.info, from: bytes.byteCount - 1000) == nil)
    }
}
