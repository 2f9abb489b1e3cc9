package import PerceptCore

/// Derives recordings from a recording: separated voices, or speech without noise.
///
///     for voice in try await client.audioToAudio(MediaInput(sniffing: recording)) {
///         print(voice.label, voice.media.mediaType)        // label_0 audio/flac …
///     }
///
/// The output is the derived recordings.
public struct AudioToAudio: InferenceTask<[LabelledAudio]>, CataloguedTask {
    package static let name = "audio-to-audio"
    package static let defaultModel = "speechbrain/sepformer-wham"

    package var audio: MediaInput
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - audio: The recording to process.
    ///   - additionalParameters: Parameters under their names on the wire.
    public init(audio: MediaInput, additionalParameters: JSONObject = [:]) {
        self.audio = audio
        self.additionalParameters = additionalParameters
    }

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(audio, parameters: additionalParameters)
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [LabelledAudio] {
        try AnswerReader(answer, task: Self.name).elements().map(LabelledAudio.init(_:))
    }
}

extension AudioToAudio {
    package static let methods = ["audioToAudio"]
    package static let medium: MediaType.Kind? = .audio
    package static let example = TaskExample(answers: [
        #"[{"label":"label_0","blob":"ZkxhQwAAACI=","content-type":"audio/flac"},{"label":"label_1","#
            + #""blob":"ZkxhQwAAACI=","content-type":"audio/flac"}]"#
    ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
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
    public var additional: JSONObject = [:]
}

extension LabelledAudio: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        var fields = try reader.fields()
        label = fields.metadata("label") { member throws(InferenceError) in try member.label() } ?? ""
        media = try fields.take("blob").media(.audio)
        _ = fields.take("content-type")
        additional = fields.additional
    }

    package var generatedMedia: [GeneratedMedia] { [media] }

    package var json: JSONValue { .object(JSONObject(["label": label], additional: media.members.adding(additional))) }
}
