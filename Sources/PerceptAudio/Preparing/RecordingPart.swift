import PerceptCore

/// A part of a recording: its start and its length.
public struct RecordingPart: Sendable, Hashable, Codable {
    /// The start, from the beginning of the recording.
    public var offset: Duration
    /// The length; `nil` for the rest.
    public var duration: Duration?

    /// Creates a part; by default the whole recording.
    public init(offset: Duration = .zero, duration: Duration? = nil) {
        self.offset = offset
        self.duration = duration
    }

    /// The whole recording.
    public static let whole = RecordingPart()

    /// Returns the frames of the part. Both ends are rounded to the nearest frame, so that parts that meet in time
    /// share no frame and miss none; the upper bound is `Int.max` for the rest.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a negative offset, or a length that is not positive.
    func frames(sampleRate: Int, of name: String) throws(MediaError) -> Range<Int> {
        let start = (offset / .seconds(1) * Double(sampleRate)).rounded()
        let end = duration.map { ((offset + $0) / .seconds(1) * Double(sampleRate)).rounded() }
        guard start >= 0, start < 1e15, end.map({ $0 > start && $0 < 1e15 }) ?? true else {
            throw MediaError(
                .invalidArgument, source: name,
                problem: "the part from \(offset)\(duration.map { " lasting \($0)" } ?? "") holds no sound",
                remedy: "state an offset from 0 and a duration above 0")
        }
        return Int(start)..<(end.map { Int($0) } ?? .max)
    }
}

extension MediaError {
    /// The error for a part that begins after the end of a recording.
    static func partAfterEnd(_ name: String, _ part: RecordingPart, frameCount: Int, sampleRate: Int) -> MediaError {
        MediaError(
            .malformedInput, source: name,
            problem: "the part begins at \(part.offset), but the recording ends at "
                + "\(Double(frameCount) / Double(sampleRate)) s",
            remedy: "check the offset")
    }
}
