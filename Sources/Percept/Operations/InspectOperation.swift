import PerceptAudio
public import PerceptCore
import PerceptImage

/// Decodes a recording or image to its end and describes it. Damage is a warning.
public struct InspectOperation: Operation {
    /// `inspect`.
    public static let name = "inspect"
    /// False: nothing is sent.
    public static let sendsRequests = false

    /// The service whose limits are checked; `nil` for none.
    public var profile: ServiceProfile?
    /// The drawings of a recording to write.
    public var drawings: [SoundDrawing]
    /// The labelled spans above the drawings.
    public var spans: [SoundSpan]

    /// Creates the operation.
    public init(profile: ServiceProfile? = nil, drawings: [SoundDrawing] = [], spans: [SoundSpan] = []) {
        self.profile = profile
        self.drawings = drawings
        self.spans = spans
    }

    /// Inspects the source; nothing is sent.
    ///
    /// - Throws: `MediaError` if the source cannot be read or is neither a recording nor an image.
    public func perform(
        on source: MediaSource, with perceiver: Perceiver, progress: (@Sendable (Double) -> Void)?
    ) async throws -> Inspection {
        for drawing in drawings { try drawing.check(against: perceiver.limits) }
        return try await BlockingWork.run {
            let reading = perceiver.audioPreparation.reading
            var inspection =
                switch try source.kind(reading: reading) {
                case .recording: try inspectRecording(source, reading, perceiver.limits)
                case .image: try inspectImage(source, perceiver.limits)
                }
            inspection.verdict = profile?.check(inspection)
            return inspection
        }
    }

    private func inspectRecording(
        _ source: MediaSource, _ reading: ReadingOptions, _ limits: ResourceLimits
    ) throws -> Inspection {
        var options = reading
        options.verifiesChecksum = true
        var reader = try RecordingReader(source, options: options, limits: limits)
        var meter = LevelMeter(sampleRate: reader.header.sampleRate, channels: reader.header.channels)
        let parts = Set(drawings.flatMap(\.parts))
        var analyzer = try SoundAnalyzer(
            reader.header, parts: parts, columnCount: drawings.first?.style.columnCount(parts) ?? 1)
        while let block = try reader.readBlock() {
            try MediaError.checkCancellation()
            meter.add(block.planes)
            analyzer.add(block)
        }
        let levels = meter.finish()
        var inspection = Inspection(
            file: source.name, byteCount: try source.byteCount(),
            content: .recording(reader.header, frameCount: reader.framesRead, levels),
            warnings: reader.warnings + [levels.deadChannelWarning(reader.header.channels)].compactMap(\.self))
        let analysis = analyzer.finish()
        for drawing in drawings {
            try drawing.write(analysis, spans: spans, limits: limits)
            if drawing.parts.contains(.waveform) { inspection.waveform = drawing.path }
            if drawing.parts.contains(.spectrogram) { inspection.spectrogram = drawing.path }
        }
        return inspection
    }

    /// Pixels that cannot be read at all cause a warning too, since the header describes the file.
    private func inspectImage(_ source: MediaSource, _ limits: ResourceLimits) throws -> Inspection {
        let (header, survey) = try ImageReader.surveying(source, limits: limits)
        let advice = [survey.sampleRange?.warning, ImagePreparation().scaleWarning(header)]
        var warnings = survey.warnings + advice.compactMap(\.self)
        if let failure = survey.failure {
            if failure.kind == .cancelled || failure.kind == .inputOutput { throw failure }
            warnings.append(failure.warning)
        }
        if !drawings.isEmpty { warnings.append("not a recording; there is no sound to draw") }
        return Inspection(
            file: source.name, byteCount: try source.byteCount(),
            content: .image(header, sampleRange: survey.sampleRange), warnings: warnings)
    }
}

/// The kinds of media that operations accept.
enum MediaKind {
    case recording, image
}

extension MediaSource {
    /// Returns the kind of the medium; a video, raw samples and bytes of an unknown format are recordings.
    ///
    /// - Throws: `MediaError` `.malformedInput` if it is neither.
    func kind(reading: ReadingOptions) throws(MediaError) -> MediaKind {
        if reading.rawFormat != nil { return .recording }
        let type: MediaType
        do throws(MediaError) {
            type = try mediaType()
        } catch {
            // The reader of recordings has another way to find out.
            guard error.isUnknownFormat else { throw error }
            return .recording
        }
        switch type.kind {
        case .audio, .video: return .recording
        case .image: return .image
        case .other:
            throw MediaError(
                .malformedInput, source: name, problem: "is \(type.name), neither a recording nor an image",
                remedy: MediaType.adviceOnReadableMedia)
        }
    }
}
