import PerceptCore

/// Frames that ffmpeg's log announced and that were not yet returned.
final class FFmpegFrameQueue {
    /// The sample rate of the output; log lines that arrive before its header are kept until the rate is known.
    var sampleRate = 0 {
        didSet {
            timeline = ContainerTimeline(sampleRate: sampleRate, silenceLimit: silenceLimit)
            for frame in early { add(frame) }
            early = []
        }
    }
    private let silenceLimit: Int
    private var timeline: ContainerTimeline?
    private var early: [FFmpegLog.Frame] = []
    /// The silence to insert, each before the frame with that number.
    private var silences: [(frame: Int, count: Int)] = []
    private var announcedCount = 0
    private var takenCount = 0
    private var insertedCount = 0

    init(silenceLimit: Int) {
        self.silenceLimit = silenceLimit
    }

    var hasSound: Bool { takenCount > 0 }

    /// `true` if a gap was not filled, so that positions differ from those in the file.
    var hasOmissions: Bool { (timeline?.omissions.count ?? 0) > 0 }

    /// The number of frames returned so far, silence included.
    var position: Int { takenCount + insertedCount }

    var warnings: [Warning] { timeline?.warnings ?? [] }

    func add(_ frame: FFmpegLog.Frame) {
        guard timeline != nil else {
            // The header follows the first frame.
            if early.count < 1024 { early.append(frame) }
            return
        }
        // If the rate changes midway, ffmpeg converts the rest to a length that is not known exactly.
        let timestamp = frame.sampleRate == sampleRate ? frame.timestamp : nil
        let silence = timeline?.add(frame.frameCount, timestamp: timestamp) ?? 0
        if silence > 0 { silences.append((announcedCount, silence)) }
        announcedCount += frame.frameCount
    }

    /// Returns the number of silent frames that come next.
    func takeSilence() -> Int {
        guard let first = silences.first, first.frame <= takenCount else { return 0 }
        silences.removeFirst()
        insertedCount += first.count
        return first.count
    }

    /// Returns how many of the next `count` frames come before the next silence.
    func take(_ count: Int) -> Int {
        let count = min(count, (silences.first?.frame ?? .max) - takenCount)
        takenCount += count
        return count
    }
}
