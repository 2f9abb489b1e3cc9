import PerceptCore

/// Goes once through a recording and makes of each of several ranges what an endpoint wants.
///
/// The ranges may overlap: where they do, a block goes to each of them, so that nothing has to be kept or read again.
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
    /// In the order of the ranges, which is that of their starts and of their ends.
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

    /// The chain of the next range, with all of its samples taken in but not finished; `nil` behind the last range.
    ///
    /// - Parameter makeOutput: what the samples of a range go to, made as the first of them comes.
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
