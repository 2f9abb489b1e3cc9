import PerceptCore

/// The part of a recording that is sent, and the gain applied to it.
struct UploadRange {
    /// The frames of the source; the upper bound is `Int.max` if the end is not known beforehand.
    var frames: Range<Int>
    var gain: Float
    /// The frame count of the source; `nil` if it was not read beforehand.
    var sourceFrameCount: Int?

    static let whole = UploadRange(frames: 0..<Int.max, gain: 1, sourceFrameCount: nil)
}

extension AudioPreparation {
    /// Determines what must be known before the first sample can be sent, reading the source as often as needed.
    ///
    /// - Throws: `MediaError` as ``RecordingReader`` does; `.malformedInput` for a recording that is entirely silent;
    ///   `.invalidArgument` for a peak or margin that is out of range.
    func uploadRange(of input: RecordingInput, _ limits: ResourceLimits) throws(MediaError) -> UploadRange {
        var range = UploadRange.whole
        if let trimming {
            range = try soundingRange(of: input, trimming, limits)
        } else if part != .whole {
            let header = try input.open(limits, reading).header
            range.frames = try part.frames(sampleRate: header.sampleRate, of: input.name)
        }
        if normalizedPeak != nil { range.gain = try normalizingGain(for: [range.frames], of: input, limits) }
        return range
    }

    private func soundingRange(
        of input: RecordingInput, _ trimming: SilenceTrimming, _ limits: ResourceLimits
    ) throws(MediaError) -> UploadRange {
        try trimming.check()
        var reader = try input.open(limits, reading)
        let wanted = try part.frames(sampleRate: reader.header.sampleRate, of: input.name)
        let selection = try selection(from: reader.header.channels, of: input.name)
        var windows = EnergyWindows(sampleRate: reader.header.sampleRate, channelCount: selection.channelCount)
        var sound = SoundRange(trimming)
        while let block = try reader.readBlock() {
            try MediaError.checkCancellation()
            let planes = block.planes(in: wanted, startingAt: reader.framesRead - block.frameCount)
            if planes.first?.isEmpty == false { windows.add(selection.planes(planes)) { sound.add($0) } }
        }
        windows.finish { sound.add($0) }
        let partFrameCount = wanted.clamped(to: 0..<reader.framesRead).count
        guard partFrameCount > 0 else {
            throw reader.framesRead == 0
                ? trimming.silenceError(input.name, frameCount: 0)
                : .partAfterEnd(
                    input.name, part, frameCount: reader.framesRead, sampleRate: reader.header.sampleRate)
        }
        guard
            let frames = sound.frames(
                windowLength: windows.windowLength, sampleRate: reader.header.sampleRate, frameCount: partFrameCount)
        else { throw trimming.silenceError(input.name, frameCount: partFrameCount) }
        let start = wanted.lowerBound
        return UploadRange(
            frames: start + frames.lowerBound..<start + frames.upperBound, gain: 1,
            sourceFrameCount: reader.framesRead)
    }
}

extension Recording {
    /// Returns the planes of the part that lies within `frames`, for a block whose first frame is `start`.
    func planes(in frames: Range<Int>, startingAt start: Int) -> [[Float]] {
        let part = frames.clamped(to: start..<start + frameCount)
        if part.count == frameCount { return planes }
        return planes.map { Array($0[(part.lowerBound - start)..<(part.upperBound - start)]) }
    }
}
