/// Positions decoded frames on the timeline of their file according to the container's timestamps.
///
/// A late start and gaps become silence. Samples are never dropped or stretched: timestamps that deviate by less than
/// ``tolerance`` have no effect, and audio that overlaps the audio before it is appended to it.
struct ContainerTimeline {
    /// Silence for a time in which the file has no audio.
    struct Silence: Equatable {
        /// The first silent frame of the recording.
        let start: Int
        let frameCount: Int
    }

    /// The seconds by which a timestamp may deviate from the audio before it; ffmpeg's `aresample=async=1` uses the
    /// same value.
    static let tolerance = 0.1
    /// The seconds that a timestamp may go back before a new timeline is assumed; ffmpeg's `dts_delta_threshold`.
    private static let discontinuity = 10
    /// A range beyond all real timestamps in which sums and differences cannot overflow.
    private static let timestampRange = -(1 << 50)...(1 << 50)

    private let sampleRate: Int
    /// The maximum number of silent frames inserted in total.
    private let silenceLimit: Int
    /// The timestamp of the recording's first frame.
    private var origin: Int?
    /// The number of frames of the recording so far, silence included.
    private(set) var position = 0
    private(set) var silences = Tally()
    private(set) var omissions = Tally()
    private(set) var returns = Tally()
    /// `true` if the first silence precedes the first audio.
    private(set) var startsLate = false
    /// The largest lead of the audio over its timestamps, in frames.
    private var largestLead = 0

    /// A count of stretches of one kind.
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

    /// Creates a timeline.
    ///
    /// - Parameter silenceLimit: The maximum duration of inserted silence in seconds.
    init(sampleRate: Int, silenceLimit: Int) {
        self.sampleRate = sampleRate
        let (frames, overflow) = silenceLimit.multipliedReportingOverflow(by: sampleRate)
        self.silenceLimit = overflow ? .max : frames
    }

    /// Adds consecutive frames.
    ///
    /// - Parameter timestamp: The timestamp of the first frame, in frames since the file's start; `nil` if the
    ///   container does not give one.
    /// - Returns: The number of silent frames to insert before them.
    mutating func add(_ frameCount: Int, timestamp: Int?) -> Int {
        let silence = timestamp.map { self.silence(before: $0) } ?? 0
        position += silence + frameCount
        return silence
    }

    private mutating func silence(before timestamp: Int) -> Int {
        let timestamp = min(max(timestamp, Self.timestampRange.lowerBound), Self.timestampRange.upperBound)
        // Audio before time 0 is kept; the recording starts with it.
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

    /// Warnings about silence that was inserted or left out, and about mismatched timestamps.
    var warnings: [Warning] {
        var warnings: [Warning] = []
        var gaps = silences
        if startsLate, let first = silences.first {
            warnings.append(
                Warning(
                    "the audio starts \(seconds(first.frameCount)) after the file does: silence of that length was "
                        + "inserted before it, so that times match the file"))
            gaps = silences.without(first)
        }
        if let first = silences.first, gaps.count > 0 {
            let place = startsLate || gaps.count > 1 ? "" : " at \(seconds(first.start))"
            let what =
                gaps.count == 1
                ? "a gap of \(seconds(gaps.frameCount)) in the timestamps\(place) was"
                : "\(gaps.count) gaps in the timestamps, \(seconds(gaps.frameCount)) in all, were"
            warnings.append("\(what) filled with silence, so that times match the file")
        }
        if let first = omissions.first {
            let what =
                omissions.count == 1
                ? "a gap of \(seconds(first.frameCount)) in the timestamps at \(seconds(first.start)) was"
                : "\(omissions.count) gaps in the timestamps, the first of \(seconds(first.frameCount)) at "
                    + "\(seconds(first.start)), were"
            warnings.append(
                Warning(
                    "\(what) not filled with silence, because no more than \(silenceLimit / sampleRate) s are inserted "
                        + "(silenceDuration): later times are earlier than in the file; if the timestamps are right, "
                        + "raise the limit",
                    parameter: .silenceDurationLimit))
        }
        if let first = returns.first {
            warnings.append(
                Warning(
                    "the timestamps go back by \(seconds(first.frameCount)) at \(seconds(first.start))"
                        + (returns.count > 1 ? ", and \(returns.count - 1) times more" : "")
                        + ": all audio was kept, so later times differ from the file's"))
        }
        if Double(largestLead) > Self.tolerance * Double(sampleRate) {
            warnings.append(
                Warning(
                    "the audio is up to \(seconds(largestLead)) longer than its timestamps allow: all of it was kept, "
                        + "so times may be that much later than in the file"))
        }
        return warnings
    }

    private func seconds(_ frames: Int) -> String { RecordingHeader.seconds(frames, sampleRate: sampleRate) }
}

extension ContainerTimeline.Tally {
    /// Returns the tally without its first stretch.
    fileprivate func without(_ silence: ContainerTimeline.Silence) -> Self {
        var rest = self
        rest.count -= 1
        rest.frameCount -= silence.frameCount
        return rest
    }
}
