import PerceptCore

/// The pixels that count as neighbours of a pixel.
public enum PixelConnectivity: Int, Sendable, Hashable, CaseIterable {
    /// The pixels that share a side with it.
    case four = 4
    /// The pixels that share a side or a corner with it.
    case eight = 8
}

extension Mask {
    /// Returns the connected components of the mask, each a mask of the same size, ordered by their first pixels in
    /// raster order.
    public func connectedComponents(_ connectivity: PixelConnectivity = .eight) -> [Mask] {
        let components = SpanComponents(runs, size: (size.width, size.height), connectivity)
        return components.runs().map { Mask($0, size: size) }
    }

    /// Returns the mask with its holes filled; a hole is an area outside the mask that does not reach the edge of the
    /// image.
    ///
    /// - Parameter connectivity: The connectivity of the area outside the mask. With `.four`, as in scipy's
    ///   `binary_fill_holes`, a ring that is connected only at corners has a hole; with `.eight` it has none.
    public func fillingHoles(_ connectivity: PixelConnectivity = .four) -> Mask {
        var whole = PixelRuns()
        whole.append(0..<size.pixelCount)
        let outside = runs.combined(with: whole) { isInside, isPixel in isPixel && !isInside }
        let components = SpanComponents(outside, size: (size.width, size.height), connectivity)
        var reachesEdge = [Bool](repeating: false, count: components.count)
        for (span, component) in zip(components.spans, components.labels) {
            if span.row == 0 || span.row == size.height - 1 || span.columns.lowerBound == 0
                || span.columns.upperBound == size.width
            {
                reachesEdge[component] = true
            }
        }
        var holes = PixelRuns()
        for (span, component) in zip(components.spans, components.labels) where !reachesEdge[component] {
            let start = span.row * size.width
            holes.append(start + span.columns.lowerBound..<start + span.columns.upperBound)
        }
        return Mask(runs.combined(with: holes) { $0 || $1 }, size: size)
    }
}

/// The spans of a mask, labelled with their connected components.
///
/// Touching spans of neighbouring rows are joined in a disjoint-set forest (Galler and Fischer, 1964) with path
/// halving; components are numbered by their first spans.
struct SpanComponents {
    let spans: [PixelSpans.Span]
    /// The component of each span, in 0..<``count``.
    let labels: [Int]
    let count: Int
    /// The index of the first span of each row, then the total count.
    let rowStarts: [Int]
    private let width: Int

    init(_ runs: PixelRuns, size: (width: Int, height: Int), _ connectivity: PixelConnectivity) {
        width = size.width
        (spans, rowStarts) = PixelSpans.rows(of: runs, size: size)
        // The maximum distance in columns between touching spans.
        let reach = connectivity == .eight ? 1 : 0
        var parents = Array(spans.indices)
        func root(_ index: Int) -> Int {
            var index = index
            while parents[index] != index {
                parents[index] = parents[parents[index]]
                index = parents[index]
            }
            return index
        }
        for row in rowStarts.indices.dropFirst().dropLast() {
            var above = rowStarts[row - 1]
            var below = rowStarts[row]
            while above < rowStarts[row], below < rowStarts[row + 1] {
                let (upper, lower) = (spans[above].columns, spans[below].columns)
                if upper.lowerBound < lower.upperBound + reach, lower.lowerBound < upper.upperBound + reach {
                    let (first, second) = (root(above), root(below))
                    // The earlier span stays the root, so that roots are first spans.
                    parents[max(first, second)] = min(first, second)
                }
                if upper.upperBound < lower.upperBound { above += 1 } else { below += 1 }
            }
        }
        var count = 0
        var labels = [Int](repeating: 0, count: spans.count)
        for index in spans.indices {
            let root = root(index)
            if root == index {
                labels[index] = count
                count += 1
            } else {
                labels[index] = labels[root]
            }
        }
        self.labels = labels
        self.count = count
    }

    /// Returns the pixels of each component.
    func runs() -> [PixelRuns] {
        var result = [PixelRuns](repeating: PixelRuns(), count: count)
        for (span, label) in zip(spans, labels) {
            let start = span.row * width
            result[label].append(start + span.columns.lowerBound..<start + span.columns.upperBound)
        }
        return result
    }

    /// Returns the component of the pixel at `x`, `y`; `nil` if it is outside the mask.
    func label(x: Int, y: Int) -> Int? {
        var (low, high) = (rowStarts[y], rowStarts[y + 1])
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].columns.upperBound <= x { low = middle + 1 } else { high = middle }
        }
        return low < rowStarts[y + 1] && spans[low].columns.contains(x) ? labels[low] : nil
    }
}
