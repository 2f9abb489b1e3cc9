public import PerceptCore

/// Classifies a recording by emotion, sound or language.
///
///     let classes = try await client.audioClassification(MediaInput(sniffing: recording), topK: 3)
///     for entry in classes { print(entry.label, entry.score ?? 0) }
public typealias AudioClassification = ClassificationTask<ClassifiedRecording>

/// A recording as the subject of a ``ClassificationTask``.
public enum ClassifiedRecording: ClassifiedSubject {
    public typealias Input = MediaInput

    public static let taskName = "audio-classification"
    public static let defaultModel = "superb/hubert-large-superb-er"
    public static let method = "audioClassification"
    public static let medium: MediaType.Kind? = .audio
    public static let example = TaskExample(
        answers: [#"[{"score":0.59,"label":"neu"}]"#, #"[[{"score":null,"label":"neu"}]]"#])
}

extension AudioClassification {
    /// Creates a task that classifies a recording.
    public init(
        audio: MediaInput, topK: Int? = nil, functionToApply: ScoreFunction? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.init(
            subject: audio, topK: topK, functionToApply: functionToApply, additionalParameters: additionalParameters)
    }

    /// The recording to classify.
    public var audio: MediaInput {
        get { subject }
        set { subject = newValue }
    }
}
