/// Parts a histogram's entries into clusters, cutting again and again the one where a cut lowers the squared error most.
///
/// A cluster is cut across its principal axis, at the place of the least error: X. Wu, “Color quantization by dynamic
/// programming and principal analysis”, ACM Transactions on Graphics 11(4), 1992; M. Orchard, C. Bouman, “Color
/// quantization of images”, IEEE Transactions on Signal Processing 39(12), 1991. The place is found among 512 of the axis.
struct PaletteSplitting {
    private static let binCount = 512

    private let points: [SIMD4<Double>]
    private let weights: [Double]
    /// Numbers of entries; a cluster is a range of it.
    private var order: [Int]

    /// A cluster, and what is gained by its best cut.
    private struct Cluster {
        var range: Range<Int>
        /// By how much the squared error falls; 0 when there is nothing to cut.
        var gain = 0.0
        var axis = SIMD4<Double>(repeating: 0)
        /// Of the projections to the axis: where bins begin, and bins per unit.
        var start = 0.0
        var scale = 0.0
        /// The last bin of the lower half.
        var lastBin = 0

        @inline(__always)
        func bin(_ point: SIMD4<Double>) -> Int {
            min(max(Int(((point * axis).sum() - start) * scale), 0), PaletteSplitting.binCount - 1)
        }
    }

    init(_ histogram: ColorHistogram) {
        points = histogram.entries.map(\.mean)
        weights = histogram.entries.map(\.weight)
        order = Array(points.indices)
    }

    /// The cluster of each entry, of at most `count`.
    mutating func clusters(atMost count: Int) -> (assignment: [Int], count: Int) {
        var clusters = [cluster(order.indices)]
        while clusters.count < count {
            guard let best = clusters.indices.max(by: { clusters[$0].gain < clusters[$1].gain }),
                clusters[best].gain > 0
            else { break }
            let old = clusters[best]
            var (lower, upper): ([Int], [Int]) = ([], [])
            for entry in order[old.range] {
                if old.bin(points[entry]) <= old.lastBin { lower.append(entry) } else { upper.append(entry) }
            }
            order.replaceSubrange(old.range, with: lower + upper)
            let middle = old.range.lowerBound + lower.count
            clusters[best] = cluster(old.range.lowerBound..<middle)
            clusters.append(cluster(middle..<old.range.upperBound))
        }
        var assignment = [Int](repeating: 0, count: order.count)
        for (number, cluster) in clusters.enumerated() {
            for entry in order[cluster.range] { assignment[entry] = number }
        }
        return (assignment, clusters.count)
    }

    private func cluster(_ range: Range<Int>) -> Cluster {
        var cluster = Cluster(range: range)
        guard range.count > 1 else { return cluster }
        var (sum, weight) = (SIMD4<Double>(repeating: 0), 0.0)
        for entry in order[range] {
            sum += points[entry] * weights[entry]
            weight += weights[entry]
        }
        cluster.axis = principalAxis(range, mean: sum / weight)
        var (start, end) = (Double.infinity, -Double.infinity)
        for entry in order[range] {
            let place = (points[entry] * cluster.axis).sum()
            start = min(start, place)
            end = max(end, place)
        }
        guard end > start else { return cluster }
        cluster.start = start
        cluster.scale = Double(Self.binCount) / (end - start)
        guard cluster.scale.isFinite else { return cluster }
        var bins = [(sum: SIMD4<Double>, weight: Double)](
            repeating: (SIMD4(repeating: 0), 0), count: Self.binCount)
        for entry in order[range] {
            let bin = cluster.bin(points[entry])
            bins[bin].sum += points[entry] * weights[entry]
            bins[bin].weight += weights[entry]
        }
        // The error is a constant less Σ |sum|² / weight.
        let whole = (sum * sum).sum() / weight
        var lower = (sum: SIMD4<Double>(repeating: 0), weight: 0.0)
        for bin in 0..<Self.binCount - 1 where bins[bin].weight > 0 {
            lower.sum += bins[bin].sum
            lower.weight += bins[bin].weight
            guard weight - lower.weight > 0 else { break }
            let upperSum = sum - lower.sum
            let gain =
                (lower.sum * lower.sum).sum() / lower.weight
                + (upperSum * upperSum).sum() / (weight - lower.weight) - whole
            if gain > cluster.gain { (cluster.gain, cluster.lastBin) = (gain, bin) }
        }
        return cluster
    }

    /// The direction in which the points spread most, by power iteration from the longest column of their covariance.
    private func principalAxis(_ range: Range<Int>, mean: SIMD4<Double>) -> SIMD4<Double> {
        var columns = [SIMD4<Double>](repeating: SIMD4(repeating: 0), count: 4)
        for entry in order[range] {
            let difference = points[entry] - mean
            let weighted = difference * weights[entry]
            for channel in 0..<4 { columns[channel] += weighted * difference[channel] }
        }
        var axis = columns.max { ($0 * $0).sum() < ($1 * $1).sum() } ?? SIMD4(repeating: 0)
        for _ in 0..<12 {
            let length = (axis * axis).sum().squareRoot()
            guard length > 0 else { return axis }
            axis /= length
            axis =
                columns[0] * axis.x + columns[1] * axis.y + columns[2] * axis.z + columns[3] * axis.w
        }
        let length = (axis * axis).sum().squareRoot()
        return length > 0 ? axis / length : axis
    }
}
