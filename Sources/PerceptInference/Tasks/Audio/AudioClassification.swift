public import PerceptCore

/// Tells which classes (a feeling, a sound, a language) a recording belongs to.
///
///     let classes = try await client.audioClassification(MediaInput(sniffing: recording), topK: 3)
///     for entry in classes { print(entry.label, entry.score ?? 0) }
public typealias AudioClassification = ClassificationTask<ClassifiedRecording>

/// Recordings as the subject of a ``ClassificationTask``.
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
    public init(
        audio: MediaInput, topK: Int? = nil, functionToApply: ScoreFunction? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.init(
            subject: audio, topK: topK, functionToApply: functionToApply, additionalParameters: additionalParameters)
    }

    public var audio: MediaInput {
        get { subject }
        set { subject = newValue }
    }
}
