@testable import PerceptAudio
import Testing

@Suite struct LayoutMixerTests {
    private static let half = Float(0.5.squareRoot())

    @Test func stereoAndMono() throws {
        #expect(LayoutMixer(from: .mono, to: .stereo)?.gains == [[1], [1]])
        #expect(LayoutMixer(from: .stereo, to: .mono)?.gains == [[0.5, 0.5]])
        #expect(LayoutMixer(from: .stereo, to: .stereo)?.gains == [[1, 0], [0, 1]])
        let mixed = LayoutMixer(from: .stereo, to: .mono)?.mix([[1, 0.5], [0, -0.5]])
        #expect(mixed == [[0.5, 0]])
    }

    /// ITU-R BS.775-3, table 2: L′ = L + √½·C + √½·Ls, here divided by the sum of the gains.
    @Test func surroundIntoStereo() throws {
        let surround = ChannelLayout([.frontLeft, .frontRight, .frontCenter, .lowFrequency, .sideLeft, .sideRight])
        let sum = 1 + 2 * Self.half
        let gains = try #require(LayoutMixer(from: surround, to: .stereo)?.gains)
        let expected: [[Float]] = [[1, 0, Self.half, 0, Self.half, 0], [0, 1, Self.half, 0, 0, Self.half]]
        for (row, wanted) in zip(gains, expected) {
            for (gain, value) in zip(row, wanted) { #expect(abs(gain - value / sum) < 1e-6) }
        }
    }

    @Test func monoGoesToTheCentre() throws {
        let gains = try #require(LayoutMixer(from: .mono, to: .conventional(channelCount: 6))?.gains)
        #expect(gains == [[0], [0], [1], [0], [0], [0]])
    }

    @Test func sidesAndBacksStandForEachOther() throws {
        let side = ChannelLayout([.frontLeft, .frontRight, .frontCenter, .lowFrequency, .sideLeft, .sideRight])
        let gains = try #require(LayoutMixer(from: side, to: .conventional(channelCount: 6))?.gains)
        #expect(
            gains.enumerated().allSatisfy { row in
                row.element.enumerated().allSatisfy { $0.element == ($0.offset == row.offset ? 1 : 0) }
            })
    }

    @Test func nothingExceedsFullScale() {
        let layouts = (1...8).map { ChannelLayout.conventional(channelCount: $0) }
        for source in layouts {
            for target in layouts {
                let sums = LayoutMixer(from: source, to: target)?.gains.map { $0.reduce(0, +) }
                #expect(sums?.allSatisfy { $0 <= 1.00001 } == true)
                #expect(sums?.count == target.count)
            }
        }
    }

    @Test func unknownPlacesOfAnotherNumberCannotBeMixed() {
        let many = ChannelLayout.conventional(channelCount: 9)
        #expect(LayoutMixer(from: many, to: .stereo) == nil)
        #expect(LayoutMixer(from: .stereo, to: many) == nil)
        #expect(LayoutMixer(from: many, to: .mono)?.gains[0].count == 9)
        #expect(LayoutMixer(from: many, to: many)?.gains.count == 9)
    }
}
