import PerceptCore

extension DrawingCanvas {
    /// Replaces pixels with the mean colours of a few cells.
    mutating func hide(_ pixels: PixelRectangle, by hiding: BoxHiding) {
        let area = pixels.clipped(to: size)
        guard area.width > 0, area.height > 0 else { return }
        let width = size.width
        withPixels { bytes, channelCount in
            let cells = CellMeans(of: area, in: bytes, imageWidth: width, channelCount: channelCount)
            switch hiding {
            case .pixelate: cells.paintSquares(on: bytes, imageWidth: width)
            case .blur: cells.paintSmoothly(on: bytes, imageWidth: width)
            }
        }
    }
}

/// The mean colours of the cells of an area.
private struct CellMeans {
    private let area: PixelRectangle
    private let columns: [Range<Int>]
    private let rows: [Range<Int>]
    private let channelCount: Int
    /// The means row by row: red, green and blue multiplied by alpha (0…1), so that transparent pixels do not count,
    /// and alpha (0…255).
    private let means: [SIMD4<Double>]

    private static let mostCells = 8
    private static let leastSide = 8

    init(
        of area: PixelRectangle, in bytes: UnsafeMutableBufferPointer<UInt8>, imageWidth: Int, channelCount: Int
    ) {
        self.area = area
        self.channelCount = channelCount
        let side = max(Self.leastSide, (max(area.width, area.height) + Self.mostCells - 1) / Self.mostCells)
        columns = Self.parts(area.columns, of: side)
        rows = Self.parts(area.rows, of: side)
        var means: [SIMD4<Double>] = []
        means.reserveCapacity(rows.count * columns.count)
        for rows in rows {
            for columns in columns {
                // 64 bits are enough for the sums of any number of pixels that fits in memory.
                var sums: SIMD4<UInt64> = .zero
                for row in rows {
                    var index = (row * imageWidth + columns.lowerBound) * channelCount
                    for _ in columns {
                        let color = SIMD3<UInt64>(
                            UInt64(bytes[index]), UInt64(bytes[index + 1]), UInt64(bytes[index + 2]))
                        let alpha = channelCount == 4 ? UInt64(bytes[index + 3]) : 255
                        sums &+= SIMD4(color &* alpha, alpha)
                        index += channelCount
                    }
                }
                let scale = 1 / Double(rows.count * columns.count)
                means.append(SIMD4<Double>(sums) * SIMD4(scale / 255, scale / 255, scale / 255, scale))
            }
        }
        self.means = means
    }

    /// Divides a range into parts of nearly equal length, at least `length` each if the range is that long.
    private static func parts(_ range: Range<Int>, of length: Int) -> [Range<Int>] {
        let count = max(1, range.count / length)
        return (0..<count).map { part in
            range.lowerBound + part * range.count / count..<range.lowerBound + (part + 1) * range.count / count
        }
    }

    func paintSquares(on bytes: UnsafeMutableBufferPointer<UInt8>, imageWidth: Int) {
        var cell = 0
        for rows in rows {
            for columns in columns {
                let value = Self.pixel(means[cell])
                for row in rows {
                    var index = (row * imageWidth + columns.lowerBound) * channelCount
                    for _ in columns {
                        for channel in 0..<channelCount { bytes[index + channel] = value[channel] }
                        index += channelCount
                    }
                }
                cell += 1
            }
        }
    }

    /// Blends the cells with cubic B-splines, with the means as control points: the result never exceeds them and has
    /// no edges.
    func paintSmoothly(on bytes: UnsafeMutableBufferPointer<UInt8>, imageWidth: Int) {
        let columnWeights = area.columns.map { SplineWeights(at: $0, among: columns) }
        // Between two indexes of this list, all pixels of a row mix the same four cells.
        let changes =
            [0] + columnWeights.indices.dropFirst().filter { columnWeights[$0].cells != columnWeights[$0 - 1].cells }
            + [columnWeights.count]
        var mixed = [SIMD4<Float>](repeating: .zero, count: columns.count)
        columnWeights.withUnsafeBufferPointer { columnWeights in
            for row in area.rows {
                let weights = SplineWeights(at: row, among: rows)
                for column in columns.indices {
                    mixed[column] = weights.mix(weights.cells.map { SIMD4<Float>(means[$0 * columns.count + column]) })
                }
                for (first, end) in zip(changes, changes.dropFirst()) {
                    let colors = columnWeights[first].cells.map { mixed[$0] }
                    var index = (row * imageWidth + area.x + first) * channelCount
                    for column in first..<end {
                        let value = columnWeights[column].mix(colors)
                        if channelCount == 3 {
                            set(Self.rounded(value), at: index, on: bytes)
                        } else {
                            set(Self.pixel(SIMD4<Double>(value)), at: index, on: bytes)
                        }
                        index += channelCount
                    }
                }
            }
        }
    }

    @inline(__always)
    private func set(_ value: SIMD4<UInt8>, at index: Int, on bytes: UnsafeMutableBufferPointer<UInt8>) {
        bytes[index] = value.x
        bytes[index + 1] = value.y
        bytes[index + 2] = value.z
        if channelCount == 4 { bytes[index + 3] = value.w }
    }

    /// Rounds to nearest. Values lie within 0…255 except for rounding errors of `Float`; above 2²³ only integers
    /// exist, which are in the lowest bits.
    @inline(__always)
    private static func rounded(_ value: SIMD4<Float>) -> SIMD4<UInt8> {
        let shifted = value + SIMD4<Float>(repeating: 8_388_608)
        return SIMD4<UInt8>(truncatingIfNeeded: unsafeBitCast(shifted, to: SIMD4<UInt32>.self))
    }

    /// Returns the channels of a pixel; the fourth is alpha, even for an image without it.
    private static func pixel(_ mean: SIMD4<Double>) -> SIMD4<UInt8> {
        guard mean.w > 0 else { return .zero }
        let scale = 255 / mean.w
        let channels = (mean * SIMD4(scale, scale, scale, 1)).clamped(
            lowerBound: .zero, upperBound: .init(repeating: 255))
        return SIMD4<UInt8>(truncatingIfNeeded: SIMD4<Int32>(channels, rounding: .toNearestOrAwayFromZero))
    }
}

/// The weights of four neighbouring cells at a pixel, by the uniform cubic B-spline.
private struct SplineWeights {
    /// Four values, one per cell.
    struct Four<Element> {
        let elements: (Element, Element, Element, Element)

        func map<Result>(_ transform: (Element) -> Result) -> Four<Result> {
            Four<Result>(
                elements: (
                    transform(elements.0), transform(elements.1), transform(elements.2), transform(elements.3)
                ))
        }
    }

    /// The indexes of the cells.
    let cells: Four<Int>
    private let weights: SIMD4<Float>

    /// Computes the weights.
    ///
    /// - Parameter parts: The cells along the axis, all of nearly equal length.
    init(at pixel: Int, among parts: [Range<Int>]) {
        let start = parts.first?.lowerBound ?? 0
        let length = max(1, (parts.last?.upperBound ?? 1) - start)
        let place = (Double(pixel - start) + 0.5) / Double(length) * Double(parts.count) - 0.5
        let first = place.rounded(.down)
        let t = place - first
        let last = parts.count - 1
        // The outermost cells are repeated beyond the edge.
        cells = Four(elements: (-1, 0, 1, 2)).map { min(max(Int(first) + $0, 0), last) }
        let rest = 1 - t
        let sixths = SIMD4<Double>(
            rest * rest * rest, 3 * t * t * t - 6 * t * t + 4, 3 * rest * rest * rest - 6 * rest * rest + 4, t * t * t)
        weights = SIMD4<Float>(sixths / 6)
    }

    @inline(__always)
    func mix(_ values: Four<SIMD4<Float>>) -> SIMD4<Float> {
        values.elements.0 * weights.x + values.elements.1 * weights.y + values.elements.2 * weights.z
            + values.elements.3 * weights.w
    }
}

extension SplineWeights.Four: Equatable where Element: Equatable {
    static func == (one: Self, other: Self) -> Bool { one.elements == other.elements }
}
