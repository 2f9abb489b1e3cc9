public import PerceptAudio
public import PerceptCore

extension SoundPicture {
    /// Creates an image of a recording before and after preparation, with one time axis and one frequency scale.
    ///
    /// The prepared recording is drawn at the times of the original; trimmed silence stays empty.
    ///
    /// - Parameters:
    ///   - before: The analysis of the recording.
    ///   - after: The analysis of the prepared recording.
    ///   - receipt: The receipt of the preparation.
    ///   - parts: The panels of each, from top to bottom.
    ///   - style: The style of the image.
    public init(
        before: SoundAnalysis, after: SoundAnalysis, receipt: TimeReceipt,
        parts: [SoundAnalysis.Part] = SoundAnalysis.Part.allCases, style: Style = Style()
    ) {
        func panels(_ analysis: SoundAnalysis, _ start: Double, _ name: String) -> [Panel] {
            let channels = analysis.channelCount == 1 ? "1 channel" : "\(analysis.channelCount) channels"
            let caption = "\(name): \(analysis.sampleRate) Hz, \(channels)"
            return parts.enumerated().map { index, part in
                Panel(part, of: analysis, start: start, caption: index == 0 ? caption : nil)
            }
        }
        self.init(panels(before, 0, "before") + panels(after, receipt.sourceStart, "after"), style: style)
    }

    /// Analyzes a recording and its prepared version and draws them below one another.
    ///
    /// - Parameters:
    ///   - source: The recording.
    ///   - prepared: The prepared recording.
    ///   - receipt: The receipt of the preparation.
    ///   - reading: Options for reading `source` if its contents do not describe themselves.
    ///   - style: The style of the image.
    ///   - limits: The resource limits for both.
    /// - Throws: `MediaError` as `RecordingReader` does.
    public static func comparing(
        _ source: MediaSource, with prepared: MediaSource, receipt: TimeReceipt,
        reading: ReadingOptions = ReadingOptions(), style: Style = Style(), limits: ResourceLimits = .default
    ) async throws -> SoundPicture {
        let columnCount = style.columnCount()
        let before = try await SoundAnalysis.analyzing(
            source, reading: reading, columnCount: columnCount, limits: limits)
        let after = try await SoundAnalysis.analyzing(prepared, columnCount: columnCount, limits: limits)
        return SoundPicture(before: before, after: after, receipt: receipt, style: style)
    }
}
