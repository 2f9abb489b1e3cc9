/// Splits runs of pixels at the ends of rows.
struct PixelSpans: Sequence, IteratorProtocol {
    struct Span: Sendable, Hashable {
        var row: Int
        var columns: Range<Int>
    }

    private let runs: PixelRuns
    private let width: Int
    private var index = 0
    /// The rest of the run at `index`.
    private var rest: Range<Int>

    init(_ runs: PixelRuns, width: Int) {
        self.runs = runs
        self.width = width
        rest = runs.first ?? 0..<0
    }

    mutating func next() -> Span? {
        guard index < runs.endIndex else { return nil }
        let row = rest.lowerBound / width
        let start = row * width
        let end = Swift.min(rest.upperBound, start + width)
        let span = Span(row: row, columns: rest.lowerBound - start..<end - start)
        if end < rest.upperBound {
            rest = end..<rest.upperBound
        } else {
            index += 1
            if index < runs.endIndex { rest = runs[index] }
        }
        return span
    }

    /// Returns all spans, with the index of the first span of each row.
    static func rows(
        of runs: PixelRuns, size: (width: Int, height: Int)
    ) -> (spans: [Span], rowStarts: [Int]) {
        var spans: [Span] = []
        var rowStarts: [Int] = []
        rowStarts.reserveCapacity(size.height + 1)
        for span in PixelSpans(runs, width: size.width) {
            while rowStarts.count <= span.row { rowStarts.append(spans.count) }
            spans.append(span)
        }
        while rowStarts.count <= size.height { rowStarts.append(spans.count) }
        return (spans, rowStarts)
    }
}
