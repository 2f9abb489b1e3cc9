public import PerceptImage

/// Something that is heard from one time to another: a piece of a transcript, an event.
public struct SoundSpan: Sendable, Hashable {
    /// Seconds from the start of the recording.
    public var start: Double
    /// Seconds from the start of the recording; `nil` for its end.
    public var end: Double?
    public var label: String
    /// Spans of one lane are drawn side by side; `nil` for the first where there is room.
    public var lane: Int?
    /// `nil` for that of the label in the palette.
    public var color: Color?

    public init(start: Double, end: Double?, label: String, lane: Int? = nil, color: Color? = nil) {
        self.start = start
        self.end = end
        self.label = label
        self.lane = lane
        self.color = color
    }

    /// What the pieces of a transcript look like: quiet, for they stand side by side all along.
    static let textColor = Color(red: 0xDC, green: 0xE6, blue: 0xF0)
}

extension Transcript {
    /// The pieces of the text that have times; where the start is not known, it is the end of the piece before.
    public var spans: [SoundSpan] {
        var earliest = 0.0
        return chunks.map { chunk in
            let start = chunk.start ?? earliest
            earliest = chunk.end ?? start
            return SoundSpan(start: start, end: chunk.end, label: chunk.text, color: SoundSpan.textColor)
        }
    }
}

/// Spans in whole pixels of a time axis, in lanes in which none overlaps another.
struct SoundSpanLanes {
    struct Placed: Hashable {
        /// In the list of spans.
        let index: Int
        /// Pixels of the axis, at least one, all on it.
        let columns: Range<Int>
        let lane: Int
    }

    let placed: [Placed]
    let laneCount: Int

    /// A transcript in more lanes than these would be no picture any more.
    static let mostLanes = 8

    /// Spans without any time on the axis, or for which no lane is left, are not placed.
    ///
    /// - Parameters:
    ///   - spans: in any order.
    ///   - duration: of the axis, in seconds.
    ///   - width: of the axis, in pixels.
    init(_ spans: [SoundSpan], duration: Double, width: Int) {
        guard width > 0, duration > 0 else {
            (placed, laneCount) = ([], 0)
            return
        }
        /// The time and the column from which on each lane is free.
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
            // An overlap of less than a pixel cannot be seen, and takes no other lane.
            let room = ends.firstIndex { $0.time - span.start < duration / Double(width) }
            let lane = spans[span.index].lane ?? room ?? ends.count
            guard (0..<Self.mostLanes).contains(lane) else { continue }
            while ends.count <= lane { ends.append((0, 0)) }
            // In a lane that was asked for, what comes later begins where the one before ends; within a pixel it is not seen.
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
