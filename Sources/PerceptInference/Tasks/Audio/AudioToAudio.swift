public import PerceptCore

/// Makes recordings of a recording: voices taken apart, noise taken out.
///
///     for voice in try await client.audioToAudio(MediaInput(sniffing: recording)) {
///         print(voice.label, voice.media.mediaType)        // label_0 audio/flac …
///     }
public struct AudioToAudio: CataloguedTask {
    public static let name = "audio-to-audio"
    public static let defaultModel = "speechbrain/sepformer-wham"

    public var audio: MediaInput
    /// Parameters under their names on the wire.
    public var additionalParameters: JSONObject

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

/// One of the recordings that were made of another.
public struct LabelledAudio: Sendable, Hashable {
    /// Which one it is, in the model's words (`label_0`).
    public var label: String
    /// Typed by its bytes, whatever the service called it.
    public var media: GeneratedMedia
    /// Members of the answer that have no property here.
    public var additional: JSONObject

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
