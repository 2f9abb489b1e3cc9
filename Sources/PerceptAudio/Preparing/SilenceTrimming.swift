import PerceptCore

/// The definition of silence at the ends of a recording, and how much of it is kept.
public struct SilenceTrimming: Sendable, Hashable, Codable {
    /// The RMS level in dBFS below which 10 ms are silent, if every channel is.
    public var threshold: Double
    /// The seconds kept before the first and after the last sound: the soft beginning of a word lies below any
    /// threshold.
    public var margin: Double

    /// Creates a definition of silence.
    public init(threshold: Double = -50, margin: Double = 0.25) {
        self.threshold = threshold
        self.margin = margin
    }
}

/// The first and the last window that are not silent.
struct SoundRange {
    private let trimming: SilenceTrimming
    private let threshold: Float
    private var count = 0
    private var sounding: ClosedRange<Int>?

    init(_ trimming: SilenceTrimming) {
        self.trimming = trimming
        threshold = Float(meanSquareOf: trimming.threshold)
    }

    mutating func add(_ energy: Float) {
        if energy >= threshold { sounding = (sounding?.lowerBound ?? count)...count }
        count += 1
    }

    /// Returns the frames from the first to the last sound with the margin around them; `nil` if everything is silent.
    func frames(windowLength: Int, sampleRate: Int, frameCount: Int) -> Range<Int>? {
        guard let sounding else { return nil }
        // At most the recording's length, so that the sums below cannot overflow.
        let margin = Int(min(trimming.margin * Double(sampleRate), Double(frameCount)))
        let start = max(0, sounding.lowerBound * windowLength - margin)
        let end = min(frameCount, (sounding.upperBound + 1) * windowLength + margin)
        return start..<max(start, end)
    }
}

extension SilenceTrimming {
    func check() throws(MediaError) {
        guard threshold.isFinite, threshold <= 0, margin.isFinite, margin >= 0 else {
            throw MediaError(
                .invalidArgument, problem: "invalid silence threshold \(threshold) dB or margin \(margin) s",
                remedy: "choose a threshold of 0 dB or less and a margin of 0 s or more")
        }
    }

    func silenceError(_ name: String, frameCount: Int) -> MediaError {
        guard frameCount > 0 else { return .noAudio(in: name) }
        return MediaError(
            .malformedInput, source: name, problem: "is entirely silent: nothing reaches \(threshold) dBFS",
            remedy: "check the recording, or leave silence trimming off",
            parameter: .trimming)
    }
}
