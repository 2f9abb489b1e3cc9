import PerceptAudio
import Testing

/// ITU-R BS.775-3, annex 4, table 2, gives the coefficients of a downmix to one channel (1/0) by source format: for
/// 2/0, L and R are 0.7071 each; 3/0 adds C = 1; 3/1 adds the one surround with 0.7071·0.7071 = 0.5; 3/2 both
/// surrounds with 0.5. Unlisted layouts are weighted alike: the back channels of 7.1 are surrounds too, and
/// low-frequency effects are omitted. The mix divides by the sum.
@Suite struct DownmixTableTests {
    private static let front = 0.7071067811865476

    static let table: [(layout: ChannelLayout, weights: [Double])] = [
        (.mono, [1]),
        (.stereo, [front, front]),
        (.conventional(channelCount: 3), [front, front, 1]),
        (.conventional(channelCount: 4), [front, front, 0.5, 0.5]),
        (.conventional(channelCount: 5), [front, front, 1, 0.5, 0.5]),
        (.conventional(channelCount: 6), [front, front, 1, 0, 0.5, 0.5]),
        (.conventional(channelCount: 7), [front, front, 1, 0, 0.5, 0.5, 0.5]),
        (.conventional(channelCount: 8), [front, front, 1, 0, 0.5, 0.5, 0.5, 0.5]),
        // 3/1 with its one surround, as in WAVEFORMATEXTENSIBLE's mask 0x107; 2.1; side channels instead of back ones.
        (ChannelLayout([.frontLeft, .frontRight, .frontCenter, .backCenter]), [front, front, 1, 0.5]),
        (ChannelLayout([.frontLeft, .frontRight, .lowFrequency]), [front, front, 0]),
        (
            ChannelLayout([.frontLeft, .frontRight, .frontCenter, .lowFrequency, .sideLeft, .sideRight]),
            [front, front, 1, 0, 0.5, 0.5]
        ),
        // Unknown positions: all have the same weight.
        (.conventional(channelCount: 10), [Double](repeating: 1, count: 10)),
    ]

    @Test(arguments: table.indices) func gainsMatchTheTable(_ row: Int) throws {
        let (layout, weights) = Self.table[row]
        let sum = weights.reduce(0, +)
        let mixer = MonoMixer(layout)
        try #require(mixer.gains.count == weights.count)
        for (gain, weight) in zip(mixer.gains, weights) {
            #expect(abs(Double(gain) - weight / sum) < 1e-7, "\(layout.name)")
        }
        // Each single channel is mixed with its gain, and with all channels at full scale, the mix is at full scale.
        for channel in weights.indices {
            let planes = weights.indices.map { [$0 == channel ? Float(1) : 0] }
            #expect(abs(Double(mixer.mix(planes)[0]) - weights[channel] / sum) < 1e-7)
        }
        #expect(abs(mixer.mix(weights.map { _ in [1] })[0] - 1) < 1e-6)
    }
}
