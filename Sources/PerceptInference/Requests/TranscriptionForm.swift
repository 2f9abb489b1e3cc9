/// The fields of OpenAI's transcription form that select the contents of the response: `response_format` and
/// `timestamp_granularities[]`.
package struct TranscriptionForm: Sendable, Hashable {
    /// The response format: `json`, `verbose_json` or `diarized_json`; omitted if `nil`.
    package var responseFormat: String?
    /// The granularity of timestamps, `word`; omitted if `nil`, which selects the service's default, segments.
    package var granularity: String?

    /// Creates a form.
    package init(responseFormat: String?, granularity: String? = nil) {
        self.responseFormat = responseFormat
        self.granularity = granularity
    }

    /// Creates the fields that a model accepts, according to OpenAI's documentation.
    ///
    /// `verbose_json` contains times, `diarized_json` speakers. The gpt-4o-transcribe models reject `verbose_json`:
    /// they are sent `json`, which contains only the text, except for the diarizing model, which is sent
    /// `diarized_json` and returns segments with times.
    ///
    /// - Parameters:
    ///   - timestamps: The pieces of the text that get times; none if `nil`.
    ///   - speakers: True if the pieces name their speakers.
    ///   - model: The model's ID, with or without an owner.
    package init(_ timestamps: AutomaticSpeechRecognition.Timestamps?, speakers: Bool = false, model: String) {
        let name = model.lowercased().split(separator: "/").last ?? ""
        let isGPT = name.hasPrefix("gpt-") && name.contains("transcribe")
        let hasTimes = timestamps?.asksForTimes == true
        if speakers || hasTimes && isGPT && name.contains("diarize") {
            self.init(responseFormat: "diarized_json")
        } else if hasTimes, !isGPT {
            self.init(responseFormat: "verbose_json", granularity: timestamps == .words ? "word" : nil)
        } else {
            self.init(responseFormat: "json")
        }
    }
}

extension AutomaticSpeechRecognition.Timestamps {
    /// Indicates whether timestamps are requested.
    package var asksForTimes: Bool { self != .enabled(false) }

    /// The value of `return_timestamps`; `nil` for none.
    init?(_ json: JSONValue?) {
        switch json {
        case nil, .null: return nil
        case .bool(let value): self = .enabled(value)
        case .string("word"): self = .words
        default: self = .chunks
        }
    }
}
