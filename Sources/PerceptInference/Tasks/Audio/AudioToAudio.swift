public import PerceptCore

/// Derives recordings from a recording: separated voices, or speech without noise.
///
///     for voice in try await client.audioToAudio(MediaInput(sniffing: recording)) {
///         print(voice.label, voice.media.mediaType)        // label_0 audio/flac …
///     }
public struct AudioToAudio: CataloguedTask {
    public static let name = "audio-to-audio"
    public static let defaultModel = "speechbrain/sepformer-wham"

    /// The recording to process.
    public var audio: MediaInput
    /// Parameters under their names on the wire.
    public var additionalParameters: JSONObject

    /// Creates a task.
    public init(audio: MediaInput, additionalParameters: JSONObject = [:]) {
        self.audio = audio
        self.additionalParameters = additionalParameters
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        try .media(audio, parameters: additionalParameters)
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [LabelledAudio] {
        try AnswerReader(answer, task: Self.name).elements().map(LabelledAudio.init(_:))
    }
}

extension AudioToAudio {
    public static let methods = ["audioToAudio"]
    public static let medium: MediaType.Kind? = .audio
    public static let parameters: [TaskParameter] = []
    public static let example = TaskExample(answers: [
        #"[{"label":"label_0","blob":"ZkxhQwAAACI=","content-type":"audio/flac"},{"label":"label_1","blob":"ZkxhQwAAACI=","content-type":"audio/flac"}]"#
    ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(audio: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}

/// A recording that was derived from another.
public struct LabelledAudio: Sendable, Hashable {
    /// The model's label for the recording (`label_0`).
    public var label: String
    /// The recording; its type is detected from the bytes, whatever the service declares.
    public var media: GeneratedMedia
    /// The members of the response that have no property here.
    public var additional: JSONObject

    /// Creates a labelled recording.
    public init(label: String, media: GeneratedMedia, additional: JSONObject = [:]) {
        self.label = label
        self.media = media
        self.additional = additional
    }
}

extension LabelledAudio: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        label = fields.metadata("label") { member throws(InferenceError) in try member.label() } ?? ""
        media = try fields.take("blob").media(.audio)
        _ = fields.take("content-type")
        additional = fields.additional
    }

    public var generatedMedia: [GeneratedMedia] { [media] }

    public var json: JSONValue { .object(JSONObject(["label": label], additional: media.members.adding(additional))) }
}
