/// Translates texts from one language into another.
///
///     let translation = try await client.translation("My name is Wolfgang and I live in Berlin", model: "t5-base")
///     print(translation.translationText)                   // Mein Name ist Wolfgang …
///     let both = try await client.translation(["Good morning", "Good night"], targetLanguage: "de_DE")
///
/// The output is one translation per text, in order.
public struct Translation: InferenceTask<[TranslatedText]>, CataloguedTask {
    package static let name = "translation"
    package static let defaultModel = "t5-base"

    /// The way long texts are truncated.
    public enum Truncation: String, Sendable, Hashable, CaseIterable {
        case none = "do_not_truncate"
        case longestFirst = "longest_first"
        case onlyFirst = "only_first"
        case onlySecond = "only_second"
    }

    package var inputs: OneOrMore<String>
    package var sourceLanguage: String?
    package var targetLanguage: String?
    package var cleansUpTokenizationSpaces: Bool?
    package var truncation: Truncation?
    package var generationParameters: JSONObject?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: One or more texts.
    ///   - sourceLanguage: The source language in the model's spelling (`en_XX`); for multilingual models.
    ///   - targetLanguage: The target language in the model's spelling.
    ///   - cleansUpTokenizationSpaces: Removes the extra spaces that tokenization leaves.
    ///   - truncation: The truncation of long texts.
    ///   - generationParameters: The value of `generate_parameters`, in the service's spelling (`max_new_tokens`,
    ///     `num_beams`, …).
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        inputs: OneOrMore<String>, sourceLanguage: String? = nil, targetLanguage: String? = nil,
        cleansUpTokenizationSpaces: Bool? = nil, truncation: Truncation? = nil, generationParameters: JSONObject? = nil,
        additionalParameters: JSONObject = [:]
    ) {
        self.inputs = inputs
        self.sourceLanguage = sourceLanguage
        self.targetLanguage = targetLanguage
        self.cleansUpTokenizationSpaces = cleansUpTokenizationSpaces
        self.truncation = truncation
        self.generationParameters = generationParameters
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<Translation>(
        .string("src_lang", \.sourceLanguage), .string("tgt_lang", \.targetLanguage),
        .boolean("clean_up_tokenization_spaces", \.cleansUpTokenizationSpaces),
        .choice("truncation", \.truncation), .json("generate_parameters", \.generationParameters))

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// Decodes one translation per text, in order.
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [TranslatedText] {
        let reader = try AnswerReader(answer, task: Self.name, takesPlainText: true)
        let translations = try reader.flattenedElements().map(TranslatedText.init(_:))
        guard translations.count == inputs.values.count else {
            throw reader.malformed("\(translations.count) translations for \(inputs.values.count) texts")
        }
        return translations
    }
}

extension Translation {
    package static let methods = ["translation"]
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        input: "My name is Wolfgang and I live in Berlin",
        answers: [
            #"[{"translation_text":"Mein Name ist Wolfgang und ich lebe in Berlin"}]"#,
            #"{"translation_text":"Mein Name ist Wolfgang und ich lebe in Berlin"}"#,
            #"[[{"translation_text":"Mein Name ist Wolfgang und ich lebe in Berlin"}]]"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.texts(), additionalParameters: arguments.parameters)
    }
}

/// A translated text.
public struct TranslatedText: Sendable, Hashable {
    /// The translation.
    public var translationText: String
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
}

extension TranslatedText: TaskOutput {
    fileprivate init(_ reader: AnswerReader) throws(InferenceError) {
        if let text = reader.value.stringValue {
            (translationText, additional) = (text, [:])
            return
        }
        var fields = try reader.fields()
        translationText = try fields.string("translation_text")
        additional = fields.additional
    }

    package var json: JSONValue { .object(JSONObject(["translation_text": translationText], additional: additional)) }
}
