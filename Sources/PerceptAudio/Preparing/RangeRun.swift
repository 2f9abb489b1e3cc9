import PerceptCore

/// Prepares several ranges of a recording in a single pass.
///
/// The ranges may overlap: a block goes to every range that contains it, so nothing has to be kept or read again.
struct RangeRun<Output: SampleSink>: ~Copyable {
    private struct Part {
        let frames: Range<Int>
        var chain: Chain<Output>
    }

    private let preparation: AudioPreparation
    private let ranges: [Range<Int>]
    private let gain: Float
    private let name: String
    private var blocks: BlockReader
    /// The open ranges, in the order of both their starts and their ends.
    private var open: [Part] = []
    private var nextRange = 0
    private var isAtEnd = false

    init(
        _ preparation: AudioPreparation, _ input: AudioSource, _ ranges: [Range<Int>], gain: Float,
        _ limits: ResourceLimits
    ) throws(MediaError) {
        self.preparation = preparation
        self.ranges = ranges
        self.gain = gain
        name = input.name
        blocks = try input.open(limits, preparation.reading)
    }

    /// Returns the chain of the next range with all of its samples processed but not finished; `nil` after the last
    /// range.
    ///
    /// - Parameter makeOutput: Returns the destination for the samples of a range; called when its first sample
    ///   arrives.
    mutating func next(
        _ makeOutput: (_ sampleRate: Int, _ channels: ChannelLayout) throws(MediaError) -> Output
    ) throws(MediaError) -> Chain<Output>? {
        while true {
            if let first = open.first, isAtEnd || blocks.framesRead >= first.frames.upperBound {
                return open.removeFirst().chain
            }
            guard !isAtEnd, nextRange < ranges.count || !open.isEmpty else { return nil }
            try MediaError.checkCancellation()
            guard let block = try blocks.readBlock() else {
                isAtEnd = true
                continue
            }
            let start = blocks.framesRead - block.frameCount
            while nextRange < ranges.count, ranges[nextRange].lowerBound < blocks.framesRead {
                open.append(
                    Part(
                        frames: ranges[nextRange],
                        chain: try Chain(
                            preparation, sampleRate: blocks.sampleRate, channels: blocks.channels, gain: gain,
                            name: name, output: makeOutput(blocks.sampleRate, blocks.channels))))
                nextRange += 1
            }
            for index in open.indices {
                try open[index].chain.process(block.planes(in: open[index].frames, startingAt: start))
            }
        }
    }
}
