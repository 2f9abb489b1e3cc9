public import PerceptAudio
public import PerceptCore
public import PerceptImage

/// What a file holds, as far as it can be told without a model.
public enum MediaInspection: Sendable, Hashable {
    /// The frame count is what was decoded, whatever the header states; the warnings are `RecordingReader.warnings`.
    case recording(RecordingHeader, frameCount: Int, Levels, warnings: [String])
    /// The sample range is that of an image with 16 bits per channel; the warnings are those of reading all pixels leniently,
    /// and what preparing the image as it is usually done would be warned of.
    case picture(ImageHeader, sampleRange: SampleRange?, warnings: [String])

    /// Looks at `source`: a recording or picture is decoded to its end; damage is a warning.
    ///
    /// - Parameters:
    ///   - source: the recording or picture.
    ///   - reading: how a recording is read, where its bytes alone do not tell.
    ///   - limits: what the source may not exceed.
    /// - Throws: `MediaError` when it cannot be read, or is neither a recording nor a picture.
    public static func inspecting(
        _ source: MediaSource, reading: ReadingOptions = ReadingOptions(), limits: ResourceLimits = .default
    ) async throws -> MediaInspection {
        try await inspecting(source, reading: reading, limits: limits, parts: [], columnCount: 1).inspection
    }

    /// Looks at `source`, and on the same way finds out what pictures of a recording are made from.
    ///
    /// - Parameters:
    ///   - source: the recording or picture.
    ///   - reading: how a recording is read, where its bytes alone do not tell.
    ///   - limits: what the source may not exceed.
    ///   - parts: what pictures are to show.
    ///   - columnCount: columns of the pictures, see ``SoundPicture/Style/columnCount(_:)``.
    /// - Returns: no analysis for a picture.
    /// - Throws: `MediaError` when it cannot be read, or is neither a recording nor a picture.
    public static func inspecting(
        _ source: MediaSource, reading: ReadingOptions = ReadingOptions(), limits: ResourceLimits = .default,
        parts: Set<SoundAnalysis.Part>, columnCount: Int
    ) async throws -> (inspection: MediaInspection, analysis: SoundAnalysis?) {
        try await BlockingWork.run {
            switch try source.perceptibleKind(reading: reading) {
            case .recording:
                var reader = try RecordingReader(
                    source, options: reading, limits: limits, verifyingChecksum: true)
                var meter = LevelMeter(
                    sampleRate: reader.header.sampleRate, channels: reader.header.channels)
                var analyzer = try SoundAnalyzer(reader.header, parts: parts, columnCount: columnCount)
                while let block = try reader.readBlock() {
                    try MediaError.checkCancellation()
                    meter.add(block.planes)
                    analyzer.add(block)
                }
                let inspection = MediaInspection.recording(
                    reader.header, frameCount: reader.framesRead, meter.finish(), warnings: reader.warnings)
                return (inspection, analyzer.finish())
            case .picture:
                return (try .inspecting(picture: source, limits: limits), nil)
            }
        }
    }

    /// Pixels that cannot be read at all are a warning too, since the header says what the file is.
    private static func inspecting(picture source: MediaSource, limits: ResourceLimits) throws -> MediaInspection {
        let (header, survey) = try ImageReader.surveying(source, limits: limits)
        let advice = [survey.sampleRange?.warning, ImagePreparation().scaleWarning(header)]
        var warnings = survey.warnings + advice.compactMap(\.self)
        if let failure = survey.failure {
            if failure.kind == .cancelled || failure.kind == .inputOutput { throw failure }
            warnings.append([failure.problem, failure.remedy].compactMap(\.self).joined(separator: "; "))
        }
        return .picture(header, sampleRange: survey.sampleRange, warnings: warnings)
    }
}
