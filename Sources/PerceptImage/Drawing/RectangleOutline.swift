import PerceptCore

extension DrawingCanvas {
    /// Fills the area in `outer` but not in `inner` (which must lie in `outer`), each pixel by its exact coverage.
    ///
    /// The cost depends on the pixels of the frame only, not on the box inside it.
    ///
    /// - Parameters:
    ///   - opacity: The opacity, 0…1.
    ///   - clip: The pixels that may change; all if `nil`.
    mutating func drawFrame(
        outer: BoundingBox, inner: BoundingBox, color: Color, opacity: Double = 1, clip: PixelRectangle? = nil
    ) {
        guard !outer.isEmpty else { return }
        let inner = inner.isEmpty ? BoundingBox(xMin: outer.xMax, yMin: 0, xMax: outer.xMax, yMax: 0) : inner
        let clip = clip?.clipped(to: size) ?? PixelRectangle(whole: size)
        let outerX = PixelSpan(outer.xMin, outer.xMax, limit: size.width)
        let innerX = PixelSpan(inner.xMin, inner.xMax, limit: size.width)
        let outerY = PixelSpan(outer.yMin, outer.yMax, limit: size.height)
        let innerY = PixelSpan(inner.yMin, inner.yMax, limit: size.height)
        // Between two of these columns, all pixels of a row have the same coverage.
        let breaks = [
            outerX.touched.lowerBound, outerX.whole.lowerBound, innerX.touched.lowerBound, innerX.whole.lowerBound,
            innerX.whole.upperBound, innerX.touched.upperBound, outerX.whole.upperBound, outerX.touched.upperBound,
        ].map { min(max($0, clip.columns.lowerBound), clip.columns.upperBound) }.sorted()
        let runs = zip(breaks, breaks.dropFirst()).filter { $0 < $1 }.map { first, end in
            (columns: first..<end, outer: outerX.share(of: first), inner: innerX.share(of: first))
        }
        let rows = outerY.touched.clamped(to: clip.rows)
        withBlender(color) { blender in
            var first = rows.lowerBound
            while first < rows.upperBound {
                // Likewise, all rows are equal except the few that an edge crosses.
                let shares = (outer: outerY.share(of: first), inner: innerY.share(of: first))
                var end = first + 1
                while end < rows.upperBound, outerY.share(of: end) == shares.outer,
                    innerY.share(of: end) == shares.inner
                {
                    end += 1
                }
                for run in runs {
                    blender.blend(
                        PixelRectangle(run.columns, first..<end),
                        Self.coverage((run.outer * shares.outer - run.inner * shares.inner) * opacity))
                }
                first = end
            }
        }
    }

    /// Returns a coverage of 0…1 in steps of 1/255.
    static func coverage(_ share: Double) -> UInt8 {
        UInt8((min(max(share, 0), 1) * 255).rounded())
    }
}

/// The pixels along one axis that `lower..<upper` touches and covers.
struct PixelSpan {
    let lower: Double
    let upper: Double
    let touched: Range<Int>
    /// The completely covered pixels; an empty range inside `touched` if there are none.
    let whole: Range<Int>

    init(_ lower: Double, _ upper: Double, limit: Int) {
        self.lower = min(max(lower, 0), Double(limit))
        self.upper = min(max(upper, self.lower), Double(limit))
        touched = Int(self.lower.rounded(.down))..<Int(self.upper.rounded(.up))
        let first = Int(self.lower.rounded(.up))
        whole = first..<max(first, Int(self.upper.rounded(.down)))
    }

    /// Returns the coverage of pixel `index`, 0…1.
    func share(of index: Int) -> Double {
        max(0, min(upper, Double(index + 1)) - max(lower, Double(index)))
    }
}
