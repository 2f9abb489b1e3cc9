public import PerceptCore

/// The format an endpoint expects for a recording, and the conversion into it.
///
/// Samples are mixed first (or one channel is picked), then resampled, then rounded, block by block: memory does not
/// grow with the length. A second thread encodes at the same time.
public struct AudioPreparation: Sendable, Hashable {
    /// The channels of the upload.
    public enum Channels: Sendable, Hashable {
        /// All channels mixed into one by ``MonoMixer``.
        case mono
        /// All channels of the source.
        case keep
        /// One channel, unchanged, without the others: a voice that has a channel to itself. Silence is judged by this
        /// channel alone.
        case single(ChannelChoice)
    }

    /// The sample rate of the upload, in Hz; `nil` keeps the source's.
    public var sampleRate: Int?
    /// The channels of the upload.
    public var channels: Channels
    /// The encoding of the upload.
    public var encoding: AudioEncoding
    /// The quality of resampling, if the rate changes.
    public var resampling: ResamplingQuality
    /// The silence to leave out before the first and after the last sound; `nil` keeps all of it.
    ///
    /// With trimming, the source is read twice.
    public var trimming: SilenceTrimming?
    /// The magnitude to which the largest sample is scaled, above 0 and up to 1 (full scale); `nil` leaves the level
    /// unchanged.
    ///
    /// One gain, ``TimeReceipt/gain``, applies to the whole recording. There is no limiter, so nothing is distorted.
    /// The source is read once more to find the peak.
    public var normalizedPeak: Double?
    /// The maximum number of bytes of the upload; exceeding it is an error.
    public var maximumByteCount: Int?
    /// The maximum duration of the upload in seconds; exceeding it is an error.
    public var maximumDuration: Double?
    /// Options for reading the source.
    public var reading: ReadingOptions

    /// Creates a preparation; the default is 16 kHz, mono, 16-bit FLAC.
    public init(
        sampleRate: Int? = 16_000, channels: Channels = .mono, encoding: AudioEncoding = .flac16,
        resampling: ResamplingQuality = .standard, trimming: SilenceTrimming? = nil, normalizedPeak: Double? = nil,
        maximumByteCount: Int? = nil, maximumDuration: Double? = nil, reading: ReadingOptions = ReadingOptions()
    ) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.encoding = encoding
        self.resampling = resampling
        self.trimming = trimming
        self.normalizedPeak = normalizedPeak
        self.maximumByteCount = maximumByteCount
        self.maximumDuration = maximumDuration
        self.reading = reading
    }

    /// Prepares a recording in memory, using at most `limits.uploadByteCount` bytes.
    ///
    /// - Parameters:
    ///   - source: The recording.
    ///   - limits: The limits for the source and the upload.
    ///   - progress: Receives the finished fraction, 0…1, between blocks, if the length is known.
    /// - Throws: `MediaError` as ``RecordingReader``, ``Resampler`` and ``RecordingWriter`` do; `.malformedInput` for a
    ///   recording without any frames.
    public func prepare(
        _ source: MediaSource, limits: ResourceLimits = .default, progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedAudio {
        let passage = try passage(of: .source(source), limits)
        var reader = try RecordingReader(source, options: reading, limits: limits)
        let writer = try writer(limits, reader.header.sampleRate, reader.header.channels)
        return try run(&reader, EncodingLane(writer), source, passage, limits, progress)
    }

    /// Prepares a recording and writes it to a file, which appears complete or not at all.
    ///
    /// - Returns: The receipt and the properties of the file; `bytes` is empty.
    /// - Throws: The errors of ``prepare(_:limits:progress:)``; `.invalidArgument` if `path` is the source itself;
    ///   `.outputNotCreatable` and `.inputOutput` for the file.
    public func prepare(
        _ source: MediaSource, toFile path: String, limits: ResourceLimits = .default,
        progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedAudio {
        let passage = try passage(of: .source(source), limits)
        var reader = try RecordingReader(source, options: reading, limits: limits)
        let writer = try RecordingWriter(
            toFile: path, protecting: source.path.map { [$0] } ?? [], byteLimit: maximumByteCount ?? .max,
            encoding: encoding, sampleRate: sampleRate ?? reader.header.sampleRate,
            channelCount: channelCount(for: reader.header.channels))
        return try run(&reader, EncodingLane(writer), source, passage, limits, progress)
    }

    /// Prepares decoded samples in memory.
    ///
    /// - Throws: The errors of ``prepare(_:limits:progress:)``; also `.malformedInput` for samples that are NaN or
    ///   infinite.
    public func prepare(
        _ recording: Recording, limits: ResourceLimits = .default
    ) throws(MediaError) -> PreparedAudio {
        try recording.checkSamples(of: "the recording")
        let passage = try passage(of: .recording(recording), limits)
        let writer = try writer(limits, recording.sampleRate, recording.channels)
        var chain = try Chain(
            self, sampleRate: recording.sampleRate, channels: recording.channels, gain: passage.gain,
            name: "the recording", output: EncodingLane(writer))
        do throws(MediaError) {
            try chain.process(recording.planes(in: passage.frames, startingAt: 0))
            try checkDuration(chain.frameCount, recording.sampleRate, "the recording")
            return try finish(chain, passage, sourceFrameCount: recording.frameCount, name: "the recording")
        } catch {
            throw try explained(error, .recording(recording), limits)
        }
    }

    /// Returns a writer to memory, limited to what both the caller and the service allow.
    func writer(_ limits: ResourceLimits, _ sourceRate: Int, _ layout: ChannelLayout) throws(MediaError)
        -> RecordingWriter
    {
        try RecordingWriter(
            toMemory: min(limits.uploadByteCount, maximumByteCount ?? .max), encoding: encoding,
            sampleRate: sampleRate ?? sourceRate, channelCount: channelCount(for: layout))
    }

    func channelCount(for layout: ChannelLayout) -> Int {
        channels == .keep ? layout.count : 1
    }

    private func run(
        _ reader: inout RecordingReader, _ output: EncodingLane, _ source: MediaSource, _ passage: Passage,
        _ limits: ResourceLimits, _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedAudio {
        let header = reader.header
        let expected = (passage.sourceFrameCount ?? header.frameCount).map { passage.frames.clamped(to: 0..<$0).count }
        var chain = try Chain(
            self, sampleRate: header.sampleRate, channels: header.channels, gain: passage.gain,
            name: source.name, output: output)
        do throws(MediaError) {
            if let expected { try checkDuration(expected, header.sampleRate, source.name) }
            while reader.framesRead < passage.frames.upperBound, let block = try reader.readBlock() {
                try MediaError.checkCancellation()
                try chain.process(
                    block.planes(in: passage.frames, startingAt: reader.framesRead - block.frameCount))
                try checkDuration(chain.frameCount, header.sampleRate, source.name)
                if let progress, let total = header.frameCount, total > 0 {
                    progress(min(1, Double(reader.framesRead) / Double(total)))
                }
            }
            return try finish(
                chain, passage, sourceFrameCount: passage.sourceFrameCount ?? reader.framesRead, name: source.name,
                replacedSampleCount: reader.replacedSampleCount, readingWarnings: reader.warnings)
        } catch {
            output.abandon()
            throw try explained(error, .source(source), limits)
        }
    }

    func finish(
        _ chain: Chain<EncodingLane>, _ passage: Passage, sourceFrameCount: Int, name: String,
        replacedSampleCount: Int = 0, readingWarnings: [String] = []
    ) throws(MediaError) -> PreparedAudio {
        let warnings = chain.warnings
        guard chain.frameCount > 0 else {
            throw MediaError(
                .malformedInput, source: name, problem: "contains no audio (0 frames)",
                remedy: "record or export it again")
        }
        let (sourceRate, sourceChannelCount, frameCount) = (chain.sampleRate, chain.channelCount, chain.frameCount)
        let pickedChannel = chain.selection.index
        let summary = try chain.finish().finish()
        let source = TimeReceipt.Side(
            sampleRate: sourceRate, channelCount: sourceChannelCount, frameCount: sourceFrameCount)
        let upload = TimeReceipt.Side(
            sampleRate: sampleRate ?? sourceRate, channelCount: channels == .keep ? sourceChannelCount : 1,
            frameCount: summary.frameCount)
        let start = passage.frames.lowerBound
        let receipt = TimeReceipt(
            source: source, upload: upload, sourceStartFrame: start, sourceEndFrame: start + frameCount,
            sourceChannelIndex: pickedChannel, gain: Double(passage.gain),
            clampedSampleCount: summary.clampedSampleCount, replacedSampleCount: replacedSampleCount)
        return PreparedAudio(
            bytes: summary.bytes, byteCount: summary.byteCount, mediaType: encoding.container.mediaType,
            receipt: receipt,
            warnings: readingWarnings + warnings + Self.clampingWarnings(summary))
    }

    private static func clampingWarnings(_ summary: RecordingWriter.Summary) -> [String] {
        guard summary.clampedSampleCount > 0 else { return [] }
        return ["\(summary.clampedSampleCount) samples exceeded full scale and were clamped"]
    }
}

/// The channels that are sent or mixed: one, or all of them.
struct ChannelSelection {
    /// The index of the one channel; `nil` for all.
    let index: Int?
    /// The number of selected channels.
    let channelCount: Int

    func planes(_ planes: [[Float]]) -> [[Float]] {
        guard let index else { return planes }
        return planes.indices.contains(index) ? [planes[index]] : []
    }
}

extension AudioPreparation {
    /// Returns the selected channels of `layout`.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if `layout` does not have the picked channel.
    func selection(from layout: ChannelLayout, of name: String) throws(MediaError) -> ChannelSelection {
        guard case .single(let choice) = channels else {
            return ChannelSelection(index: nil, channelCount: layout.count)
        }
        return ChannelSelection(index: try choice.index(in: layout, of: name), channelCount: 1)
    }
}

/// A destination for the samples that a ``Chain`` produces.
protocol SampleSink {
    mutating func write(_ planes: [[Float]]) throws(MediaError)
}

extension EncodingLane: SampleSink {}

/// Mixing and resampling in sequence, with the state kept between blocks.
struct Chain<Output: SampleSink> {
    private var output: Output
    private let mixer: MonoMixer?
    let selection: ChannelSelection
    private var phase: PhaseMeter
    private var resamplers: [Resampler]
    private let gain: Float
    /// The number of frames resampled at a time: a whole block of a slow source at a high rate could take gigabytes.
    private let pieceLength: Int
    let sampleRate: Int
    let channelCount: Int
    /// The number of source frames processed so far.
    private(set) var frameCount = 0

    /// The maximum number of frames that one piece may become.
    private static var largestPiece: Int { 1 << 16 }

    init(
        _ preparation: AudioPreparation, sampleRate: Int, channels: ChannelLayout, gain: Float, name: String,
        output: Output
    ) throws(MediaError) {
        self.output = output
        self.gain = gain
        selection = try preparation.selection(from: channels, of: name)
        mixer = preparation.channels == .mono && channels.count > 1 ? MonoMixer(channels) : nil
        phase = PhaseMeter(channels)
        self.sampleRate = sampleRate
        channelCount = channels.count
        pieceLength = max(1, Self.largestPiece * sampleRate / max(preparation.sampleRate ?? sampleRate, sampleRate))
        resamplers = []
        guard let target = preparation.sampleRate, target != sampleRate else { return }
        let resampler = try Resampler(from: sampleRate, to: target, quality: preparation.resampling)
        resamplers = Array(repeating: resampler, count: preparation.channelCount(for: channels))
    }

    mutating func process(_ planes: [[Float]]) throws(MediaError) {
        let blockLength = planes.first?.count ?? 0
        guard blockLength > pieceLength else { return try processPiece(planes) }
        for start in stride(from: 0, to: blockLength, by: pieceLength) {
            try MediaError.checkCancellation()
            try processPiece(planes.map { Array($0[start..<min(start + pieceLength, blockLength)]) })
        }
    }

    private mutating func processPiece(_ planes: [[Float]]) throws(MediaError) {
        frameCount += planes.first?.count ?? 0
        var planes = selection.planes(planes)
        if let mixer {
            phase.add(planes)
            planes = [mixer.mix(planes)]
        }
        if !resamplers.isEmpty {
            for index in planes.indices { planes[index] = resamplers[index].process(planes[index]) }
        }
        try deliver(planes)
    }

    /// Delivers the samples still in the resamplers and returns the output.
    consuming func finish() throws(MediaError) -> Output {
        while !resamplers.isEmpty {
            var pieces: [[Float]] = []
            for index in resamplers.indices {
                // All have processed the same number of frames, so the pieces have the same length.
                guard let piece = resamplers[index].finishPiece() else { return output }
                pieces.append(piece)
            }
            try MediaError.checkCancellation()
            try deliver(pieces)
        }
        return output
    }

    private mutating func deliver(_ planes: [[Float]]) throws(MediaError) {
        guard gain != 1 else { return try output.write(planes) }
        try output.write(planes.map { plane in plane.map { $0 * gain } })
    }

    var warnings: [String] {
        guard mixer != nil, let correlation = phase.correlation, correlation < PhaseMeter.cancellationThreshold else {
            return []
        }
        let hundredths = Int((-correlation * 100).rounded())
        return [
            "left and right are out of phase (correlation −\(hundredths / 100).\(String(100 + hundredths % 100).dropFirst())): "
                + "mixed into one channel they cancel; keep all channels, or send only one of them "
                + "(pickedChannel)"
        ]
    }
}
