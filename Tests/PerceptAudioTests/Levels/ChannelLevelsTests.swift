import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptAudio

@Suite struct ChannelLevelsTests {
    private static func sine(_ amplitude: Double, offset: Double = 0) -> [Float] {
        (0..<16_000).map { frame in
            let phase: Double = 2 * Double.pi * 100 * Double(frame) / 16_000
            return Float(amplitude * sin(phase) + offset)
        }
    }

    private static func levels(_ planes: [[Float]], _ layout: ChannelLayout = .stereo) -> Levels {
        var meter = LevelMeter(sampleRate: 16_000, channels: layout)
        meter.add(planes)
        return meter.finish()
    }

    /// The closed form of a sine: its amplitude, and that by the root of two.
    @Test func eachChannelHasItsLevels() throws {
        let channels = Self.levels([Self.sine(0.5), Self.sine(0.1, offset: 0.2)]).channels
        #expect(channels.count == 2)
        #expect(abs(channels[0].peak - 0.5) < 1e-6)
        #expect(abs(channels[0].rms - 0.353_553) < 1e-5)
        #expect(abs(channels[1].dcOffset - 0.2) < 1e-5)
        #expect(abs(channels[1].peak - 0.3) < 1e-6)
        #expect(abs(channels[1].alternatingRMS - 0.070_711) < 1e-5)
        #expect(abs(try #require(channels[0].peakDecibels) + 6.0206) < 1e-3)
        #expect(ChannelLevels(peak: 0, rms: 0, dcOffset: 0).rmsDecibels == nil)
    }

    /// 60 dB is a thousandth.
    @Test func aDeadChannelIsSixtyDecibelsBelow() {
        for (amplitude, isDead) in [(0.000_49, true), (0.000_51, false), (0, true)] {
            let levels = Self.levels([Self.sine(0.5), Self.sine(amplitude)])
            #expect(levels.deadChannels(in: .stereo) == (isDead ? [1] : []))
        }
    }

    @Test func aConstantIsNoSound() {
        #expect(Self.levels([Self.sine(0, offset: 0.1), Self.sine(0.5)]).deadChannels(in: .stereo) == [0])
        #expect(Self.levels([Self.sine(0, offset: 0.1), Self.sine(0)]).deadChannels(in: .stereo) == [])
    }

    @Test func silenceHasNoDeadChannel() {
        #expect(Self.levels([Self.sine(0.001), Self.sine(0)]).deadChannels(in: .stereo) == [])
        #expect(Self.levels([Self.sine(0)], .mono).deadChannels(in: .mono) == [])
    }

    @Test func lowFrequencyEffectsMayBeSilent() {
        let layout = ChannelLayout.conventional(channelCount: 6)
        let planes = (0..<6).map { Self.sine($0 == 3 || $0 == 4 ? 0 : 0.5) }
        #expect(Self.levels(planes, layout).deadChannels(in: layout) == [4])
    }

    @Test func theWarningNamesTheChannel() {
        let right = Self.levels([Self.sine(0.5), Self.sine(0)]).deadChannelWarning(.stereo)
        #expect(
            right?.text
                == "channel 2 (frontRight) is dead: it has digital silence, the loudest channel an RMS of -9 dBFS; "
                + "if a microphone was off, send only the other channel")
        #expect(right?.parameter == .pickedChannel)
        let left = Self.levels([Self.sine(0), Self.sine(0.5)]).deadChannelWarning(.stereo)
        #expect(left?.text.hasPrefix("channel 1 (frontLeft) is dead: ") == true && left?.parameter == nil)
        #expect(Self.levels([Self.sine(0.5), Self.sine(0.5)]).deadChannelWarning(.stereo) == nil)
    }
}
