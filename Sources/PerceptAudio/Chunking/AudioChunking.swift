import PerceptCore

/// The way a long recording is cut into chunks.
///
/// Each chunk is cut at the quietest point of a search window at its end. If even that point is not silent, the two
/// chunks overlap, so that at least one of them contains each word whole.
public struct AudioChunking: Sendable, Hashable, Codable {
    /// The maximum chunk duration in seconds, including overlaps. A recording up to this length is not cut.
    public var maximumChunkDuration: Double
    /// The fraction of ``maximumChunkDuration`` that is searched for the quietest point, at the end of each chunk.
    public static let searchFraction = 0.25
    /// The overlap in seconds of two chunks that are not separated by silence; at most a quarter of a chunk.
    public var overlap: Double
    /// The RMS level in dBFS below which a point always counts as silent.
    ///
    /// A point also counts as silent if it lies ``pauseDepth`` dB below the mean of its search window, to find pauses
    /// in a noisy room.
    public var silenceThreshold: Double

    /// The depth of a pause below the mean of its search window, in dB.
    public static let pauseDepth = 15.0
    /// The minimum chunk duration in seconds. Shorter chunks give a model too little context.
    public static let shortestChunkDuration = 1.0

    /// Creates a chunking; values are checked when it is used.
    public init(maximumChunkDuration: Double = 300, overlap: Double = 2, silenceThreshold: Double = -50) {
        self.maximumChunkDuration = maximumChunkDuration
        self.overlap = overlap
        self.silenceThreshold = silenceThreshold
    }

    /// Checks that all values are in range.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a duration below ``shortestChunkDuration``, a negative overlap, or
    ///   a value that is not finite.
    func check() throws(MediaError) {
        guard maximumChunkDuration.isFinite, maximumChunkDuration >= Self.shortestChunkDuration else {
            throw MediaError(
                .invalidArgument, problem: "invalid chunk duration: \(maximumChunkDuration) s",
                remedy: "choose \(Self.shortestChunkDuration) s or more")
        }
        guard overlap.isFinite, overlap >= 0, silenceThreshold.isFinite else {
            throw MediaError(
                .invalidArgument,
                problem: "invalid chunk overlap (\(overlap) s) or silence threshold (\(silenceThreshold) dBFS)",
                remedy: "choose an overlap of 0 s or more and a finite threshold")
        }
    }
}

/// A piece of a recording, in frames of the source.
public struct AudioChunk: Sendable, Hashable, Codable {
    /// The frames that are sent: the chunk's own frames and those shared with its neighbours.
    public let frames: Range<Int>
    /// The frames from cut to cut. The own frames of consecutive chunks have no gap or overlap.
    public let ownFrames: Range<Int>
    /// True if the whole chunk lies below ``AudioChunking/silenceThreshold``.
    public let isSilent: Bool

    /// Creates a chunk.
    public init(frames: Range<Int>, ownFrames: Range<Int>, isSilent: Bool) {
        self.frames = frames
        self.ownFrames = ownFrames
        self.isSilent = isSilent
    }
}
