@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// FLAC streams that follow one another, and frames of another format within one.
@Suite struct JoinedFLACTests {
    private static func ramp(_ count: Int, channelCount: Int = 1, rate: Int = 16_000, bitDepth: Int = 16) -> FLACBytes {
        let range = 1 << bitDepth
        var stream = FLACBytes(
            (0..<channelCount).map { channel in
                (0..<count).map { ($0 * 7 + channel * 13) * range / 509 % range - range / 2 }
            },
            bitDepth: bitDepth)
        stream.sampleRate = rate
        return stream
    }

    private static func samples(_ stream: FLACBytes) -> [[Float]] {
        let fullScale = Float(1 << (stream.bitDepth - 1))
        return stream.planes.map { $0.map { Float($0) / fullScale } }
    }

    @Test func streamsOfOneFormatAreReadOneAfterTheOther() throws {
        let stream = Self.ramp(500)
        let tag = MPEGReadingTests.id3v1 + Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4]
        for bytes in [stream.encoded() + stream.encoded(), stream.encoded() + tag + stream.encoded()] {
            let read = try ReadRecording(bytes)
            #expect(read.planes == [Self.samples(stream)[0] + Self.samples(stream)[0]])
            #expect(read.warnings == ["500 frames (0.031 s) are stated, 1000 (0.063 s) were read from 2 parts"])
        }
    }

    @Test func aStreamOfAnotherFormatIsConverted() throws {
        let (first, second) = (Self.ramp(500), Self.ramp(1200, channelCount: 2, rate: 48_000, bitDepth: 24))
        let read = try ReadRecording(first.encoded() + second.encoded())
        #expect(read.frameCount == 500 + 400)
        #expect(Array(read.planes[0].prefix(500)) == Self.samples(first)[0])
        #expect(
            read.warnings.first?.text
                == "the format changes to stereo at 48000 Hz at 0.031 s; this part was converted to mono at 16000 Hz, "
                + "the format at the start")
    }

    /// Frames whose headers state 32 kHz after such as take the rate of the stream.
    @Test func aRateThatChangesWithinAStreamIsConverted() throws {
        var stream = Self.ramp(1920)
        stream.totalFrames = 0
        let frames = stream.frames()
        let other = frames[5...].map { frame in FLACBytes.restated(frame, rateCode: 8) }
        let read = try ReadRecording(stream.header() + frames[..<5].flatMap { $0 } + other.flatMap { $0 })
        #expect(read.frameCount == 960 + 480)
        #expect(Array(read.planes[0].prefix(960)) == Array(Self.samples(stream)[0].prefix(960)))
        #expect(
            read.warnings == [
                Warning(
                    "the format changes to mono at 32000 Hz at 0.060 s; this part was converted to mono at 16000 Hz, "
                        + "the format at the start")
            ])
        // And back again.
        let back = stream.header() + (frames[..<5] + other[..<2] + frames[7...]).flatMap { $0 }
        #expect(try ReadRecording(Array(back)).frameCount == 960 + 192 + 3 * 192)
    }

    /// Frames decoded ahead have their rate too.
    @Test func aRateThatChangesInALongStreamIsSeen() throws {
        var stream = Self.ramp(1000 * 120)
        (stream.totalFrames, stream.blockSizes) = (0, [1000])
        let frames = stream.frames()
        let bytes =
            stream.header() + frames[..<60].flatMap { $0 }
            + frames[60...].flatMap { FLACBytes.restated($0, rateCode: 8) }
        let source = try FLACSource(
            InputBytes(.bytes(bytes)), mediaType: .flac,
            division: FLACReadAhead.Division(smallestFile: 1, samplesPerStretch: 4000, shortestStretch: 1000))
        let joined = JoinedSource.flac(source, name: "x")
        var count = 0
        while let planes = Optional(try joined.readPlanes(frameLimit: 4096)), let plane = planes.first {
            count += plane.count
        }
        #expect(count == 60_000 + 30_000)
    }
}
