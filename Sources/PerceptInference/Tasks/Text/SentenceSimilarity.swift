/// Measures how similar sentences are in meaning to another one.
///
///     let scores = try await client.sentenceSimilarity(
///         "That is a happy person", to: ["That is a happy dog", "Today is a sunny day"])
///
/// The output is one score per sentence, in order: 1 for the same meaning, around 0 for an unrelated one.
public struct SentenceSimilarity: InferenceTask<[Double]>, CataloguedTask {
    package static let name = "sentence-similarity"
    package static let defaultModel = "sentence-transformers/paraphrase-xlm-r-multilingual-v1"
    package static let route = TaskRoute.pipeline(name)

    package var sourceSentence: String
    package var sentences: [String]
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - sourceSentence: The sentence to compare the others with.
    ///   - sentences: The sentences to compare.
    ///   - additionalParameters: Parameters under their names on the wire.
    public init(sourceSentence: String, sentences: [String], additionalParameters: JSONObject = [:]) {
        self.sourceSentence = sourceSentence
        self.sentences = sentences
        self.additionalParameters = additionalParameters
    }

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(
            JSONObject(["source_sentence": sourceSentence, "sentences": sentences]), parameters: additionalParameters)
    }

    /// Decodes one score per sentence, in order: 1 for the same meaning, around 0 for an unrelated one.
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [Double] {
        let reader = try AnswerReader(answer, task: Self.name)
        let named = reader.member("similarities")
        let scores = named.value.isNull ? reader : named
        guard scores.value.arrayValue?.count == sentences.count else {
            throw scores.mismatch(expected: "a list of \(sentences.count) numbers")
        }
        return try scores.list().map { score throws(InferenceError) in try score.double() }
    }
}

extension SentenceSimilarity {
    package static let methods = ["sentenceSimilarity"]
    package static let example = TaskExample(
        input: [
            "source_sentence": "That is a happy person",
            "sentences": ["That is a happy dog", "Today is a sunny day"],
        ],
        answers: ["[0.66,0.22]", #"{"similarities":[0.66,0.22]}"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(
            sourceSentence: try arguments.text("source_sentence"), sentences: try arguments.texts("sentences"),
            additionalParameters: arguments.parameters)
    }
}
