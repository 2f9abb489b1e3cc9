/// Between which values the samples of a recording lie, and how strong they are, in so many columns of time.
public struct WaveformEnvelope: Sendable, Hashable {
    /// What there is to say of one channel in one column.
    public struct Column: Sendable, Hashable {
        /// The smallest sample, linear, full scale ±1.
        public let minimum: Float
        /// The largest sample.
        public let maximum: Float
        /// Root mean square of the samples.
        public let rms: Float
        /// Whether ``LevelMeter/clippingRunLength`` successive samples or more reach full scale.
        public let isClipped: Bool
    }

    /// One channel in one cell of time.
    struct Cell: Sendable, Hashable {
        var minimum = Float.infinity
        var maximum = -Float.infinity
        /// Sum of squares.
        var energy = 0.0
        var isClipped = false

        mutating func join(_ other: Cell) {
            minimum = min(minimum, other.minimum)
            maximum = max(maximum, other.maximum)
            energy += other.energy
            isClipped = isClipped || other.isClipped
        }
    }

    /// Frames per second, in Hz.
    public let sampleRate: Int
    /// Samples per channel.
    public let frameCount: Int
    private let cells: TimeCells
    private let channels: [[Cell]]

    init(sampleRate: Int, frameCount: Int, cells: TimeCells, channels: [[Cell]]) {
        self.sampleRate = sampleRate
        self.frameCount = frameCount
        self.cells = cells
        self.channels = channels
    }

    public var channelCount: Int { channels.count }

    /// The envelope of a channel in `count` columns: of n frames column i has those from ⌊i·n/count⌋ to before ⌊(i+1)·n/count⌋, at least
    /// one.
    ///
    /// That is exact where the number of columns and of frames are those that the meter was told, or there are no more frames than twice the
    /// columns; else a column also takes in what lies beyond its ends, by less than a column of the meter, and no peak is
    /// lost.
    ///
    /// - Parameters:
    ///   - count: how many to give, side by side.
    ///   - channel: from 0 on; `nil` for all at once.
    /// - Returns: nothing for a recording without frames, or a channel that is not there.
    public func columns(_ count: Int, channel: Int? = nil) -> [Column] {
        guard count > 0, frameCount > 0, channel.map(channels.indices.contains) ?? true else { return [] }
        let chosen = channel.map { [channels[$0]] } ?? channels
        return (0..<count).map { index in
            let frames = TimeCells.frames(ofColumn: index, of: count, frameCount: frameCount)
            let first = cells.cell(of: frames.lowerBound)
            let last = cells.cell(of: frames.upperBound - 1)
            var whole = Cell()
            for channel in chosen {
                for cell in first...max(first, last) where cell < channel.count { whole.join(channel[cell]) }
            }
            let frameCount = min(cells.start(of: last + 1), frameCount) - cells.start(of: first)
            let mean = whole.energy / Double(max(1, frameCount * chosen.count))
            return Column(
                minimum: whole.minimum, maximum: whole.maximum, rms: Float(mean.squareRoot()),
                isClipped: whole.isClipped)
        }
    }
}
