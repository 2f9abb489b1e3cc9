/// The fields of OpenAI's transcription form that say what the response holds: `response_format` and
/// `timestamp_granularities[]`.
public struct TranscriptionForm: Sendable, Hashable {
    /// `json`, `verbose_json`, `diarized_json`; left out when `nil`.
    public var responseFormat: String?
    /// `word`; left out when `nil`, which stands for the service's default, the segments.
    public var granularity: String?

    public init(responseFormat: String?, granularity: String? = nil) {
        self.responseFormat = responseFormat
        self.granularity = granularity
    }

    /// The fields that a model takes, by the documentation of OpenAI's interface.
    ///
    /// Times come with `verbose_json`, speakers with `diarized_json`. The models of the gpt-4o-transcribe family reject
    /// `verbose_json`: they are asked for `json`, which holds the text alone, and the one that diarizes for
    /// `diarized_json`, whose segments have times.
    ///
    /// - Parameters:
    ///   - timestamps: which pieces of the text are to have times; none when `nil`.
    ///   - speakers: whether the pieces are to name their speakers.
    ///   - model: the model's id, with or without an owner.
    public init(_ timestamps: AutomaticSpeechRecognition.Timestamps?, speakers: Bool = false, model: String) {
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
    /// Whether any times are asked for.
    public var asksForTimes: Bool { self != .enabled(false) }

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
