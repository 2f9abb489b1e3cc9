import PerceptTestSupport
import Testing

@testable import PerceptAudio

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct RecordingConversionTests {
    private static let surround = ChannelLayout.conventional(channelCount: 6)

    /// ITU-R BS.775-3, annex 4: front √½, centre 1, surround ½, no low-frequency effects, divided by their sum.
    @Test func mixingToOneChannelFollowsTheStandard() throws {
        let stereo = try Recording(sampleRate: 8000, channels: .stereo, planes: [[0.5, -1], [0.25, 0]])
        #expect(stereo.mixed() == (try Recording(sampleRate: 8000, channels: .mono, planes: [[0.375, -0.5]])))
        #expect(try stereo.mixed(to: .mono) == stereo.mixed())
        let centre = try Recording(
            sampleRate: 8000, channels: Self.surround, planes: [[0], [0], [0.8], [1], [0], [0]])
        #expect(abs(centre.mixed().planes[0][0] - Float(0.8 / (2 * 0.5.squareRoot() + 2))) < 1e-6)
    }

    /// Left + √½·centre + √½·surround, divided by 1 + 2·√½.
    @Test func mixingToStereoFollowsTheStandard() throws {
        let recording = try Recording(
            sampleRate: 8000, channels: Self.surround, planes: [[1], [0], [0.5], [1], [0.25], [0]])
        let stereo = try recording.mixed(to: .stereo)
        let half = 0.5.squareRoot()
        #expect(stereo.channels == .stereo)
        #expect(abs(stereo.planes[0][0] - Float((1 + half * 0.75) / (1 + 2 * half))) < 1e-6)
        #expect(abs(stereo.planes[1][0] - Float(half * 0.5 / (1 + 2 * half))) < 1e-6)
        let unknown = try Recording(
            sampleRate: 8000, channels: .conventional(channelCount: 9), planes: Array(repeating: [0], count: 9))
        expectMediaError(.invalidArgument) { _ = try unknown.mixed(to: .stereo) }
    }

    /// A sine below both Nyquist frequencies is the same sine at the new rate, apart from the ends.
    @Test(arguments: [(48_000, 16_000), (16_000, 44_100)])
    func resamplingKeepsASine(_ rates: (from: Int, to: Int)) throws {
        func sine(_ rate: Int) -> [Float] {
            (0..<rate).map { Float(0.5 * sin(2 * Double.pi * 1000 * Double($0) / Double(rate))) }
        }
        let recording = try Recording(
            sampleRate: rates.from, channels: .stereo, planes: [sine(rates.from), sine(rates.from)])
        let resampled = try recording.resampled(to: rates.to)
        #expect(resampled.sampleRate == rates.to && resampled.frameCount == rates.to)
        let expected = sine(rates.to)
        for frame in rates.to / 4..<rates.to * 3 / 4 {
            #expect(abs(resampled.planes[1][frame] - expected[frame]) < 1e-5)
        }
        #expect(try recording.resampled(to: rates.from) == recording)
        expectMediaError(.invalidArgument) { _ = try recording.resampled(to: 0) }
    }

    /// Eleven bytes are five samples and half of one.
    @Test func decodingReportsWarnings() throws {
        var warnings: [Warning] = []
        let recording = try Recording(
            decoding: .bytes(Array(repeating: 0, count: 11)),
            options: ReadingOptions(
                rawFormat: RawAudioFormat(sampleFormat: .s16le, sampleRate: 8000, channelCount: 1))
        ) { warnings.append($0) }
        #expect(recording.planes == [[0, 0, 0, 0, 0]])
        #expect(warnings == ["the last 1 bytes do not form a whole frame of s16le:8000:1 and were ignored"])
    }

    @Test func envelopeOfARecording() throws {
        let samples: [Float] = [0.5, -0.5, 1, 0, -0.25, 0.25, 0, 0]
        let recording = try Recording(sampleRate: 8, channels: .mono, planes: [samples])
        let columns = WaveformEnvelope(of: recording).columns(4)
        #expect(columns.map(\.minimum) == [-0.5, 0, -0.25, 0])
        #expect(columns.map(\.maximum) == [0.5, 1, 0.25, 0])
        #expect(columns.map(\.rms) == [0.5, Float(0.5.squareRoot()), 0.25, 0])
    }
}
