public import PerceptImage

/// A labelled time span, such as a piece of a transcript or an event.
public struct SoundSpan: Sendable, Hashable {
    /// The start in seconds of the recording.
    public var start: Double
    /// The end in seconds of the recording; `nil` for the end of the recording.
    public var end: Double?
    /// The text of the span.
    public var label: String
    /// The line in which the span is drawn; `nil` for the first line with room.
    public var lane: Int?
    /// The colour; `nil` for the label's colour in the palette.
    public var color: Color?

    /// Creates a span.
    public init(start: Double, end: Double?, label: String, lane: Int? = nil, color: Color? = nil) {
        self.start = start
        self.end = end
        self.label = label
        self.lane = lane
        self.color = color
    }

    /// The colour of transcript pieces: subdued, since they fill the whole line.
    static let textColor = Color(red: 0xDC, green: 0xE6, blue: 0xF0)
}

extension Transcript {
    /// The pieces of the text as spans; an unknown start is the end of the piece before.
    public var spans: [SoundSpan] {
        var earliest = 0.0
        return chunks.map { chunk in
            let start = chunk.start ?? earliest
            earliest = chunk.end ?? start
            return SoundSpan(start: start, end: chunk.end, label: chunk.text, color: SoundSpan.textColor)
        }
    }
}

/// Spans in whole pixels of a time axis, in lines without overlaps.
struct SoundSpanLanes {
    struct Placed: Hashable {
        /// The index in the list of spans.
        let index: Int
        /// The columns of the axis, at least one, all within it.
        let columns: Range<Int>
        let lane: Int
    }

    let placed: [Placed]
    let laneCount: Int

    /// The maximum number of lines: a transcript in more lines would not be legible.
    static let mostLanes = 8

    /// Places the spans. Spans outside the axis, or without a free line, are omitted.
    ///
    /// - Parameters:
    ///   - spans: The spans, in any order.
    ///   - duration: The length of the axis, in seconds.
    ///   - width: The width of the axis, in pixels.
    init(_ spans: [SoundSpan], duration: Double, width: Int) {
        guard width > 0, duration > 0 else {
            (placed, laneCount) = ([], 0)
            return
        }
        /// The time and column from which each line is free.
        var ends: [(time: Double, column: Int)] = []
        var placed: [Placed] = []
        let timed = spans.enumerated().compactMap { index, span -> (index: Int, start: Double, end: Double)? in
            let end = span.end ?? duration
            guard span.start.isFinite, end.isFinite, end >= span.start, span.start < duration, end >= 0 else {
                return nil
            }
            return (index, max(0, span.start), min(end, duration))
        }
        func column(_ time: Double) -> Int { Int((time / duration * Double(width)).rounded()) }
        for span in timed.sorted(by: { ($0.start, $0.index) < ($1.start, $1.index) }) {
            let first = min(column(span.start), width - 1)
            let columns = first..<max(first + 1, column(span.end))
            // An overlap of less than a pixel is invisible and needs no other line.
            let room = ends.firstIndex { $0.time - span.start < duration / Double(width) }
            let lane = spans[span.index].lane ?? room ?? ends.count
            guard (0..<Self.mostLanes).contains(lane) else { continue }
            while ends.count <= lane { ends.append((0, 0)) }
            // In a requested line, a span begins where the one before ends, even if it overlaps.
            let free = max(columns.lowerBound, ends[lane].column)
            ends[lane].time = max(ends[lane].time, span.end)
            guard free < columns.upperBound else { continue }
            placed.append(Placed(index: span.index, columns: free..<columns.upperBound, lane: lane))
            ends[lane].column = columns.upperBound
        }
        self.placed = placed
        laneCount = ends.count
    }
}
