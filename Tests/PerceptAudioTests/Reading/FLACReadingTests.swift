@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// FLAC streams written bit by bit, with samples of a closed form.
@Suite struct FLACReadingTests {
    /// A ramp over the whole range, the channels shifted against each other.
    private static func stream(bitDepth: Int, channelCount: Int = 1, frameCount: Int = 500) -> FLACBytes {
        let range = 1 << bitDepth
        return FLACBytes(
            (0..<channelCount).map { channel in
                (0..<frameCount).map { ($0 + channel * 13) * range / 509 % range - range / 2 }
            }, bitDepth: bitDepth)
    }

    private static func expected(_ stream: FLACBytes) -> [[Float]] {
        let fullScale = Double(1 << (stream.bitDepth - 1))
        return stream.planes.map { $0.map { Float(Double($0) / fullScale) } }
    }

    /// The digest of the samples as section 8.2 defines it.
    private static func md5(_ stream: FLACBytes) -> [UInt8] {
        let width = (stream.bitDepth + 7) / 8
        var digest = Hashing(.md5)
        for frame in stream.planes[0].indices {
            for plane in stream.planes {
                Array(WAVBytes.littleEndian(Int64(plane[frame])).prefix(width)).withUnsafeBytes { digest.update($0) }
            }
        }
        return digest.finish()
    }

    @Test(arguments: [4, 7, 8, 12, 16, 17, 20, 24, 32], [1, 2, 5, 8])
    func everyDepthAndChannelCount(_ bitDepth: Int, _ channelCount: Int) throws {
        var stream = Self.stream(bitDepth: bitDepth, channelCount: channelCount)
        stream.md5 = Self.md5(stream)
        var reader = try RecordingReader(.bytes(stream.encoded()), options: ReadingOptions(verifiesChecksum: true))
        #expect(reader.header.bitDepth == bitDepth)
        #expect(reader.header.frameCount == 500)
        #expect(reader.header.channels == .conventional(channelCount: channelCount))
        #expect(try Self.planes(&reader) == Self.expected(stream))
        #expect(reader.warnings.isEmpty)
    }

    @Test func theTagGivesTheLayout() throws {
        var stream = Self.stream(bitDepth: 16, channelCount: 3)
        stream.tags = ["TITLE=x", "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x103"]
        let header = try RecordingReader(.bytes(stream.encoded())).header
        #expect(header.channels.positions == [.frontLeft, .frontRight, .backCenter])
    }

    @Test func blocksOfAnySize() throws {
        var stream = Self.stream(bitDepth: 16, channelCount: 2, frameCount: 30_000)
        stream.blockSizes = [16, 4096, 1, 20_000, 777]
        for frameLimit in [1000, 4096, 65_536] {
            var reader = try RecordingReader(.bytes(stream.encoded()), options: ReadingOptions(verifiesChecksum: true))
            #expect(try Self.planes(&reader, frameLimit: frameLimit) == Self.expected(stream))
        }
    }

    @Test func anUnknownTotalIsCounted() throws {
        var stream = Self.stream(bitDepth: 16)
        stream.totalFrames = 0
        var reader = try RecordingReader(.bytes(stream.encoded()), options: ReadingOptions(verifiesChecksum: true))
        #expect(reader.header.frameCount == nil)
        #expect(try Self.planes(&reader) == Self.expected(stream))
        #expect(reader.warnings.isEmpty)
    }

    @Test(arguments: [1, 499, 501, 100_000]) func aWrongTotalIsReported(_ total: Int) throws {
        for hasDigest in [false, true] {
            var stream = Self.stream(bitDepth: 16)
            stream.totalFrames = total
            if hasDigest { stream.md5 = Self.md5(stream) }
            var reader = try RecordingReader(.bytes(stream.encoded()), options: ReadingOptions(verifiesChecksum: true))
            #expect(try Self.planes(&reader) == Self.expected(stream))
            #expect(reader.warnings == ["the header states \(total) frames, the stream holds 500"])
        }
    }

    @Test func aDigestThatDoesNotFitIsReported() throws {
        var stream = Self.stream(bitDepth: 24, channelCount: 2)
        stream.md5 = Self.md5(stream)
        stream.md5[7] ^= 1
        var reader = try RecordingReader(.bytes(stream.encoded()), options: ReadingOptions(verifiesChecksum: true))
        #expect(try Self.planes(&reader) == Self.expected(stream))
        #expect(
            reader.warnings == ["the samples are not those that were encoded: their MD5 is not the one in the header"])
    }

    @Test func tagsInFrontAndBehindAreStepped() throws {
        let stream = Self.stream(bitDepth: 16)
        // ID3v2.4 with a size of 20 (synchsafe), and ID3v1, which is 128 bytes.
        let front: [UInt8] = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 20] + [UInt8](repeating: 0, count: 20)
        let behind: [UInt8] = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
        var reader = try RecordingReader(
            .bytes(front + stream.encoded() + behind), options: ReadingOptions(verifiesChecksum: true))
        #expect(try Self.planes(&reader) == Self.expected(stream))
        #expect(reader.warnings.isEmpty)
    }

    @Test func damageInTheMiddleIsRefusedWithItsPlace() throws {
        let stream = Self.stream(bitDepth: 16)
        var bytes = stream.encoded()
        // The second block begins at frame 192.
        bytes[stream.header().count + stream.frames()[0].count + 40] ^= 0x10
        let error = expectMediaError(.malformedInput) { _ = try Recording(decoding: .bytes(bytes)) }
        #expect(error?.problem.contains("frame 192 (0.012 s)") == true)
    }

    @Test func anotherDepthInTheMiddleIsRead() throws {
        let (first, second) = (Self.stream(bitDepth: 16), Self.stream(bitDepth: 24))
        var reader = try RecordingReader(.bytes(first.encoded() + second.frames()[0]))
        #expect(try Self.planes(&reader) == [Self.expected(first)[0] + Self.expected(second)[0].prefix(192)])
        #expect(reader.warnings.contains { $0.text.contains("states 500 frames") || $0.text.hasPrefix("500 frames") })
    }

    private static func planes(_ reader: inout RecordingReader, frameLimit: Int = 4096) throws -> [[Float]] {
        var planes = [[Float]](repeating: [], count: reader.header.channelCount)
        while let block = try reader.readBlock(frameLimit: frameLimit) {
            #expect((1...frameLimit).contains(block.frameCount))
            for channel in planes.indices { planes[channel] += block.planes[channel] }
        }
        return planes
    }
}
