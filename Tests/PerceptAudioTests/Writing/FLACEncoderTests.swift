import CKernels
@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// libFLAC is the oracle: it decodes exactly what was written, and checks the MD5.
@Suite struct FLACEncoderTests {
    private static func encoded(_ planes: [[Float]], _ encoding: AudioEncoding, sampleRate: Int = 16_000) throws
        -> [UInt8]
    {
        var writer = try RecordingWriter(
            toMemory: 1 << 26, encoding: encoding, sampleRate: sampleRate, channelCount: planes.count)
        // In pieces that do not match blocks.
        let frameCount = planes[0].count
        for start in stride(from: 0, to: frameCount, by: 1777) {
            try writer.write(planes.map { Array($0[start..<min(start + 1777, frameCount)]) })
        }
        return try writer.finish().bytes
    }

    private static func expectRoundTrip(_ planes: [[Float]], _ encoding: AudioEncoding, sampleRate: Int) throws {
        let bytes = try encoded(planes, encoding, sampleRate: sampleRate)
        var reader = try RecordingReader(.bytes(bytes), options: ReadingOptions(verifiesChecksum: true))
        #expect(reader.header.frameCount == planes[0].count)
        #expect(reader.header.sampleRate == sampleRate)
        var decoded = [[Float]](repeating: [], count: planes.count)
        while let block = try reader.readBlock() {
            for channel in planes.indices { decoded[channel] += block.planes[channel] }
        }
        #expect(decoded == planes)
        #expect(reader.warnings.isEmpty)
    }

    @Test(arguments: [1, 2, 3, 6, 8], [16_000, 44_100, 96_000, 11_025])
    func whatIsWrittenIsRead(_ channelCount: Int, _ sampleRate: Int) throws {
        for (format, bitDepth) in [(AudioEncoding.SampleFormat.s16, 16), (.s24, 24)] {
            let planes = VariedSound.planes(channelCount: channelCount, bitDepth: bitDepth, frameCount: 30_000)
            let encoding = try AudioEncoding(container: .flac, sampleFormat: format)
            try Self.expectRoundTrip(planes, encoding, sampleRate: sampleRate)
        }
    }

    @Test(arguments: [1, 2, 3, 15, 16, 17, 18, 1023, 1024, 1025, 2047, 2049])
    func anyLength(_ frameCount: Int) throws {
        var random = SplitMix64(seed: UInt64(frameCount))
        for amplitude in [3, 300, 32_767] {
            let planes = (0..<2).map { _ in
                (0..<frameCount).map { _ in Float(Int.random(in: -amplitude...amplitude, using: &random)) * 0x1p-15 }
            }
            try Self.expectRoundTrip(planes, .flac16, sampleRate: 16_000)
        }
    }

    /// Differences between neighbours are as large as possible, so that sums and residuals need their widest numbers.
    @Test func fullScaleSignals() throws {
        var random = SplitMix64(seed: 9)
        let (lowest, highest): (Float, Float) = (-1, 1 - 0x1p-23)
        let patterns: [(Int) -> Float] = [
            { $0.isMultiple(of: 2) ? lowest : highest }, { $0 / 16 % 2 == 0 ? lowest : highest },
            { $0 % 1000 == 999 ? lowest : highest }, { $0 % 700 < 3 ? lowest : 0 },
        ]
        let signs = (0..<5000).map { _ in Bool.random(using: &random) ? lowest : highest }
        for pattern in patterns + [{ signs[$0] }] {
            let plane = (0..<5000).map(pattern)
            let encoding = try AudioEncoding(container: .flac, sampleFormat: .s24)
            try Self.expectRoundTrip(
                [plane, plane.map { $0 == lowest ? highest : lowest }], encoding, sampleRate: 48_000)
        }
    }

    @Test func allKernelsWriteTheSameBytes() throws {
        for (channelCount, bitDepth) in [(1, 16), (2, 16), (2, 24), (3, 24)] {
            let scale = Float(1 << (bitDepth - 1))
            let planes = VariedSound.planes(channelCount: channelCount, bitDepth: bitDepth, frameCount: 20_480)
            let format = FLACStreamFormat(
                channel_count: Int32(channelCount), bit_depth: Int32(bitDepth), sample_rate: 0)
            let space = UnsafeMutablePointer<FLACEncodingSpace>.allocate(capacity: 1)
            space.initialize(to: FLACEncodingSpace())
            defer { space.deallocate() }
            for start in stride(from: 0, to: 20_480, by: 2048) {
                let samples = planes.flatMap { plane in plane[start..<start + 2048].map { Int32($0 * scale) } }
                let frames = supportedKernels.map { kernel in
                    [UInt8](unsafeUninitializedCapacity: percept_flac_frame_bound(format, 2048)) {
                        output, initialized in
                        guard let base = output.baseAddress else { return }
                        initialized = withKernel(kernel) {
                            percept_flac_encode(format, 44_100, samples, 2048, 7, space, base)
                        }
                    }
                }
                for frame in frames { #expect(frame == frames[0]) }
            }
        }
    }

    /// Speech, compared with libFLAC at its default level: never larger, and smaller where blocks are shorter.
    @Test func noLargerThanLibFLAC() throws {
        let speech = try Recording(decoding: .file(TestFiles.media("audio/harbour-44100-stereo.flac")))
        let ours = try Self.encoded(speech.planes, .flac16, sampleRate: 44_100)
        let file = VirtualFile(byteLimit: 1 << 24)
        let soundFile = try SoundFile.writing(
            file, format: SoundFileFormat(rawValue: 0x17_0002), sampleRate: 44_100, channelCount: 2)
        var quantizer = SampleQuantizer()
        let isWritten = soundFile.write(quantizer.quantizeToShorts(speech.planes))
        let failure = soundFile.close()
        #expect(isWritten && failure == nil)
        #expect(ours.count <= file.byteCount, "\(ours.count) bytes, libFLAC \(file.byteCount)")
    }

    @Test func theHeaderIsCorrect() throws {
        let planes = [[Float]](repeating: (0..<2500).map { Float($0 % 100) * 0x1p-15 }, count: 2)
        let bytes = try Self.encoded(planes, .flac16)
        // RFC 9639 §8.2: block sizes, frame sizes, 20 bits of rate, 3 of channels, 5 of depth, 36 of the total.
        #expect(bytes[..<12].elementsEqual([0x66, 0x4C, 0x61, 0x43, 0x80, 0, 0, 34, 4, 0, 4, 0]))
        #expect(bytes[18..<26].elementsEqual([0x03, 0xE8, 0x02, 0xF0, 0, 0, 0x09, 0xC4]))
        let largest = Int(bytes[15]) << 16 | Int(bytes[16]) << 8 | Int(bytes[17])
        #expect(largest > 0 && largest < bytes.count)
    }
}
