import PerceptAudio
import Testing

@Suite struct MonoMixerTests {
    @Test func stereoIsTheMean() {
        #expect(MonoMixer(.stereo).gains == [0.5, 0.5])
        #expect(MonoMixer(.stereo).mix([[1, 0, -0.5], [0, 1, -0.5]]) == [0.5, 0.5, -0.5])
    }

    /// ITU-R BS.775-3 annex 4 gives √½ : √½ : 1 : ½ : ½ for 3/2 to mono; the sum is 2 + √2.
    @Test func surroundFollowsTheRecommendation() {
        let sum = 2 + Double(2).squareRoot()
        let half = Double(0.5).squareRoot()
        let expected = [half, half, 1, 0, 0.5, 0.5].map { Float($0 / sum) }
        #expect(MonoMixer(.conventional(channelCount: 6)).gains == expected)
    }

    @Test(arguments: 1...32) func gainsAddUpToOne(_ channelCount: Int) {
        let gains = MonoMixer(.conventional(channelCount: channelCount)).gains
        #expect(gains.count == channelCount)
        #expect(abs(gains.reduce(0, +) - 1) < 1e-6)
    }

    @Test func aSingleLowFrequencyChannelIsMixed() {
        #expect(MonoMixer(ChannelLayout([.lowFrequency])).gains == [1])
    }
}

@Suite struct PhaseMeterTests {
    private let tone = (0..<1000).map { Float($0 % 37) / 18 - 1 }

    @Test func oppositePhaseIsMinusOne() throws {
        var meter = PhaseMeter(.stereo)
        meter.add([tone, tone.map { -$0 }])
        #expect(abs(try #require(meter.correlation) + 1) < 1e-5)
    }

    /// A preparation warns below a correlation of −0.3. Two square waves a quarter period apart are mixed so that the
    /// correlation is the stated one.
    @Test(arguments: [(-0.29, false), (-0.31, true)])
    func aMixIsWarnedAboutBelowTheThreshold(correlation: Float, isWarned: Bool) throws {
        #expect(PhaseMeter.cancellationThreshold == -0.3)
        let left = (0..<16_000).map { $0 / 50 % 2 == 0 ? Float(0.25) : -0.25 }
        let square = (0..<16_000).map { ($0 + 25) / 50 % 2 == 0 ? Float(0.25) : -0.25 }
        let rest = (1 - correlation * correlation).squareRoot()
        let right = zip(left, square).map { correlation * $0 + rest * $1 }
        let recording = try Recording(sampleRate: 16_000, channels: .stereo, planes: [left, right])
        let warnings = try AudioPreparation().prepare(recording).warnings
        #expect(warnings.contains { $0.text.contains("out of phase") } == isWarned)
    }

    @Test func equalChannelsCorrelateAndSilenceHasNoCorrelation() throws {
        var meter = PhaseMeter(.stereo)
        meter.add([[0, 0], [0, 0]])
        #expect(meter.correlation == nil)
        meter.add([tone, tone.map { $0 * 0.3 }])
        #expect(abs(try #require(meter.correlation) - 1) < 1e-5)
        #expect(PhaseMeter(.mono).correlation == nil)
    }
}
