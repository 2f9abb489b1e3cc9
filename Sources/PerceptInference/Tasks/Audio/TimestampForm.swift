/// How a request for speech recognition asks for times, in the form of the interface that its endpoint speaks.
public enum TimestampForm: Sendable, Hashable {
    /// `return_timestamps`, in the hub's form.
    case parameter(AutomaticSpeechRecognition.Timestamps?)
    /// Fields of OpenAI's form.
    case fields(TranscriptionForm)

    /// The form in which `endpoint` is asked first.
    public init(
        _ timestamps: AutomaticSpeechRecognition.Timestamps?, model: String, endpoint: InferenceEndpoint
    ) {
        self =
            endpoint.speaksOpenAI
            ? .fields(TranscriptionForm(timestamps, model: model)) : .parameter(timestamps)
    }

    /// Another form to try, with the words for a report.
    public struct Alternative: Sendable, Hashable {
        public var form: TimestampForm
        /// What was rejected: `return_timestamps true`.
        public var rejected: String
        /// How the service is asked again: `with "word"`.
        public var replacement: String
    }

    /// The other form, when `error` says that the service rejects this one by the name of a parameter.
    ///
    /// Of the two forms of `return_timestamps`, `true` and `"word"`, models for CTC take the second alone, and Whisper
    /// models without alignment heads the first. `timestamp_granularities[]` is left out, `verbose_json` and
    /// `diarized_json` become `json`, and `json` is left out.
    ///
    /// - Returns: `nil` for any other error, and when there is nothing else to try.
    public func alternative(after error: InferenceError) -> Alternative? {
        guard error.status != nil, error.kind == .invalidRequest || error.kind == .serviceFailed else { return nil }
        let words = [error.serviceMessage, error.bodyExcerpt].compactMap(\.self).joined(separator: " ").lowercased()
        switch self {
        case .parameter(let timestamps):
            guard let timestamps, timestamps.asksForTimes, words.contains("timestamp") else { return nil }
            let other: AutomaticSpeechRecognition.Timestamps = timestamps == .words ? .enabled(true) : .words
            return Alternative(
                form: .parameter(other), rejected: "return_timestamps \(timestamps.wireText)",
                replacement: "with \(other.wireText)")
        case .fields(var fields):
            if let granularity = fields.granularity, words.contains("granularit") {
                fields.granularity = nil
                return Alternative(
                    form: .fields(fields), rejected: "timestamp_granularities[] \(granularity)",
                    replacement: "without it")
            }
            // Some services name the value alone (“do not support verbose_json”); json is too short a word for that.
            guard let format = fields.responseFormat,
                words.contains("response_format") || format != "json" && words.contains(format)
            else { return nil }
            let other = format == "json" ? nil : "json"
            return Alternative(
                form: .fields(TranscriptionForm(responseFormat: other)), rejected: "response_format \(format)",
                replacement: other.map { "with \($0)" } ?? "without it")
        }
    }
}

extension AutomaticSpeechRecognition {
    /// The same task, asking for times in another form.
    public func asking(in form: TimestampForm) -> AutomaticSpeechRecognition {
        var task = self
        switch form {
        case .parameter(let timestamps): task.timestamps = timestamps
        case .fields(let fields): task.transcriptionForm = fields
        }
        return task
    }
}

extension AutomaticSpeechRecognition.Timestamps {
    fileprivate var wireText: String { String(decoding: json.serialized(), as: UTF8.self) }
}

extension RecognizedSpeech {
    /// Whether any piece of the text has a time.
    public var hasTimes: Bool { chunks.contains { $0.start != nil || $0.end != nil } }
}
