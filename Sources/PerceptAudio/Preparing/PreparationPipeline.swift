public import PerceptCore

extension AudioPreparation {
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
        try prepare(.encoded(source), limits, progress) { header throws(MediaError) in
            try writer(limits, header)
        }
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
        try prepare(.encoded(source), toFile: path, limits, progress)
    }

    /// Prepares decoded samples in memory.
    ///
    /// - Throws: The errors of ``prepare(_:limits:progress:)``; also `.malformedInput` for samples that are NaN or
    ///   infinite.
    public func prepare(
        _ recording: Recording, limits: ResourceLimits = .default
    ) throws(MediaError) -> PreparedAudio {
        try recording.checkSamples(of: RecordingInput.decodedName)
        return try prepare(.decoded(recording), limits) { header throws(MediaError) in
            try writer(limits, header)
        }
    }

    func prepare(
        _ input: RecordingInput, toFile path: String, _ limits: ResourceLimits, _ progress: ((Double) -> Void)? = nil
    ) throws(MediaError) -> PreparedAudio {
        try prepare(input, limits, progress) { header throws(MediaError) in
            try RecordingWriter(
                toFile: path, protecting: input.path.map { [$0] } ?? [], byteLimit: maximumByteCount ?? .max,
                encoding: encoding, sampleRate: sampleRate ?? header.sampleRate,
                channelCount: channelCount(for: header.channels))
        }
    }

    private func prepare(
        _ input: RecordingInput, _ limits: ResourceLimits, _ progress: ((Double) -> Void)? = nil,
        to makeWriter: (RecordingHeader) throws(MediaError) -> RecordingWriter
    ) throws(MediaError) -> PreparedAudio {
        let range = try uploadRange(of: input, limits)
        var pass = try PreparationPass<RecordingEncoder>(
            self, input, [range.frames], gain: range.gain, limits)
        let header = pass.reader.header
        let output = try RecordingEncoder(makeWriter(header))
        do throws(MediaError) {
            if let frameCount = range.sourceFrameCount ?? header.frameCount {
                try checkDuration(range.frames.clamped(to: 0..<frameCount).count, header.sampleRate, input.name)
            }
            let chain = try pass.next { _ throws(MediaError) in
                output
            } afterBlock: { framesRead, frameCount throws(MediaError) in
                try checkDuration(frameCount, header.sampleRate, input.name)
                if let progress, let total = header.frameCount, total > 0 {
                    progress(min(1, Double(framesRead) / Double(total)))
                }
            }
            if part != .whole, range.sourceFrameCount == nil, header.frameCount == nil { try pass.readToEnd() }
            let total = range.sourceFrameCount ?? max(header.frameCount ?? 0, pass.reader.framesRead)
            if part.offset > .zero, total > 0, range.frames.lowerBound >= total {
                throw MediaError.partAfterEnd(input.name, part, frameCount: total, sampleRate: header.sampleRate)
            }
            return try finish(
                chain, range,
                sourceFrameCount: part == .whole ? range.sourceFrameCount ?? pass.reader.framesRead : total,
                name: input.name, trackIndex: header.trackIndex, replacedSampleCount: pass.reader.replacedSampleCount,
                readingWarnings: pass.reader.warnings + partWarnings(total, header.sampleRate))
        } catch {
            // The partial file is removed before this returns, since the process may exit next.
            output.cancel()
            throw try explained(error, input, limits)
        }
    }

    /// The warnings about a part that reaches beyond the end of a recording.
    private func partWarnings(_ frameCount: Int, _ sampleRate: Int) -> [Warning] {
        guard let duration = part.duration else { return [] }
        let missing = (part.offset + duration) / .seconds(1) - Double(frameCount) / Double(sampleRate)
        guard missing * Double(sampleRate) >= 1 else { return [] }
        return ["the recording ends \((missing * 1000).rounded() / 1000) s before the end of the part"]
    }

    /// Returns a writer to memory, limited to what both the caller and the service allow.
    func writer(_ limits: ResourceLimits, _ header: RecordingHeader) throws(MediaError) -> RecordingWriter {
        try RecordingWriter(
            toMemory: min(limits.uploadByteCount, maximumByteCount ?? .max), encoding: encoding,
            sampleRate: sampleRate ?? header.sampleRate, channelCount: channelCount(for: header.channels))
    }

    func channelCount(for layout: ChannelLayout) -> Int {
        channels == .keep ? layout.count : 1
    }

    func finish(
        _ chain: consuming PreparationChain<RecordingEncoder>?, _ range: UploadRange,
        sourceFrameCount: Int, name: String, trackIndex: Int?,
        replacedSampleCount: Int = 0, readingWarnings: [Warning] = []
    ) throws(MediaError) -> PreparedAudio {
        guard let chain, chain.frameCount > 0 else { throw .noAudio(in: name) }
        let warnings = chain.warnings
        let (sourceRate, sourceChannelCount, frameCount) = (chain.sampleRate, chain.channelCount, chain.frameCount)
        let pickedChannel = chain.selection.index
        let summary = try chain.finish().finish()
        let source = TimeReceipt.Side(
            sampleRate: sourceRate, channelCount: sourceChannelCount, frameCount: sourceFrameCount)
        let upload = TimeReceipt.Side(
            sampleRate: sampleRate ?? sourceRate, channelCount: channels == .keep ? sourceChannelCount : 1,
            frameCount: summary.frameCount)
        let start = range.frames.lowerBound
        let receipt = TimeReceipt(
            source: source, upload: upload, sourceStartFrame: start, sourceEndFrame: start + frameCount,
            sourceChannelIndex: pickedChannel, sourceTrackIndex: trackIndex, gain: Double(range.gain),
            clampedSampleCount: summary.clampedSampleCount, replacedSampleCount: replacedSampleCount)
        return PreparedAudio(
            bytes: summary.bytes, byteCount: summary.byteCount, mediaType: encoding.container.mediaType,
            receipt: receipt, warnings: readingWarnings + warnings + Self.clampingWarnings(summary))
    }

    private static func clampingWarnings(_ summary: RecordingWriter.Summary) -> [Warning] {
        guard summary.clampedSampleCount > 0 else { return [] }
        return ["\(summary.clampedSampleCount) samples exceeded full scale and were clamped"]
    }
}

/// Encodes blocks on a background thread, so that preparing and encoding samples run in parallel.
///
/// Not the worker itself: Swift 6.3.1 finds no metadata of a generic type with `SerialWorker<RecordingWriter>`.
final class RecordingEncoder: SampleSink {
    private let worker: SerialWorker<RecordingWriter>

    init(_ writer: consuming sending RecordingWriter) {
        worker = SerialWorker("encoding", capacity: 16, writer)
    }

    func write(_ planes: [[Float]]) throws(MediaError) {
        // The resampler returns nothing for most blocks, since its own are longer.
        guard planes.first?.isEmpty == false else { return }
        try worker.submit { writer throws(MediaError) in try writer.write(planes) }
    }

    func finish() throws(MediaError) -> RecordingWriter.Summary {
        try worker.finish { writer throws(MediaError) in try writer.finish() }
    }

    func cancel() { worker.cancel() }
}

extension MediaError {
    static func noAudio(in name: String) -> MediaError {
        MediaError(
            .malformedInput, source: name, problem: "contains no audio (0 frames)", remedy: "record or export it again")
    }
}
