import PerceptCore

extension AudioPreparation {
    /// Throws if the duration exceeds ``maximumDuration``.
    func checkDuration(_ frameCount: Int, _ sourceRate: Int, _ name: String) throws(MediaError) {
        guard let maximumDuration, Double(frameCount) > maximumDuration * Double(sourceRate) else { return }
        let seconds = (Double(frameCount) / Double(sourceRate) * 10).rounded(.up) / 10
        throw MediaError(
            .limitExceeded, source: name,
            problem: "lasts \(seconds) s or more, longer than the \(maximumDuration) s allowed",
            remedy: "cut it, or send it in chunks of at most \(maximumDuration) s", parameter: .chunking,
            limit: MediaError.Limit(.maximumDuration, value: maximumDuration))
    }

    /// Returns an error that states the actual size of an upload that exceeds ``maximumByteCount``; other errors are
    /// returned unchanged.
    ///
    /// The recording is encoded once more to determine the size: an error may take time.
    func explained(
        _ error: MediaError, _ input: RecordingInput, _ limits: ResourceLimits
    ) throws(MediaError) -> MediaError {
        guard error.kind == .limitExceeded, error.source != input.name, let maximumByteCount else { return error }
        var unlimited = self
        unlimited.maximumByteCount = nil
        let size = try unlimited.prepare(input, toFile: "/dev/null", limits).byteCount
        // The container's own limit was exceeded instead.
        guard size > maximumByteCount else { return error }
        return MediaError(
            .limitExceeded, source: input.name,
            problem:
                "is \(size) bytes as \(encoding.container.mediaType.name), more than the \(maximumByteCount) allowed",
            remedy: "\(smallerUploadRemedy), or \(chunkRemedy(size, of: input, limits))", parameter: .chunking,
            limit: MediaError.Limit(.maximumByteCount, value: Double(maximumByteCount)))
    }

    /// Suggests a chunk length that fits if the recording is equally dense throughout, less a tenth as a margin.
    private func chunkRemedy(_ size: Int, of input: RecordingInput, _ limits: ResourceLimits) -> String {
        let general = "send it in chunks"
        guard let maximumByteCount, case .encoded(let source) = input,
            let duration = try? RecordingReader(source, options: reading, limits: limits).header.duration
        else { return general }
        let seconds = (duration * Double(maximumByteCount) / Double(size) * 0.9).rounded(.down)
        guard seconds >= 2, seconds < 1e6 else { return general }
        return "send it in chunks of at most \(Int(seconds)) s"
    }

    private var smallerUploadRemedy: String {
        if encoding.container == .wav { return "send FLAC, which is about half as large" }
        if encoding.sampleFormat != .s16 { return "send 16 bits per sample" }
        if channels == .keep { return "mix it into one channel" }
        if sampleRate.map({ $0 > 16_000 }) ?? true { return "lower the sample rate to 16000 Hz" }
        return "lower the sample rate to 8000 Hz, trim silence"
    }
}
