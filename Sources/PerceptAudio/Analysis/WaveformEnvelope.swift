/// The range and strength of a recording's samples in a fixed number of time columns.
public struct WaveformEnvelope: Sendable, Hashable {
    /// The samples of one channel in one column.
    public struct Column: Sendable, Hashable {
        /// The smallest sample, linear, with full scale at ±1.
        public let minimum: Float
        /// The largest sample, linear, with full scale at ±1.
        public let maximum: Float
        /// The root mean square of the samples, linear.
        public let rms: Float
        /// True if at least ``LevelMeter/clippingRunLength`` consecutive samples reach full scale.
        public let isClipped: Bool
    }

    /// One channel in one time cell.
    struct Cell: Sendable, Hashable {
        var minimum = Float.infinity
        var maximum = -Float.infinity
        /// The sum of the squared samples.
        var energy = 0.0
        var isClipped = false

        mutating func join(_ other: Cell) {
            minimum = min(minimum, other.minimum)
            maximum = max(maximum, other.maximum)
            energy += other.energy
            isClipped = isClipped || other.isClipped
        }
    }

    /// The sample rate, in Hz.
    public let sampleRate: Int
    /// The number of samples per channel.
    public let frameCount: Int
    private let cells: TimeCells
    private let channels: [[Cell]]

    init(sampleRate: Int, frameCount: Int, cells: TimeCells, channels: [[Cell]]) {
        self.sampleRate = sampleRate
        self.frameCount = frameCount
        self.cells = cells
        self.channels = channels
    }

    /// Computes the envelope of a decoded recording.
    ///
    /// - Parameters:
    ///   - recording: The recording.
    ///   - columnCount: The number of columns for which ``columns(_:channel:)`` is exact, up to 65 536.
    public init(of recording: Recording, columnCount: Int = 1 << 16) {
        var meter = WaveformMeter(
            sampleRate: recording.sampleRate, channelCount: recording.channelCount, columnCount: columnCount,
            expectedFrameCount: recording.frameCount)
        meter.add(recording.planes)
        self = meter.finish()
    }

    /// The number of channels.
    public var channelCount: Int { channels.count }

    /// Returns the envelope of a channel in `count` columns; column i covers frames `⌊i·n/count⌋ ..<
    /// ⌊(i+1)·n/count⌋` of n, but at least one.
    ///
    /// Columns are exact if the meter was created with this column count and the actual frame count, or if there are at
    /// most twice as many frames as columns. Otherwise a column may extend past its ends by less than one of the
    /// meter's columns; no peak is lost.
    ///
    /// - Parameters:
    ///   - count: The number of columns.
    ///   - channel: The channel, numbered from 0; `nil` combines all channels.
    /// - Returns: An empty array if the recording has no frames or the channel does not exist.
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
