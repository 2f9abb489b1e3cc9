import PerceptCore

extension DrawingCanvas {
    /// Draws the area between `outer` and `inner`, which lies in `outer`: each pixel by the exact share of its area.
    ///
    /// The cost is in proportion to the pixels of the frame, not of the box inside it.
    ///
    /// - Parameters:
    ///   - opacity: 0…1.
    ///   - clip: the pixels that may be touched; all when `nil`.
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
        // Between two consecutive columns of these, all pixels of a row have the same share.
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
                // Rows that no edge runs through have the same shares, and are blended at once.
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

    /// Converts a share of 0…1, which rounding errors may exceed, to 255 steps.
    static func coverage(_ share: Double) -> UInt8 {
        UInt8((min(max(share, 0), 1) * 255).rounded())
    }
}

/// The pixels along one axis that `lower..<upper` touches, and those that it covers completely.
struct PixelSpan {
    let lower: Double
    let upper: Double
    let touched: Range<Int>
    /// Empty, but within `touched`, when no pixel is covered completely.
    let whole: Range<Int>

    init(_ lower: Double, _ upper: Double, limit: Int) {
        self.lower = min(max(lower, 0), Double(limit))
        self.upper = min(max(upper, self.lower), Double(limit))
        touched = Int(self.lower.rounded(.down))..<Int(self.upper.rounded(.up))
        let first = Int(self.lower.rounded(.up))
        whole = first..<max(first, Int(self.upper.rounded(.down)))
    }

    /// How much of pixel `index` is covered, 0…1.
    func share(of index: Int) -> Double {
        max(0, min(upper, Double(index + 1)) - max(lower, Double(index)))
    }
}
