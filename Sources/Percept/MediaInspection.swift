public import PerceptAudio
public import PerceptCore
public import PerceptImage

/// The properties of a recording or image that can be determined without a model.
public enum MediaInspection: Sendable, Hashable {
    /// A recording. The frame count is the number of decoded frames, which may differ from the header; the warnings are
    /// those of `RecordingReader.warnings`.
    case recording(RecordingHeader, frameCount: Int, Levels, warnings: [String])
    /// An image. The sample range is known for images with 16 bits per channel. The warnings are those of reading all
    /// pixels leniently and of preparing the image with default settings.
    case picture(ImageHeader, sampleRange: SampleRange?, warnings: [String])

    /// Inspects `source`, which is decoded completely; damage to an image is a warning.
    ///
    /// - Parameters:
    ///   - source: the recording or image.
    ///   - reading: the options for reading a recording.
    ///   - limits: the resource limits.
    /// - Throws: `MediaError` if it cannot be read or is neither a recording nor an image.
    public static func inspecting(
        _ source: MediaSource, reading: ReadingOptions = ReadingOptions(), limits: ResourceLimits = .default
    ) async throws -> MediaInspection {
        try await inspecting(source, reading: reading, limits: limits, parts: [], columnCount: 1).inspection
    }

    /// Inspects `source` and, in the same pass, analyzes the sound of a recording for drawing.
    ///
    /// - Parameters:
    ///   - source: the recording or image.
    ///   - reading: the options for reading a recording.
    ///   - limits: the resource limits.
    ///   - parts: the parts to draw.
    ///   - columnCount: the number of columns of the drawing, see ``SoundPicture/Style/columnCount(_:)``.
    /// - Returns: the inspection; the analysis is `nil` for an image.
    /// - Throws: `MediaError` if it cannot be read or is neither a recording nor an image.
    public static func inspecting(
        _ source: MediaSource, reading: ReadingOptions = ReadingOptions(), limits: ResourceLimits = .default,
        parts: Set<SoundAnalysis.Part>, columnCount: Int
    ) async throws -> (inspection: MediaInspection, analysis: SoundAnalysis?) {
        try await BlockingWork.run {
            switch try source.perceptibleKind(reading: reading) {
            case .recording:
                var options = reading
                options.verifiesChecksum = true
                var reader = try RecordingReader(source, options: options, limits: limits)
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

    /// Inspects an image. Pixels that cannot be decoded are a warning, since the header has been read.
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
