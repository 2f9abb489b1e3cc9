import CKernels
@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Each implementation against libFLAC, frame by frame, on streams that libFLAC wrote: with silence, prediction of
/// every kind, stereo of every kind, bits that are always zero, and noise.
@Suite struct FLACFrameDecoderTests {
    @Test(arguments: supportedKernels.map(\.rawValue), [1, 2, 3, 5, 8])
    func everyKindOfSubframe(_ kernel: UInt32, _ channelCount: Int) throws {
        for (encoding, bitDepth) in [
            (AudioEncoding.flac16, 16), (try AudioEncoding(container: .flac, sampleFormat: .s24), 24),
        ] {
            let planes = VariedSound.planes(channelCount: channelCount, bitDepth: bitDepth, frameCount: 60_000)
            var writer = try RecordingWriter(
                toMemory: 1 << 26, encoding: encoding, sampleRate: 44_100, channelCount: channelCount)
            try writer.write(planes)
            let bytes = try InputBytes(.bytes(writer.finish().bytes))
            let oracle = try FLACDecoder(bytes, mediaType: .flac)
            let decoder = FLACFrameDecoder(channelCount: channelCount, bitDepth: bitDepth)
            let start = try #require(oracle.position)
            let found = try #require(
                withKernel(PerceptKernel(rawValue: kernel)) {
                    decoder.blocks(in: start..<bytes.byteCount, of: bytes, margin: 0, frameLimit: .max)
                })
            #expect(found.start == start)
            for (index, block) in found.blocks.enumerated() {
                guard case .block(let expected, another: nil) = try oracle.next() else {
                    Issue.record("libFLAC gives no block \(index)")
                    return
                }
                #expect(block.planes == expected, "block \(index) of \(channelCount) channels, \(bitDepth) bit")
                #expect(block.end == oracle.position)
            }
            #expect(found.blocks.last?.end == bytes.byteCount)
        }
    }

    @Test(arguments: supportedKernels.map(\.rawValue), [4, 7, 8, 12, 17, 20])
    func everyDepth(_ kernel: UInt32, _ bitDepth: Int) throws {
        let range = 1 << bitDepth
        let stream = FLACBytes(
            (0..<2).map { channel in (0..<2000).map { ($0 + channel * 13) * range / 509 % range - range / 2 } },
            bitDepth: bitDepth)
        let bytes = try InputBytes(.bytes(stream.encoded()))
        let decoder = FLACFrameDecoder(channelCount: 2, bitDepth: bitDepth)
        let found = try #require(
            withKernel(PerceptKernel(rawValue: kernel)) {
                decoder.blocks(in: stream.header().count..<bytes.byteCount, of: bytes, margin: 0, frameLimit: .max)
            })
        let fullScale = Double(range / 2)
        for channel in 0..<2 {
            let expected = stream.planes[channel].map { Float(Double($0) / fullScale) }
            #expect(found.blocks.flatMap { $0.planes[channel] } == expected)
        }
    }

    /// Subframes of silence take a few bits each: of a frame that is cut off, no more is read than follows it as zeros.
    /// The address sanitizer would report it.
    @Test func aCutFrameOfSilenceIsNone() throws {
        let silence = [[Float]](repeating: [Float](repeating: 0, count: 1024), count: 8)
        var writer = try RecordingWriter(toMemory: 1 << 16, encoding: .flac16, sampleRate: 16_000, channelCount: 8)
        try writer.write(silence)
        let bytes = try writer.finish().bytes
        for count in 43..<bytes.count {
            let cut = try InputBytes(.bytes(Array(bytes[..<count])))
            let found = FLACFrameDecoder(channelCount: 8, bitDepth: 16)
                .blocks(in: 42..<count, of: cut, margin: 0, frameLimit: .max)
            #expect(found?.blocks.isEmpty != false)
        }
    }

    /// A depth that is not decoded here is left to libFLAC.
    @Test func thirtyTwoBitsAreLeft() throws {
        let stream = FLACBytes([(0..<500).map { $0 << 20 }], bitDepth: 32)
        let bytes = try InputBytes(.bytes(stream.encoded()))
        let decoder = FLACFrameDecoder(channelCount: 1, bitDepth: 32)
        let found = decoder.blocks(in: stream.header().count..<bytes.byteCount, of: bytes, margin: 0, frameLimit: .max)
        #expect(found?.blocks.isEmpty == true)
    }
}
