internal import PerceptCore

/// A picture as numbers of at most 256 colours.
struct PaletteImage {
    let size: PixelSize
    /// Those with transparency first, then from dark to bright.
    let colors: [PaletteColor]
    /// Of each pixel, rows from top to bottom.
    let indices: [UInt8]
    /// Whether pixels have other colours than before.
    let isReduced: Bool
}

extension PaletteImage {
    /// Cells of a histogram at most. With 4 bits a channel there are 69 633: 16³ colours of 16 alphas each or opaque, and
    /// the one that is transparent.
    private static let cellLimit = 1 << 17
    /// Rounds of Lloyd's algorithm at most.
    private static let roundLimit = 32

    /// Gives a picture at most `colorCount` colours, 2…256; the colours it has when there are no more of them.
    ///
    /// The palette is parted by ``PaletteSplitting`` and moved by Lloyd's algorithm, weighted by pixels (M. E. Celebi,
    /// “Improving the performance of k-means for color quantization”, Image and Vision Computing 29(4), 2011), until a
    /// round gains less than one in two thousand. A colour that mostly stands for opaque pixels, or fully transparent ones, is that
    /// itself. Equal input gives equal output.
    ///
    /// - Parameters:
    ///   - pixels: as many as `size` has.
    ///   - diffuses: whether errors are handed to neighbours; see ``ErrorDiffusion``.
    init(
        reducing pixels: [PaletteColor], _ size: PixelSize, to colorCount: Int, diffuses: Bool
    ) throws(MediaError) {
        self.size = size
        for joinsTransparent in [false, true] {
            guard
                let histogram = ColorHistogram(
                    pixels, bitCount: 8, limit: colorCount, joinsTransparent: joinsTransparent)
            else { continue }
            let colors = histogram.entries.map(\.color)
            let order = colors.indices.sorted { Self.precedes(colors[$0], colors[$1]) }
            var places = [UInt8](repeating: 0, count: colors.count)
            for (place, entry) in order.enumerated() { places[entry] = UInt8(truncatingIfNeeded: place) }
            self.colors = order.map { colors[$0] }
            indices = pixels.map { places[histogram.entry(of: $0)] }
            isReduced = false
            return
        }
        let histogram = try Self.histogram(pixels)
        let (colors, guesses) = try Self.palette(of: histogram, colorCount)
        let nearest = NearestPoint(colors.map(PaletteSpace.point))
        self.colors = colors
        isReduced = true
        indices =
            diffuses
            ? try ErrorDiffusion(nearest, histogram, guesses).indices(pixels, size)
            : try Self.nearestIndices(pixels, size, nearest, histogram, guesses)
    }

    /// As fine as the limit of cells lets it be.
    private static func histogram(_ pixels: [PaletteColor]) throws(MediaError) -> ColorHistogram {
        for bitCount in stride(from: 8, through: 4, by: -1) {
            try MediaError.checkCancellation()
            if let histogram = ColorHistogram(
                pixels, bitCount: bitCount, limit: cellLimit, joinsTransparent: true)
            {
                return histogram
            }
        }
        throw MediaError(.invalidArgument, problem: "more than \(cellLimit) cells of colours do not exist")
    }

    /// The palette, and for each entry of the histogram which colour is about nearest.
    private static func palette(
        of histogram: ColorHistogram, _ colorCount: Int
    ) throws(MediaError) -> (colors: [PaletteColor], guesses: [Int]) {
        let entries = histogram.entries
        let points = entries.map { PaletteSpace.Point($0.mean) }
        var splitting = PaletteSplitting(histogram)
        var (assignment, count) = splitting.clusters(atMost: colorCount)
        var clusters = Self.clusters(entries, assignment, count)
        var lastError = Double.infinity
        for _ in 0..<roundLimit {
            try MediaError.checkCancellation()
            let nearest = NearestPoint(clusters.map { PaletteSpace.Point($0.center) })
            var error = 0.0
            for (entry, point) in points.enumerated() {
                let found = nearest.nearest(to: point, guess: assignment[entry])
                assignment[entry] = found.number
                error += Double(found.squaredDistance) * entries[entry].weight
            }
            let moved = Self.clusters(entries, assignment, count)
            // Where nothing is left of a cluster it stays where it was.
            for number in clusters.indices where moved[number].weight > 0 { clusters[number] = moved[number] }
            if error >= lastError * 0.9995 { break }
            lastError = error
        }
        let rounded = clusters.map(\.color)
        let colors = Set(rounded).sorted(by: precedes)
        let places = Dictionary(uniqueKeysWithValues: colors.enumerated().map { ($1, $0) })
        return (colors, assignment.map { places[rounded[$0]] ?? 0 })
    }

    private struct Cluster {
        var weight = 0.0
        var opaqueWeight = 0.0
        var transparentWeight = 0.0
        var sum = SIMD4<Double>(repeating: 0)

        var center: SIMD4<Double> { sum / weight }

        var color: PaletteColor {
            transparentWeight > weight / 2
                ? PaletteColor(repeating: 0)
                : PaletteSpace.color(center, isOpaque: opaqueWeight > weight / 2)
        }
    }

    private static func clusters(
        _ entries: [ColorHistogram.Entry], _ assignment: [Int], _ count: Int
    ) -> [Cluster] {
        var clusters = [Cluster](repeating: Cluster(), count: count)
        for (entry, number) in zip(entries, assignment) {
            clusters[number].weight += entry.weight
            clusters[number].sum += entry.sum
            if entry.isOpaque { clusters[number].opaqueWeight += entry.weight }
            if entry.isTransparent { clusters[number].transparentWeight += entry.weight }
        }
        return clusters
    }

    private static func nearestIndices(
        _ pixels: [PaletteColor], _ size: PixelSize, _ nearest: NearestPoint, _ histogram: ColorHistogram,
        _ guesses: [Int]
    ) throws(MediaError) -> [UInt8] {
        var indices: [UInt8] = []
        indices.reserveCapacity(pixels.count)
        var last: (color: PaletteColor, index: UInt8)?
        for row in 0..<size.height {
            if row % 64 == 0 { try MediaError.checkCancellation() }
            for color in pixels[row * size.width..<(row + 1) * size.width] {
                if let last, last.color == color {
                    indices.append(last.index)
                    continue
                }
                let found = nearest.nearest(to: PaletteSpace.point(color), guess: guesses[histogram.entry(of: color)])
                let index = UInt8(truncatingIfNeeded: found.number)
                indices.append(index)
                last = (color, index)
            }
        }
        return indices
    }

    /// What is not opaque comes first, since a PNG names the alpha of no more colours than it has to.
    private static func precedes(_ first: PaletteColor, _ second: PaletteColor) -> Bool {
        func key(_ color: PaletteColor) -> (Int, Int, UInt32) {
            let luma = 299 * Int(color.x) + 587 * Int(color.y) + 114 * Int(color.z)
            return (
                Int(color.w), luma, UInt32(color.x) << 16 | UInt32(color.y) << 8 | UInt32(color.z)
            )
        }
        return key(first) < key(second)
    }
}
