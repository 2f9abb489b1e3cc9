/// Places decoded frames on the time line of their file, by the timestamps that the container gives them.
///
/// Sound that starts late and gaps become silence. No sample is ever dropped or stretched: timestamps that jitter by less than
/// ``tolerance`` change nothing, and sound that overlaps with what came before it follows it instead.
struct SourceTimeline {
    /// Silence that stands for time in which the file has no sound.
    struct Silence: Equatable {
        /// The first silent frame, in frames of the recording.
        let start: Int
        let frameCount: Int
    }

    /// Seconds by which a timestamp may differ from the sound before it: the size from which ffmpeg's `aresample=async=1` reacts.
    static let tolerance = 0.1
    /// Seconds that a timestamp may go back by before a new time line is assumed: ffmpeg's `dts_delta_threshold`.
    private static let discontinuity = 10
    /// Beyond every real timestamp, and far enough from the ends of `Int` for sums and differences.
    private static let timestampRange = -(1 << 50)...(1 << 50)

    private let sampleRate: Int
    /// Frames of silence that may be inserted in all.
    private let silenceLimit: Int
    /// The timestamp of the recording's first frame.
    private var origin: Int?
    /// Frames of the recording so far, silence included.
    private(set) var position = 0
    private(set) var silences = Tally()
    private(set) var omissions = Tally()
    private(set) var returns = Tally()
    /// Whether the first silence stands before the first sound.
    private(set) var startsLate = false
    /// The largest lead of the sound over its timestamps.
    private var largestLead = 0

    /// Stretches of one kind.
    struct Tally: Equatable {
        private(set) var first: Silence?
        private(set) var count = 0
        private(set) var frameCount = 0

        fileprivate mutating func add(_ frames: Int, at start: Int) {
            first = first ?? Silence(start: start, frameCount: frames)
            count += 1
            frameCount += frames
        }
    }

    /// - Parameter silenceLimit: seconds of silence that may be inserted in all.
    init(sampleRate: Int, silenceLimit: Int) {
        self.sampleRate = sampleRate
        let (frames, overflow) = silenceLimit.multipliedReportingOverflow(by: sampleRate)
        self.silenceLimit = overflow ? .max : frames
    }

    /// Adds frames that follow one another.
    ///
    /// - Parameter timestamp: of the first of them, in frames since the file's start; `nil` when the container gives none.
    /// - Returns: frames of silence to insert before them.
    mutating func add(_ frameCount: Int, timestamp: Int?) -> Int {
        let silence = timestamp.map { self.silence(before: $0) } ?? 0
        position += silence + frameCount
        return silence
    }

    private mutating func silence(before timestamp: Int) -> Int {
        let timestamp = min(max(timestamp, Self.timestampRange.lowerBound), Self.timestampRange.upperBound)
        // Sound before time 0 is kept, and is where the recording starts.
        let origin = self.origin ?? min(0, timestamp)
        self.origin = origin
        let deviation = timestamp - origin - position
        if Double(deviation) > Self.tolerance * Double(sampleRate) {
            guard deviation <= silenceLimit - silences.frameCount else {
                omissions.add(deviation, at: position)
                self.origin = origin + deviation
                return 0
            }
            if position == 0 { startsLate = true }
            silences.add(deviation, at: position)
            return deviation
        }
        if deviation < -Self.discontinuity * sampleRate {
            returns.add(-deviation, at: position)
            self.origin = origin + deviation
        } else {
            largestLead = max(largestLead, -deviation)
        }
        return 0
    }

    /// What was inserted, left out or does not fit.
    var warnings: [String] {
        var warnings: [String] = []
        var gaps = silences
        if startsLate, let first = silences.first {
            warnings.append(
                "the sound starts \(seconds(first.frameCount)) after the file does: silence of that length was inserted "
                    + "before it, so that times are those of the file")
            gaps = silences.without(first)
        }
        if let first = silences.first, gaps.count > 0 {
            let place = startsLate || gaps.count > 1 ? "" : " at \(seconds(first.start))"
            let what =
                gaps.count == 1
                ? "a gap of \(seconds(gaps.frameCount)) in the timestamps\(place) was"
                : "\(gaps.count) gaps in the timestamps, \(seconds(gaps.frameCount)) in all, were"
            warnings.append("\(what) filled with silence, so that times are those of the file")
        }
        if let first = omissions.first {
            let what =
                omissions.count == 1
                ? "a gap of \(seconds(first.frameCount)) in the timestamps at \(seconds(first.start)) was"
                : "\(omissions.count) gaps in the timestamps, the first of \(seconds(first.frameCount)) at "
                    + "\(seconds(first.start)), were"
            warnings.append(
                "\(what) not filled with silence, because no more than \(silenceLimit / sampleRate) s are inserted "
                    + "(silenceDuration): later times are earlier than those of the file; if the timestamps are right, "
                    + "raise the limit")
        }
        if let first = returns.first {
            warnings.append(
                "the timestamps go back by \(seconds(first.frameCount)) at \(seconds(first.start))"
                    + (returns.count > 1 ? ", and \(returns.count - 1) times more" : "")
                    + ": all sound was kept, so later times differ from those of the file")
        }
        if Double(largestLead) > Self.tolerance * Double(sampleRate) {
            warnings.append(
                "the sound is up to \(seconds(largestLead)) longer than its timestamps leave room for: all of it was kept, "
                    + "so times may be that much later than those of the file")
        }
        return warnings
    }

    private func seconds(_ frames: Int) -> String { RecordingHeader.seconds(frames, sampleRate: sampleRate) }
}

extension SourceTimeline.Tally {
    /// The same without its first stretch.
    fileprivate func without(_ silence: SourceTimeline.Silence) -> Self {
        var rest = self
        rest.count -= 1
        rest.frameCount -= silence.frameCount
        return rest
    }
}
