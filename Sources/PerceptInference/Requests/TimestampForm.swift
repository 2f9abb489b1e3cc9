/// The way a request for speech recognition asks for timestamps, which depends on the endpoint's API.
package enum TimestampForm: Sendable, Hashable {
    /// The parameter `return_timestamps`, in the hub's API.
    case parameter(AutomaticSpeechRecognition.Timestamps?)
    /// The fields of OpenAI's form.
    case fields(TranscriptionForm)

    /// Creates the form to try first at `endpoint`.
    package init(
        _ timestamps: AutomaticSpeechRecognition.Timestamps?, model: String, endpoint: InferenceEndpoint
    ) {
        self =
            endpoint.speaksOpenAI
            ? .fields(TranscriptionForm(timestamps, model: model)) : .parameter(timestamps)
    }

    /// Another form to try, with wording for a report.
    package struct Alternative: Sendable, Hashable {
        /// The form to try next.
        package var form: TimestampForm
        /// The rejected parameter and value: `return_timestamps true`.
        package var rejected: String
        /// The change in the next request: `with "word"`.
        package var replacement: String
    }

    /// Returns the other form if `error` names a rejected timestamp parameter.
    ///
    /// CTC models accept only `"word"` for `return_timestamps`, and Whisper models without alignment heads only `true`.
    /// `timestamp_granularities[]` is removed, `verbose_json` and `diarized_json` become `json`, and `json` is removed.
    ///
    /// - Returns: `nil` for any other error, and if no form is left to try.
    package func alternative(after error: InferenceError) -> Alternative? {
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
            // Some services name only the value (“do not support verbose_json”); `json` is too short to match that
            // way.
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
    /// Returns the task with timestamps requested in another form.
    package func asking(in form: TimestampForm) -> AutomaticSpeechRecognition {
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
    /// Indicates whether any piece of the transcript has a time.
    package var hasTimes: Bool { chunks.contains { $0.start != nil || $0.end != nil } }
}
