import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptAudio

/// The cases of EBU Tech 3341 (version 4.0), table 1, with a loudness that follows from their description: 1 kHz sines,
/// where the standard's weighting cancels its offset of −0.691 dB.
@Suite struct LoudnessMeterTests {
    private struct Passage {
        let seconds: Double
        /// dBFS of each channel's peak; `nil` for a channel without sound.
        let levels: [Double?]
    }

    private static func loudness(_ passages: [Passage], rate: Int = 48_000, _ layout: ChannelLayout = .stereo) throws
        -> Double?
    {
        var meter = try #require(LoudnessMeter(sampleRate: rate, channels: layout))
        // A tenth of a second holds a hundred whole periods.
        let sine = (0..<rate / 10).map { sin(2 * .pi * 1000 * Double($0) / Double(rate)) }
        var frame = 0
        for passage in passages {
            let end = frame + Int(passage.seconds * Double(rate))
            while frame < end {
                // Blocks that match neither a step nor a window.
                let count = min(4801, end - frame)
                var planes: [Double?: [Float]] = [:]
                for level in Set(passage.levels) {
                    planes[level] = samples(sine, frame..<frame + count, amplitude: level.map { pow(10, $0 / 20) } ?? 0)
                }
                meter.add(passage.levels.map { planes[$0] ?? [] })
                frame += count
            }
        }
        return meter.integratedLoudness
    }

    private static func samples(_ sine: [Double], _ frames: Range<Int>, amplitude: Double) -> [Float] {
        [Float](unsafeUninitializedCapacity: frames.count) { output, count in
            sine.withUnsafeBufferPointer { sine in
                var (index, phase) = (0, frames.lowerBound % sine.count)
                while index < frames.count {
                    output[index] = Float(amplitude * sine[phase])
                    index += 1
                    phase = phase + 1 == sine.count ? 0 : phase + 1
                }
            }
            count = frames.count
        }
    }

    private static func stereo(_ level: Double, _ seconds: Double) -> Passage {
        Passage(seconds: seconds, levels: [level, level])
    }

    /// Cases 1 and 2, also at other rates, since the weighting is designed for each.
    @Test(arguments: [-23.0, -33], [8000, 16_000, 44_100, 48_000, 96_000, 192_000])
    func aSteadySineHasItsLevel(level: Double, rate: Int) throws {
        // The standard's 20 s only at the standard's rate; a steady sine has the same loudness at any length.
        let measured = try #require(try Self.loudness([Self.stereo(level, rate == 48_000 ? 20 : 1)], rate: rate))
        // At 8 kHz the shelf is warped, because 1 kHz is closer to the Nyquist frequency.
        #expect(abs(measured - level) <= (rate == 8000 ? 0.15 : 0.1), "\(measured)")
    }

    /// Cases 3, 4 and 5: the gates exclude much softer passages.
    @Test func softPassagesAreGatedOut() throws {
        let cases = [
            [Self.stereo(-36, 10), Self.stereo(-23, 60), Self.stereo(-36, 10)],
            [
                Self.stereo(-72, 10), Self.stereo(-36, 10), Self.stereo(-23, 60), Self.stereo(-36, 10),
                Self.stereo(-72, 10),
            ],
            [Self.stereo(-26, 20), Self.stereo(-20, 20.1), Self.stereo(-26, 20)],
        ]
        for passages in cases {
            let measured = try #require(try Self.loudness(passages, rate: 16_000))
            #expect(abs(measured + 23) <= 0.1, "\(measured)")
        }
    }

    /// The relative gate is 10 LU below the mean of what passes the absolute gate. Two passages of equal length,
    /// the second softer by x LU, have a mean of 10·log₁₀((1 + 10^(−x/10)) / 2) LU relative to the first. The second
    /// lies exactly 10 LU below that mean for x = 12.787 LU.
    @Test func theRelativeGateIsTenUnitsBelowTheMean() throws {
        for (difference, isGated) in [(12.70, false), (12.87, true)] {
            let passages = [Self.stereo(-20, 20), Self.stereo(-20 - difference, 20)]
            let measured = try #require(try Self.loudness(passages, rate: 8000))
            let louder = try #require(try Self.loudness([Self.stereo(-20, 20)], rate: 8000))
            let both = louder + 10 * log10((1 + pow(10, -difference / 10)) / 2)
            #expect(abs(measured - (isGated ? louder : both)) < 0.1, "\(difference): \(measured)")
        }
    }

    /// Case 6: 5.0, with channel weights, in the order left, right, centre, left and right surround.
    @Test func channelsAreWeightedByPosition() throws {
        let layout = ChannelLayout([.frontLeft, .frontRight, .frontCenter, .backLeft, .backRight])
        let measured = try Self.loudness([Passage(seconds: 20, levels: [-28, -28, -24, -30, -30])], layout)
        #expect(abs(try #require(measured) + 23) <= 0.1, "\(measured ?? 0)")
        // Low-frequency effects have no weight; the same sound on one channel is 3.01 LU softer than on two.
        let lowFrequency = ChannelLayout([.frontLeft, .lowFrequency])
        let one = try #require(try Self.loudness([Passage(seconds: 5, levels: [-23, 0])], lowFrequency))
        let mono = try #require(try Self.loudness([Passage(seconds: 5, levels: [-23])], .mono))
        #expect(one == mono)
        #expect(abs(mono + 26.01) <= 0.1)
        let surround = ChannelLayout([.sideLeft, .backLeft])
        #expect(LoudnessMeter.weights(surround) == [1.41, 1])
    }

    @Test func silenceAndShortRecordingsHaveNoLoudness() throws {
        #expect(try Self.loudness([Passage(seconds: 3, levels: [nil, nil])]) == nil)
        #expect(try Self.loudness([Self.stereo(-71.5, 3)]) == nil)
        #expect(try Self.loudness([Self.stereo(-23, 0.39)]) == nil)
        #expect(try Self.loudness([Self.stereo(-23, 0.4)]) != nil)
        #expect(LoudnessMeter(sampleRate: 7999, channels: .mono) == nil)
    }

    /// Blocks at −70 LUFS and below do not count.
    @Test func theAbsoluteGateIsAtMinusSeventy() throws {
        #expect(try Self.loudness([Self.stereo(-69.9, 1)]) != nil)
        #expect(try Self.loudness([Self.stereo(-70.1, 1)]) == nil)
    }

    @Test func loudnessDoesNotDependOnBlockSize() {
        var random = SplitMix64(seed: 5)
        let samples = (0..<100_000).map { _ in Float.random(in: -0.5...0.5, using: &random) }
        func measure(_ block: Int) -> Levels {
            var meter = LevelMeter(sampleRate: 44_100, channelCount: 1)
            for start in stride(from: 0, to: samples.count, by: block) {
                meter.add([Array(samples[start..<min(samples.count, start + block)])])
            }
            return meter.finish()
        }
        #expect(measure(100_000).integratedLoudness != nil)
        #expect(abs((measure(4096).integratedLoudness ?? 0) - (measure(77).integratedLoudness ?? 1)) < 1e-9)
    }

    /// Louder than full scale, as floating-point recordings can be.
    @Test func samplesBeyondFullScaleAreMeasured() throws {
        let measured = try #require(try Self.loudness([Self.stereo(60, 3)]))
        #expect(abs(measured - 60) <= 0.1)
    }
}
