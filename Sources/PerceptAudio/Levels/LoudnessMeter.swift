#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Measures integrated loudness block by block, as defined by ITU-R BS.1770-4 and EBU R 128.
///
/// Applies K-weighting to 400 ms blocks that overlap by 75 %, an absolute gate at −70 LUFS, and a relative gate 10 LU
/// below the mean of the blocks that pass the absolute gate. Memory is constant: blocks are counted in a histogram with
/// 0.01 LU bins and an exact energy sum per bin, so only the gates are rounded to 0.01 LU.
public struct LoudnessMeter: Sendable {
    /// The lowest supported rate, in Hz. Below it, the weighting's shelf at 1.68 kHz cannot be realized.
    public static let lowestSampleRate = 8000

    /// Two channels that are filtered side by side. A recursive filter's output depends on the one before, so a single
    /// channel would leave SIMD lanes unused.
    private struct Pair {
        let first: Int
        /// The second channel, or `first` with weight 0 if the number of channels is odd.
        let second: Int
        let weights: SIMD2<Double>
        var filter: KWeighting
    }

    private var pairs: [Pair]
    /// A quarter of a block in frames: 100 ms, rounded to nearest.
    private let stepLength: Int
    private var stepFill = 0
    private var stepEnergy = 0.0
    /// The weighted energies of the last three steps.
    private var recentSteps: [Double] = []
    private var histogram = LoudnessHistogram()

    /// Creates a meter, or returns `nil` for a rate below ``lowestSampleRate``.
    public init?(sampleRate: Int, channels layout: ChannelLayout) {
        guard sampleRate >= Self.lowestSampleRate else { return nil }
        let filter = KWeighting(sampleRate: Double(sampleRate))
        let counting = Self.weights(layout).enumerated().filter { $0.element > 0 }
        pairs = stride(from: 0, to: counting.count, by: 2).map { index in
            let (first, second) = (counting[index], counting.dropFirst(index + 1).first)
            return Pair(
                first: first.offset, second: second?.offset ?? first.offset,
                weights: SIMD2(first.element, second?.element ?? 0), filter: filter)
        }
        stepLength = (sampleRate + 5) / 10
    }

    /// Returns the weight of each channel: 1 in front, 1.41 at the sides, 0 for low-frequency effects (BS.1770-4, table
    /// 3 and annex 3).
    ///
    /// Back channels are the surrounds (±110°, 1.41) if there are no side channels, as in 5.1. With side channels, as
    /// in 7.1 (±135°), their weight is 1.
    static func weights(_ layout: ChannelLayout) -> [Double] {
        let hasSides = layout.positions.contains { $0 == .sideLeft || $0 == .sideRight }
        return layout.positions.map { position in
            switch position {
            case .lowFrequency: 0
            case .sideLeft, .sideRight: 1.41
            case .backLeft, .backRight: hasSides ? 1 : 1.41
            case .mono, .frontLeft, .frontRight, .frontCenter, .frontLeftOfCenter, .frontRightOfCenter, .backCenter,
                .topCenter, .topFrontLeft, .topFrontCenter, .topFrontRight, .topBackLeft, .topBackCenter, .topBackRight,
                .unspecified:
                1
            }
        }
    }

    /// Adds a block: one array per channel, all of the same length.
    public mutating func add(_ planes: [[Float]]) {
        guard let blockLength = planes.first?.count else { return }
        var start = 0
        while start < blockLength {
            let end = min(blockLength, start + stepLength - stepFill)
            for index in pairs.indices where max(pairs[index].first, pairs[index].second) < planes.count {
                let (first, second) = (planes[pairs[index].first], planes[pairs[index].second])
                let frames = start..<max(start, min(end, first.count, second.count))
                let energies = pairs[index].filter.energies(first, second, frames)
                stepEnergy += (pairs[index].weights * energies).sum()
            }
            stepFill += end - start
            if stepFill == stepLength { closeStep() }
            start = end
        }
    }

    private mutating func closeStep() {
        if recentSteps.count == 3 {
            histogram.add(power: (recentSteps.reduce(0, +) + stepEnergy) / Double(4 * stepLength))
            recentSteps.removeFirst()
        }
        recentSteps.append(stepEnergy)
        (stepEnergy, stepFill) = (0, 0)
    }

    /// The integrated loudness of all blocks added, in LUFS. `nil` if no block passes the gates, as for silence or less
    /// than 400 ms.
    public var integratedLoudness: Double? { histogram.gatedLoudness }
}

/// The two filters of BS.1770-4 for any sample rate: a shelf that models the head, then a high-pass.
private struct KWeighting {
    private let shelf: Biquad
    private let highPass: Biquad
    // Transposed direct form II keeps two values per filter.
    private var (s1, s2) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
    private var (h1, h2) = (SIMD2<Double>.zero, SIMD2<Double>.zero)

    private struct Biquad {
        var (b0, b1, b2, a1, a2): (Double, Double, Double, Double, Double)
    }

    /// Designs the filters by the bilinear transform of analogue prototypes, since the standard gives coefficients for
    /// 48 kHz only. At 48 kHz the results match the standard to ten digits.
    init(sampleRate: Double) {
        let (gain, shelfQ) = (pow(10, 3.999843853973347 / 20), 0.7071752369554196)
        let middleGain = pow(gain, 0.4996667741545416)
        var k = tan(.pi * 1681.974450955533 / sampleRate)
        var a0 = 1 + k / shelfQ + k * k
        shelf = Biquad(
            b0: (gain + middleGain * k / shelfQ + k * k) / a0, b1: 2 * (k * k - gain) / a0,
            b2: (gain - middleGain * k / shelfQ + k * k) / a0, a1: 2 * (k * k - 1) / a0,
            a2: (1 - k / shelfQ + k * k) / a0)
        let highPassQ = 0.5003270373238773
        k = tan(.pi * 38.13547087602444 / sampleRate)
        a0 = 1 + k / highPassQ + k * k
        highPass = Biquad(b0: 1, b1: -2, b2: 1, a1: 2 * (k * k - 1) / a0, a2: (1 - k / highPassQ + k * k) / a0)
    }

    /// Returns the sums of the squares of the weighted samples of two channels.
    mutating func energies(_ first: [Float], _ second: [Float], _ frames: Range<Int>) -> SIMD2<Double> {
        var (s1, s2, h1, h2) = (s1, s2, h1, h2)
        let (shelf, highPass) = (shelf, highPass)
        var sums = SIMD2<Double>.zero
        first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                for frame in frames {
                    let x = SIMD2(Double(first[frame]), Double(second[frame]))
                    let y = shelf.b0 * x + s1
                    s1 = shelf.b1 * x - shelf.a1 * y + s2
                    s2 = shelf.b2 * x - shelf.a2 * y
                    let z = y + h1
                    h1 = h2 - 2 * y - highPass.a1 * z
                    h2 = y - highPass.a2 * z
                    sums += z * z
                }
            }
        }
        // Avoids subnormal numbers, which are slow, during digital silence after sound.
        (self.s1, self.s2) = (Self.flushed(s1), Self.flushed(s2))
        (self.h1, self.h2) = (Self.flushed(h1), Self.flushed(h2))
        return sums
    }

    private static func flushed(_ values: SIMD2<Double>) -> SIMD2<Double> {
        values.replacing(with: 0, where: (values .< 1e-30) .& (values .> -1e-30))
    }
}

/// Block powers, counted by loudness.
private struct LoudnessHistogram {
    private static let range = -70.0..<30.0
    private static let classesPerUnit = 100.0

    private var counts = [Int](repeating: 0, count: 10_000)
    private var sums = [Double](repeating: 0, count: 10_000)

    private static func loudness(_ power: Double) -> Double { -0.691 + 10 * log10(power) }

    mutating func add(power: Double) {
        let loudness = Self.loudness(power)
        // The absolute gate. NaN does not pass.
        guard loudness > Self.range.lowerBound else { return }
        let index = min(counts.count - 1, Self.index(loudness))
        counts[index] += 1
        sums[index] += power
    }

    private static func index(_ loudness: Double) -> Int {
        loudness < range.upperBound ? Int((loudness - range.lowerBound) * classesPerUnit) : .max
    }

    var gatedLoudness: Double? {
        let count = counts.reduce(0, +)
        guard count > 0 else { return nil }
        let threshold = Self.loudness(sums.reduce(0, +) / Double(count)) - 10
        let first = threshold > Self.range.lowerBound ? min(counts.count - 1, Self.index(threshold)) : 0
        let passing = counts[first...].reduce(0, +)
        return passing > 0 ? Self.loudness(sums[first...].reduce(0, +) / Double(passing)) : nil
    }
}
