public import PerceptAudio
public import PerceptCore

extension SoundPicture {
    /// A recording before and after it was prepared: the panels of both, one time axis, one scale of frequencies.
    ///
    /// What was made of the recording stands at the times of the recording; where silence was left out there is nothing.
    ///
    /// - Parameters:
    ///   - before: of the recording.
    ///   - after: of what was made of it.
    ///   - receipt: of the preparation.
    ///   - parts: shown of each, from top to bottom.
    ///   - style: how the picture looks.
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

    /// Reads a recording, and what was made of it, and puts them below one another.
    ///
    /// - Parameters:
    ///   - source: the recording.
    ///   - prepared: what was made of it.
    ///   - receipt: of the preparation.
    ///   - reading: how `source` is read, where its bytes alone do not tell.
    ///   - style: how the picture looks.
    ///   - limits: what neither may exceed.
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
