import PerceptAudio
public import PerceptCore
public import PerceptInference

/// Transcribes the speech in a recording, and draws it if that was requested.
public struct TranscribeOperation: Operation {
    /// `transcribe`.
    public static let name = "transcribe"
    /// True.
    public static let splitsRecordings = true

    /// The model's ID; `nil` for the default of the task.
    public var model: String?
    /// The parts of the text that get times; `nil` for none, except where the model requires them.
    public var timestamps: AutomaticSpeechRecognition.Timestamps?
    /// The drawing of the recording with the text above it; `nil` for none.
    public var drawing: SoundDrawing?
    /// The files to write.
    public var files: TranscriptFiles

    /// Creates the operation.
    public init(
        model: String? = nil, timestamps: AutomaticSpeechRecognition.Timestamps? = nil, drawing: SoundDrawing? = nil,
        files: TranscriptFiles = TranscriptFiles()
    ) {
        self.model = model
        self.timestamps = timestamps
        self.drawing = drawing
        self.files = files
    }

    /// Checks the drawing, sends the recording, and draws it.
    public func perform(
        on source: MediaSource, with perceiver: Perceiver, progress: (@Sendable (Double) -> Void)?
    ) async throws -> Transcript {
        try drawing?.check(against: perceiver.limits)
        let transcript = try await perceiver.transcribe(
            source, model: model, timestamps: timestamps, progress: progress)
        return try await write(draw(transcript, of: source, with: perceiver))
    }

    private func write(_ transcript: Transcript) async throws -> Transcript {
        guard !files.paths.isEmpty else { return transcript }
        return try await BlockingWork.run { try files.write(transcript) }
    }

    /// Draws a known transcript; `nil` if parts of it are missing.
    public func perform(
        on source: MediaSource, reusing known: Transcript, with perceiver: Perceiver
    ) async throws -> Transcript? {
        guard known.gaps.isEmpty else { return nil }
        try drawing?.check(against: perceiver.limits)
        var transcript = known
        (transcript.file, transcript.picture, transcript.files) = (source.name, nil, [])
        return try await write(draw(transcript, of: source, with: perceiver))
    }

    private func draw(
        _ transcript: Transcript, of source: MediaSource, with perceiver: Perceiver
    ) async throws -> Transcript {
        guard let drawing else { return transcript }
        var transcript = transcript
        let analysis = try await SoundAnalysis.analyzing(
            source, reading: perceiver.audioPreparation.reading, parts: Set(drawing.parts),
            columnCount: drawing.style.columnCount(Set(drawing.parts)), limits: perceiver.limits)
        let spans = transcript.spans
        try await BlockingWork.run { try drawing.write(analysis, spans: spans, limits: perceiver.limits) }
        transcript.picture = drawing.path
        return transcript
    }
}
