import PerceptCore

/// Prepares several ranges of a recording in a single pass.
///
/// The ranges may overlap: a block goes to every range that contains it, so nothing has to be kept or read again.
struct PreparationPass<Output: SampleSink>: ~Copyable {
    private struct Part {
        let frames: Range<Int>
        var chain: PreparationChain<Output>
    }

    private let preparation: AudioPreparation
    private let ranges: [Range<Int>]
    private let gain: Float
    private let name: String
    private(set) var reader: RecordingReader
    /// The open ranges, in the order of both their starts and their ends.
    private var open: [Part] = []
    private var nextRange = 0
    private var isAtEnd = false

    init(
        _ preparation: AudioPreparation, _ input: RecordingInput, _ ranges: [Range<Int>], gain: Float,
        _ limits: ResourceLimits
    ) throws(MediaError) {
        self.preparation = preparation
        self.ranges = ranges
        self.gain = gain
        name = input.name
        reader = try input.open(limits, preparation.reading)
    }

    /// Reads the rest of the recording without preparing it, so that its length is known.
    mutating func readToEnd() throws(MediaError) {
        while try reader.readBlock() != nil { try MediaError.checkCancellation() }
    }

    /// Returns the chain of the next range with all of its samples processed but not finished; `nil` after the last
    /// range.
    ///
    /// - Parameters:
    ///   - makeOutput: Returns the destination for the samples of a range; called when its first sample arrives.
    ///   - afterBlock: Receives the frames read so far, and those that the first open range has processed.
    mutating func next(
        _ makeOutput: (RecordingHeader) throws(MediaError) -> Output,
        afterBlock: (_ framesRead: Int, _ frameCount: Int) throws(MediaError) -> Void = { _, _ in }
    ) throws(MediaError) -> PreparationChain<Output>? {
        while true {
            if let first = open.first, isAtEnd || reader.framesRead >= first.frames.upperBound {
                return open.removeFirst().chain
            }
            guard !isAtEnd, nextRange < ranges.count || !open.isEmpty else { return nil }
            try MediaError.checkCancellation()
            guard let block = try reader.readBlock() else {
                isAtEnd = true
                continue
            }
            let start = reader.framesRead - block.frameCount
            while nextRange < ranges.count, ranges[nextRange].lowerBound < reader.framesRead {
                open.append(
                    Part(
                        frames: ranges[nextRange],
                        chain: try PreparationChain(
                            preparation, sampleRate: reader.header.sampleRate, channels: reader.header.channels,
                            gain: gain,
                            name: name, output: makeOutput(reader.header))))
                nextRange += 1
            }
            for index in open.indices {
                try open[index].chain.process(block.planes(in: open[index].frames, startingAt: start))
            }
            try afterBlock(reader.framesRead, open.first?.chain.frameCount ?? 0)
        }
    }
}
