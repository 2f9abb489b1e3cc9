public import PerceptCore

/// What an endpoint wants of a recording, and how it is made.
///
/// Samples are mixed first, then resampled, then rounded, all of it block by block: memory does not grow with the length.
/// Encoding goes on beside that, on a second thread.
public struct AudioPreparation: Sendable, Hashable {
    public enum Channels: String, Sendable, Hashable, Codable, CaseIterable {
        /// Mixed into one by ``MonoMixer``.
        case mono
        case keep
    }

    /// Frames per second of the result, in Hz; `nil` keeps the source's.
    public var sampleRate: Int?
    public var channels: Channels
    public var encoding: AudioEncoding
    public var resampling: ResamplingQuality

    public init(
        sampleRate: Int? = 16_000, channels: Channels = .mono, encoding: AudioEncoding = .flac16,
        resampling: ResamplingQuality = .standard
    ) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.encoding = encoding
        self.resampling = resampling
    }

    /// Prepares a recording into memory, at most `limits.uploadByteCount` bytes.
    ///
    /// - Parameter progress: told the finished fraction, 0…1, between blocks, where the length is known.
    /// - Throws: ``MediaError`` as ``RecordingReader``, ``Resampler`` and ``RecordingWriter`` do; `.malformedInput` for a
    ///   recording without a single frame.
    public func prepare(
        _ source: MediaSource, limits: ResourceLimits = .default, progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedAudio {
        var reader = try RecordingReader(source, limits: limits)
        let writer = try RecordingWriter(
            toMemory: limits.uploadByteCount, encoding: encoding, sampleRate: sampleRate ?? reader.header.sampleRate,
            channelCount: channelCount(for: reader.header.channels))
        return try run(&reader, EncodingLane(writer), source.name, progress)
    }

    /// Prepares a recording into a file, which appears whole or not at all.
    ///
    /// - Returns: what was written; its `bytes` are empty.
    /// - Throws: as ``prepare(_:limits:progress:)``; `.invalidArgument` when `path` is the source itself,
    ///   `.outputNotCreatable` and `.inputOutput` for the file.
    public func prepare(
        _ source: MediaSource, toFile path: String, limits: ResourceLimits = .default,
        progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedAudio {
        var reader = try RecordingReader(source, limits: limits)
        let writer = try RecordingWriter(
            toFile: path, protecting: source.path.map { [$0] } ?? [], encoding: encoding,
            sampleRate: sampleRate ?? reader.header.sampleRate, channelCount: channelCount(for: reader.header.channels))
        return try run(&reader, EncodingLane(writer), source.name, progress)
    }

    /// Prepares decoded samples into memory.
    public func prepare(
        _ recording: Recording, limits: ResourceLimits = .default
    ) throws(MediaError) -> PreparedAudio {
        let writer = try RecordingWriter(
            toMemory: limits.uploadByteCount, encoding: encoding, sampleRate: sampleRate ?? recording.sampleRate,
            channelCount: channelCount(for: recording.channels))
        var chain = try Chain(
            self, sampleRate: recording.sampleRate, channels: recording.channels, output: EncodingLane(writer))
        try chain.process(recording.planes)
        return try finish(chain, name: "the recording")
    }

    private func channelCount(for layout: ChannelLayout) -> Int {
        channels == .mono ? 1 : layout.count
    }

    private func run(
        _ reader: inout RecordingReader, _ output: EncodingLane, _ name: String,
        _ progress: ((Double) -> Void)?
    ) throws(MediaError) -> PreparedAudio {
        var chain = try Chain(
            self, sampleRate: reader.header.sampleRate, channels: reader.header.channels, output: output)
        while let block = try reader.readBlock() {
            try MediaError.checkCancellation()
            try chain.process(block.planes)
            if let progress, let total = reader.header.frameCount, total > 0 {
                progress(min(1, Double(reader.framesRead) / Double(total)))
            }
        }
        return try finish(chain, name: name)
    }

    private func finish(
        _ chain: consuming Chain, name: String
    ) throws(MediaError) -> PreparedAudio {
        let (source, warnings) = (chain.source, chain.warnings)
        guard source.frameCount > 0 else {
            throw MediaError(
                .malformedInput, source: name, problem: "holds no sound: 0 frames", remedy: "record or export it again")
        }
        let summary = try chain.finish()
        let upload = TimeReceipt.Side(
            sampleRate: sampleRate ?? source.sampleRate, channelCount: channels == .mono ? 1 : source.channelCount,
            frameCount: summary.frameCount)
        let receipt = TimeReceipt(source: source, upload: upload, clampedSampleCount: summary.clampedSampleCount)
        return PreparedAudio(
            bytes: summary.bytes, byteCount: summary.byteCount, mediaType: encoding.container.mediaType,
            receipt: receipt,
            warnings: warnings + Self.clampingWarnings(summary))
    }

    private static func clampingWarnings(_ summary: RecordingWriter.Summary) -> [String] {
        guard summary.clampedSampleCount > 0 else { return [] }
        return ["\(summary.clampedSampleCount) samples lay beyond full scale and were clamped"]
    }
}

/// Mixing, resampling and encoding in a row, with what they need to remember between blocks.
private struct Chain {
    private let output: EncodingLane
    private let mixer: MonoMixer?
    private var phase: PhaseMeter
    private var resamplers: [Resampler]
    private let sampleRate: Int
    private let channelCount: Int
    private var frameCount = 0

    init(
        _ preparation: AudioPreparation, sampleRate: Int, channels: ChannelLayout, output: EncodingLane
    ) throws(MediaError) {
        self.output = output
        mixer = preparation.channels == .mono && channels.count > 1 ? MonoMixer(channels) : nil
        phase = PhaseMeter(channels)
        self.sampleRate = sampleRate
        channelCount = channels.count
        resamplers = []
        guard let target = preparation.sampleRate, target != sampleRate else { return }
        let resampler = try Resampler(from: sampleRate, to: target, quality: preparation.resampling)
        resamplers = Array(repeating: resampler, count: preparation.channels == .mono ? 1 : channels.count)
    }

    mutating func process(_ planes: [[Float]]) throws(MediaError) {
        frameCount += planes.first?.count ?? 0
        var planes = planes
        if let mixer {
            phase.add(planes)
            planes = [mixer.mix(planes)]
        }
        if !resamplers.isEmpty {
            for index in planes.indices { planes[index] = resamplers[index].process(planes[index]) }
        }
        try output.write(planes)
    }

    mutating func finish() throws(MediaError) -> RecordingWriter.Summary {
        if !resamplers.isEmpty { try output.write(resamplers.indices.map { resamplers[$0].finish() }) }
        return try output.finish()
    }

    var source: TimeReceipt.Side {
        TimeReceipt.Side(sampleRate: sampleRate, channelCount: channelCount, frameCount: frameCount)
    }

    var warnings: [String] {
        guard mixer != nil, let correlation = phase.correlation, correlation < PhaseMeter.cancellationThreshold else {
            return []
        }
        let hundredths = Int((-correlation * 100).rounded())
        return [
            "left and right are out of phase (correlation −\(hundredths / 100).\(String(100 + hundredths % 100).dropFirst())): "
                + "mixed into one channel they cancel; keep the channels, or send one of them"
        ]
    }
}
