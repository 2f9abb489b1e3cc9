import CKernels
import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptAudio

@Suite struct SpectrogramTests {
    /// Results of scipy for sounds that are computed here; TestMedia/golden/make_spectrogram_golden.py names its
    /// version.
    struct Golden: Decodable {
        struct Case: Decodable, CustomTestStringConvertible {
            let sampleRate, frameCount, windowLength, hop, windowCount, step: Int
            let scaling: String
            let powers: [String: [Double]]
            let total: Double

            var testDescription: String { "\(windowLength) every \(hop), \(scaling)" }

            /// The same samples as in the script.
            var sound: [Float] {
                var state: UInt32 = 1
                return (0..<frameCount).map { t in
                    state = state &* 1_664_525 &+ 1_013_904_223
                    let noise = Double(state >> 8) / 8_388_608 - 1
                    let tones = 0.8 * sin(0.7 * Double(t)) + 2.5e-5 * sin(2.1 * Double(t))
                    return Float(tones + 1e-6 * noise)
                }
            }
        }

        let cases: [Case]

        static let all: [Case] = {
            let data = FileManager.default.contents(atPath: TestFiles.media("golden/spectrogram.json")) ?? Data()
            return (try? JSONDecoder().decode(Golden.self, from: data))?.cases ?? []
        }()
    }

    @Test func allCasesArePresent() {
        #expect(Golden.all.count == 5)
    }

    /// To 1e-5 relative in every bin, down to 130 dB below the loudest.
    @Test(arguments: Golden.all) func powersEqualScipys(_ golden: Golden.Case) throws {
        // As many columns as frames, so that each window has its own cell.
        var meter = try SpectrogramMeter(
            sampleRate: golden.sampleRate, channelCount: 1, windowLength: golden.windowLength, hop: golden.hop,
            placement: .inside, scaling: golden.scaling == "density" ? .density : .spectrum,
            columnCount: golden.frameCount)
        meter.add([golden.sound])
        let spectrogram = meter.finish()
        #expect(spectrogram.counts.reduce(0, +) == golden.windowCount)
        #expect(golden.powers.count == min(4, golden.windowCount))
        for (window, expected) in golden.powers {
            let middle = (Int(window) ?? 0) * golden.hop + golden.windowLength / 2
            let column = spectrogram.column(middle, of: golden.frameCount)
            #expect(column.count == golden.windowLength / 2 + 1)
            for (index, power) in expected.enumerated() {
                let found = Double(column[index * golden.step])
                #expect(
                    abs(found - power) <= 1e-5 * power,
                    "window \(window), bin \(index * golden.step): \(found), not \(power)")
            }
        }
        let total = spectrogram.sums.reduce(0) { $0 + Double($1) }
        #expect(abs(total - golden.total) <= 1e-6 * golden.total)
    }

    /// The oracle is plain C; vector kernels differ from it only by rounding.
    @Test(arguments: [2, 3, 4, 315, 512, 1000]) func allKernelsAgree(_ length: Int) throws {
        var generator = SplitMix64(seed: UInt64(length))
        let transform = try PowerSpectrumTransform(length: length) { _, _ in 1 }
        let hop = max(1, length / 3)
        let samples = (0..<15 * hop + length).map { _ in Float.random(in: -1...1, using: &generator) }
        func powers(_ kernel: PerceptKernel) -> [Double] {
            var scratch = KernelScratch()
            return [Double](unsafeUninitializedCapacity: 16 * transform.binCount) { output, count in
                samples.withUnsafeBufferPointer { samples in
                    if let samples = samples.baseAddress, let output = output.baseAddress {
                        withKernel(kernel) { transform.process(samples, hop: hop, into: output, scratch: &scratch) }
                    }
                }
                count = 16 * transform.binCount
            }
        }
        let expected = powers(PerceptKernelScalar)
        // Parseval: the powers of a frame add up to its windowed energy.
        for frame in 0..<16 {
            let energy = (0..<length).reduce(0.0) { sum, t in
                let window = 0.5 - 0.5 * cos(2 * Double.pi * Double(t) / Double(length))
                let value = Double(samples[frame * hop + t]) * window
                return sum + value * value
            }
            let sum = expected[frame * transform.binCount..<(frame + 1) * transform.binCount].reduce(0, +)
            #expect(abs(sum - energy * Double(length)) <= 1e-12 * energy * Double(length))
        }
        for kernel in supportedKernels {
            for (found, power) in zip(powers(kernel), expected) { #expect(abs(found - power) <= 1e-12 * (power + 1)) }
        }
    }

    /// A column is the mean of the same windows for any block size, whether or not the length is known.
    @Test func blockSizeAndKnownLengthMakeNoDifference() throws {
        var generator = SplitMix64(seed: 5)
        let planes = (0..<2).map { _ in (0..<30_000).map { _ in Float.random(in: -1...1, using: &generator) } }
        func columns(blockLength: Int, expected: Int?) throws -> [[Float]] {
            var meter = try SpectrogramMeter(
                sampleRate: 8000, channelCount: 2, windowLength: 256, hop: 100, columnCount: 30,
                expectedFrameCount: expected)
            for start in stride(from: 0, to: 30_000, by: blockLength) {
                meter.add(planes.map { Array($0[start..<min(start + blockLength, 30_000)]) })
            }
            let spectrogram = meter.finish()
            #expect(spectrogram.frameCount == 30_000)
            #expect(spectrogram.counts.reduce(0, +) == 2 * 300)
            #expect(spectrogram.counts.count <= 60)
            return (0..<30).map { spectrogram.column($0, of: 30) }
        }
        let whole = try columns(blockLength: 30_000, expected: 30_000)
        let pieces = try columns(blockLength: 37, expected: 30_000)
        for (a, b) in zip(whole.joined(), pieces.joined()) { #expect(abs(a - b) <= 1e-5 * a) }
        // Cells of 512 frames instead of columns of 1000: the overall mean is the same.
        let unknown = try columns(blockLength: 4096, expected: nil)
        #expect(unknown.allSatisfy { $0.count == 129 && $0.allSatisfy { $0 > 0 && $0.isFinite } })
        // Wrong lengths, too short or too long.
        for wrong in [7000, 1_000_000] {
            let columns = try columns(blockLength: 4096, expected: wrong)
            #expect(columns.allSatisfy { $0.count == 129 && $0.allSatisfy { $0 > 0 && $0.isFinite } })
        }
    }

    /// A full-scale sine centred on a bin has a power of ½ in every column, whatever the number of windows.
    @Test func sineHasItsPowerInEveryColumn() throws {
        let sine = (0..<100_000).map { Float(sin(2 * Double.pi * Double($0) * 32 / 512)) }
        var meter = try SpectrogramMeter(
            sampleRate: 16_000, channelCount: 3, windowLength: 512, columnCount: 50, expectedFrameCount: 100_000)
        meter.add([sine, sine.map { -$0 }, sine])
        let spectrogram = meter.finish()
        #expect(spectrogram.frequency(ofBin: 32) == 1000)
        for index in 1..<49 { #expect(abs(spectrogram.column(index, of: 50)[32] - 0.5) < 1e-5) }
    }

    @Test(arguments: [0, 1, 2, 63, 64, 65, 1000]) func shortRecordingsHaveColumns(_ frameCount: Int) throws {
        for placement in [SpectrogramMeter.Placement.inside, .centred] {
            var meter = try SpectrogramMeter(
                sampleRate: 768_000, channelCount: 1, windowLength: 64, hop: 16, placement: placement,
                columnCount: 10, expectedFrameCount: frameCount)
            meter.add([[Float](repeating: 0.5, count: frameCount)])
            let spectrogram = meter.finish()
            let hasWindow = placement == .centred ? frameCount > 0 : frameCount >= 64
            for index in 0..<10 { #expect(spectrogram.column(index, of: 10).isEmpty == !hasWindow) }
            #expect(spectrogram.column(10, of: 10).isEmpty && spectrogram.column(-1, of: 10).isEmpty)
        }
    }

    @Test(arguments: [1, 0, -5, 11, 2 * 11 * 13, 1 << 19]) func unsupportedWindowsAreRejected(_ length: Int) {
        expectMediaError(.invalidArgument) {
            _ = try SpectrogramMeter(sampleRate: 8000, channelCount: 1, windowLength: length, columnCount: 10)
        }
    }

    /// The power of two nearest to 46 ms.
    @Test func windowsFollowTheRate() {
        let lengths = [1: 64, 8000: 512, 16_000: 1024, 22_050: 1024, 44_100: 2048, 48_000: 2048, 768_000: 4096]
        for (rate, length) in lengths { #expect(Spectrogram.windowLength(forSampleRate: rate) == length) }
    }
}
