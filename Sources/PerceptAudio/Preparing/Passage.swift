import PerceptCore

/// The part of a recording that is sent, and the gain applied to it.
struct Passage {
    /// The frames of the source; the upper bound is `Int.max` if the end is not known beforehand.
    var frames: Range<Int>
    var gain: Float
    /// The frame count of the source; `nil` if it was not read beforehand.
    var sourceFrameCount: Int?

    static let whole = Passage(frames: 0..<Int.max, gain: 1, sourceFrameCount: nil)
}

extension AudioPreparation {
    /// Determines what must be known before the first sample can be sent, reading the source as often as needed.
    ///
    /// - Throws: `MediaError` as ``RecordingReader`` does; `.malformedInput` for a recording that is entirely silent;
    ///   `.invalidArgument` for a peak or margin that is out of range.
    func passage(of input: AudioSource, _ limits: ResourceLimits) throws(MediaError) -> Passage {
        var passage = Passage.whole
        if let trimming {
            passage = try soundingPassage(of: input, trimming, limits)
        }
        if normalizedPeak != nil { passage.gain = try normalizingGain(for: [passage.frames], of: input, limits) }
        return passage
    }

    private func soundingPassage(
        of input: AudioSource, _ trimming: SilenceTrimming, _ limits: ResourceLimits
    ) throws(MediaError) -> Passage {
        try trimming.check()
        var blocks = try input.open(limits, reading)
        let selection = try selection(from: blocks.channels, of: input.name)
        var windows = EnergyWindows(sampleRate: blocks.sampleRate, channelCount: selection.channelCount)
        var sound = SoundRange(trimming)
        while let block = try blocks.readBlock() {
            try MediaError.checkCancellation()
            windows.add(selection.planes(block.planes)) { sound.add($0) }
        }
        windows.finish { sound.add($0) }
        guard
            let frames = sound.frames(
                windowLength: windows.windowLength, sampleRate: blocks.sampleRate, frameCount: blocks.framesRead)
        else { throw trimming.silenceError(input.name, frameCount: blocks.framesRead) }
        return Passage(frames: frames, gain: 1, sourceFrameCount: blocks.framesRead)
    }

    /// Returns the gain that brings the largest sample of the prepared `ranges` to ``normalizedPeak``; 1 for digital
    /// silence.
    ///
    /// The peak is measured after mixing and resampling, since resampling can raise it.
    func normalizingGain(
        for ranges: [Range<Int>], of input: AudioSource, _ limits: ResourceLimits
    ) throws(MediaError) -> Float {
        guard let normalizedPeak else { return 1 }
        guard normalizedPeak > 0, normalizedPeak <= 1 else {
            throw MediaError(
                .invalidArgument, problem: "invalid normalized peak \(normalizedPeak)",
                remedy: "choose a value above 0 and up to 1")
        }
        var run = try RangeRun<PeakMeter>(self, input, ranges, gain: 1, limits)
        var peak: Float = 0
        while let chain = try run.next({ _, _ throws(MediaError) in PeakMeter() }) {
            peak = max(peak, try chain.finish().peak)
        }
        let gain = Float(normalizedPeak) / peak
        // Digital silence, or a peak so small that the gain overflows.
        return gain.isFinite ? gain : 1
    }

    /// Throws if the duration exceeds ``maximumDuration``.
    func checkDuration(_ frameCount: Int, _ sourceRate: Int, _ name: String) throws(MediaError) {
        guard let maximumDuration, Double(frameCount) > maximumDuration * Double(sourceRate) else { return }
        let seconds = (Double(frameCount) / Double(sourceRate) * 10).rounded(.up) / 10
        throw MediaError(
            .limitExceeded, source: name,
            problem: "lasts \(seconds) s or more, longer than the \(maximumDuration) s allowed (maximumDuration)",
            remedy: "cut it, or transcribe it in chunks of at most \(maximumDuration) s (chunking)")
    }

    /// Returns an error that states the actual size of an upload that exceeds ``maximumByteCount``; other errors are
    /// returned unchanged.
    ///
    /// The recording is encoded once more to determine the size: an error may take time.
    func explained(
        _ error: MediaError, _ input: AudioSource, _ limits: ResourceLimits
    ) throws(MediaError) -> MediaError {
        guard error.kind == .limitExceeded, error.source != input.name, let maximumByteCount else { return error }
        var unlimited = self
        unlimited.maximumByteCount = nil
        let sink = "/dev/null"
        let size: Int
        switch input {
        case .source(let source):
            size = try unlimited.prepare(source, toFile: sink, limits: limits).byteCount
        case .recording(let recording):
            var limits = limits
            limits.uploadByteCount = .max
            size = try unlimited.prepare(recording, limits: limits).byteCount
        }
        // The container's own limit was exceeded instead.
        guard size > maximumByteCount else { return error }
        return MediaError(
            .limitExceeded, source: input.name,
            problem:
                "is \(size) bytes as \(encoding.container.mediaType.name), more than the \(maximumByteCount) allowed "
                + "(maximumByteCount)",
            remedy: "\(smallerUploadRemedy), or \(chunkRemedy(size, of: input, limits))")
    }

    /// Suggests a chunk length that fits if the recording is equally dense throughout, less a tenth as a margin.
    private func chunkRemedy(_ size: Int, of input: AudioSource, _ limits: ResourceLimits) -> String {
        let general = "transcribe it in chunks (chunking)"
        guard let maximumByteCount, case .source(let source) = input,
            let duration = try? RecordingReader(source, options: reading, limits: limits).header.duration
        else { return general }
        let seconds = (duration * Double(maximumByteCount) / Double(size) * 0.9).rounded(.down)
        guard seconds >= 2, seconds < 1e6 else { return general }
        return "transcribe it in chunks of at most \(Int(seconds)) s (chunking)"
    }

    private var smallerUploadRemedy: String {
        if encoding.container == .wav { return "send FLAC, which is about half as large" }
        if encoding.sampleFormat != .s16 { return "send 16 bits per sample" }
        if channels == .keep { return "mix it into one channel" }
        if sampleRate.map({ $0 > 16_000 }) ?? true { return "lower the sample rate to 16000 Hz" }
        return "lower the sample rate to 8000 Hz, trim silence"
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
        guard frameCount > 0 else {
            return MediaError(
                .malformedInput, source: name, problem: "contains no audio (0 frames)",
                remedy: "record or export it again")
        }
        return MediaError(
            .malformedInput, source: name, problem: "is entirely silent: nothing reaches \(threshold) dBFS",
            remedy: "check the recording, or leave silence trimming off (trimming)")
    }
}

/// Finds the largest magnitude and discards the samples.
struct PeakMeter: SampleSink {
    private(set) var peak: Float = 0

    mutating func write(_ planes: [[Float]]) throws(MediaError) {
        for plane in planes {
            plane.withUnsafeBufferPointer { samples in
                var lanes = SIMD8<Float>.zero
                var index = 0
                while index + 8 <= samples.count {
                    for lane in 0..<8 { lanes[lane] = max(lanes[lane], abs(samples[index + lane])) }
                    index += 8
                }
                peak = max(peak, lanes.max())
                for rest in index..<samples.count { peak = max(peak, abs(samples[rest])) }
            }
        }
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
