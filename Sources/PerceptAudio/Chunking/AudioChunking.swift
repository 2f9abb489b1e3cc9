import PerceptCore

/// How a long recording is cut into chunks.
///
/// A cut is made in the quietest place of a search window at the end of each chunk. Where even that is not silent, the two
/// chunks overlap, so that a word lies whole in at least one of them.
public struct AudioChunking: Sendable, Hashable {
    /// The longest chunk, in seconds, overlaps included. A recording that is no longer is not cut.
    public var maximumChunkDuration: Double
    /// The part of ``maximumChunkDuration`` in which the quietest place is looked for: the last quarter of a chunk.
    public static let searchFraction = 0.25
    /// Seconds that two chunks share where there is no silence to cut in; a quarter of a short chunk at most.
    public var overlap: Double
    /// RMS in dB of full scale below which a place is silent however quiet the rest is.
    ///
    /// It is silent too where it lies ``pauseDepth`` dB below the mean of its search window: pauses in a noisy room.
    public var silenceThreshold: Double

    /// In dB.
    public static let pauseDepth = 15.0
    /// Shorter chunks than this, in seconds, leave a model nothing to go by.
    public static let shortestChunkDuration = 1.0

    public init(maximumChunkDuration: Double = 300, overlap: Double = 2, silenceThreshold: Double = -50) {
        self.maximumChunkDuration = maximumChunkDuration
        self.overlap = overlap
        self.silenceThreshold = silenceThreshold
    }

    /// - Throws: `MediaError` `.invalidArgument` for a duration below ``shortestChunkDuration``, a negative overlap, or
    ///   what is no finite number.
    func check() throws(MediaError) {
        guard maximumChunkDuration.isFinite, maximumChunkDuration >= Self.shortestChunkDuration else {
            throw MediaError(
                .invalidArgument, problem: "chunks of \(maximumChunkDuration) s cannot be made",
                remedy: "choose \(Self.shortestChunkDuration) s or more")
        }
        guard overlap.isFinite, overlap >= 0, silenceThreshold.isFinite else {
            throw MediaError(
                .invalidArgument, problem: "chunks cannot overlap by \(overlap) s at \(silenceThreshold) dBFS",
                remedy: "choose 0 s or more")
        }
    }
}

/// A piece of a recording, in frames of the source.
public struct AudioChunk: Sendable, Hashable {
    /// What is sent: the chunk's own frames, and what it shares with its neighbours.
    public let frames: Range<Int>
    /// From cut to cut: those of all chunks follow one another without gap or overlap.
    public let ownFrames: Range<Int>
    /// Whether all of it lies below ``AudioChunking/silenceThreshold``.
    public let isSilent: Bool

    public init(frames: Range<Int>, ownFrames: Range<Int>, isSilent: Bool) {
        self.frames = frames
        self.ownFrames = ownFrames
        self.isSilent = isSilent
    }
}
