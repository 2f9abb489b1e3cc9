public import Foundation

/// One-line conveniences under the names that the service's own JavaScript client gave them.
///
/// Each sends the task of the same name; what it does not take as an argument, the task value does.
extension InferenceClient {
    // MARK: Text

    /// Fills in a hole in a text; see ``FillMask``.
    public func fillMask(
        _ inputs: String, model: String? = nil, topK: Int? = nil, targets: [String]? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [FilledMask] {
        try await send(FillMask(inputs: inputs, topK: topK, targets: targets), model: model, options: options)
    }

    /// Makes a longer text into a shorter one; see ``Summarization``.
    public func summarization(
        _ inputs: String, model: String? = nil, parameters: GenerationParameters = GenerationParameters(),
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> Summary {
        try await first(Summarization(inputs: inputs, parameters: parameters), model, options)
    }

    /// Finds the answer to a question in a text: the best one; see ``QuestionAnswering``.
    public func questionAnswer(
        question: String, context: String, model: String? = nil,
        parameters: AnsweringParameters = AnsweringParameters(), options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> ExtractedAnswer {
        let task = QuestionAnswering(question: question, context: context, parameters: parameters)
        // A response without an answer is an error already.
        return try await send(task, model: model, options: options).values[0]
    }

    /// Answers a question about a table; see ``TableQuestionAnswering``.
    public func tableQuestionAnswer(
        query: String, table: Table, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> TableAnswer {
        try await send(TableQuestionAnswering(query: query, table: table), model: model, options: options)
    }

    /// Tells which classes a text belongs to; see ``TextClassification``.
    public func textClassification(
        _ inputs: String, model: String? = nil, topK: Int? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ClassScore] {
        try await send(TextClassification(inputs: inputs, topK: topK), model: model, options: options)
    }

    /// Continues a text, once or as often as asked for; see ``TextGeneration``.
    public func textGeneration(
        _ inputs: String, model: String? = nil, parameters: TextGeneration.Parameters = TextGeneration.Parameters(),
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [GeneratedText] {
        try await send(TextGeneration(inputs: inputs, parameters: parameters), model: model, options: options)
    }

    /// Makes a text into another one; see ``Text2TextGeneration``.
    public func text2TextGeneration(
        _ inputs: String, model: String? = nil, parameters: TextGeneration.Parameters = TextGeneration.Parameters(),
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [GeneratedText] {
        try await send(Text2TextGeneration(inputs: inputs, parameters: parameters), model: model, options: options)
    }

    /// Tells what the words of a text are; see ``TokenClassification``.
    public func tokenClassification(
        _ inputs: String, model: String? = nil,
        aggregationStrategy: TokenClassification.AggregationStrategy? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [TokenEntity] {
        try await send(
            TokenClassification(inputs: inputs, aggregationStrategy: aggregationStrategy), model: model,
            options: options)
    }

    /// Finds names of people, places and organizations in a text: ``TokenClassification`` with a model made for that.
    public func namedEntities(
        _ inputs: String, model: String? = nil,
        aggregationStrategy: TokenClassification.AggregationStrategy? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [TokenEntity] {
        try await tokenClassification(
            inputs, model: model, aggregationStrategy: aggregationStrategy, options: options)
    }

    /// Translates a text; see ``Translation``.
    public func translation(
        _ inputs: String, model: String? = nil, sourceLanguage: String? = nil, targetLanguage: String? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> TranslatedText {
        try await first(
            Translation(inputs: .one(inputs), sourceLanguage: sourceLanguage, targetLanguage: targetLanguage), model,
            options)
    }

    /// Translates several texts; see ``Translation``.
    public func translation(
        _ inputs: [String], model: String? = nil, sourceLanguage: String? = nil, targetLanguage: String? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [TranslatedText] {
        try await send(
            Translation(inputs: .several(inputs), sourceLanguage: sourceLanguage, targetLanguage: targetLanguage),
            model: model, options: options)
    }

    /// Tells which of any labels fit a text; see ``ZeroShotClassification``.
    public func zeroShotClassification(
        _ inputs: String, candidateLabels: [String], model: String? = nil, allowsSeveralLabels: Bool? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> ZeroShotResult {
        let task = ZeroShotClassification(
            inputs: .one(inputs), candidateLabels: candidateLabels, allowsSeveralLabels: allowsSeveralLabels)
        return try await first(task, model, options)
    }

    /// Tells which of any labels fit each of several texts; see ``ZeroShotClassification``.
    public func zeroShotClassification(
        _ inputs: [String], candidateLabels: [String], model: String? = nil, allowsSeveralLabels: Bool? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ZeroShotResult] {
        let task = ZeroShotClassification(
            inputs: .several(inputs), candidateLabels: candidateLabels, allowsSeveralLabels: allowsSeveralLabels)
        return try await send(task, model: model, options: options)
    }

    /// Answers within a conversation, as the models of 2023 did; see ``Conversational``.
    public func conversational(
        _ text: String, pastUserInputs: [String] = [], generatedResponses: [String] = [], model: String? = nil,
        parameters: GenerationParameters = GenerationParameters(), options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> ConversationReply {
        let task = Conversational(
            text: text, pastUserInputs: pastUserInputs, generatedResponses: generatedResponses, parameters: parameters)
        return try await send(task, model: model, options: options)
    }

    /// Makes numbers of a text, several, or an object of the model's own; see ``FeatureExtraction``.
    public func featureExtraction(
        _ inputs: JSONValue, model: String? = nil, normalizes: Bool? = nil, truncates: Bool? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> FeatureTensor {
        try await send(
            FeatureExtraction(inputs: inputs, normalizes: normalizes, truncates: truncates), model: model,
            options: options)
    }

    /// Tells how much sentences mean the same as another one; see ``SentenceSimilarity``.
    public func sentenceSimilarity(
        _ sourceSentence: String, to sentences: [String], model: String? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [Double] {
        try await send(
            SentenceSimilarity(sourceSentence: sourceSentence, sentences: sentences), model: model, options: options)
    }

    /// Answers in a conversation with roles, tools and pictures; see ``ChatCompletion``.
    public func chatCompletion(
        _ messages: [ChatMessage], model: String? = nil,
        parameters: ChatCompletion.Parameters = ChatCompletion.Parameters(), options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> ChatCompletionAnswer {
        try await send(ChatCompletion(messages: messages, parameters: parameters), model: model, options: options)
    }

    // MARK: Audio

    /// Turns speech into text; see ``AutomaticSpeechRecognition``.
    public func automaticSpeechRecognition(
        _ audio: MediaInput, model: String? = nil, timestamps: AutomaticSpeechRecognition.Timestamps? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> RecognizedSpeech {
        try await send(AutomaticSpeechRecognition(audio: audio, timestamps: timestamps), model: model, options: options)
    }

    /// Tells which classes a recording belongs to; see ``AudioClassification``.
    public func audioClassification(
        _ audio: MediaInput, model: String? = nil, topK: Int? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ClassScore] {
        try await send(AudioClassification(audio: audio, topK: topK), model: model, options: options)
    }

    /// Reads a text out; see ``TextToSpeech``.
    public func textToSpeech(
        _ inputs: String, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> GeneratedMedia {
        try await first(TextToSpeech(inputs: inputs), model, options)
    }

    /// Makes recordings of a recording; see ``AudioToAudio``.
    public func audioToAudio(
        _ audio: MediaInput, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [LabelledAudio] {
        try await send(AudioToAudio(audio: audio), model: model, options: options)
    }

    // MARK: Pictures

    /// Tells which classes a picture belongs to; see ``ImageClassification``.
    public func imageClassification(
        _ image: MediaInput, model: String? = nil, topK: Int? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ClassScore] {
        try await send(ImageClassification(image: image, topK: topK), model: model, options: options)
    }

    /// Finds objects in a picture; see ``ObjectDetection``.
    public func objectDetection(
        _ image: MediaInput, model: String? = nil, threshold: Double? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [DetectedObject] {
        try await send(ObjectDetection(image: image, threshold: threshold), model: model, options: options)
    }

    /// Divides a picture into segments; see ``ImageSegmentation``.
    public func imageSegmentation(
        _ image: MediaInput, model: String? = nil, threshold: Double? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ImageSegment] {
        try await send(ImageSegmentation(image: image, threshold: threshold), model: model, options: options)
    }

    /// Says in words what a picture shows; see ``ImageToText``.
    public func imageToText(
        _ image: MediaInput, model: String? = nil, maxNewTokens: Int? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [GeneratedText] {
        try await send(ImageToText(image: image, maxNewTokens: maxNewTokens), model: model, options: options)
    }

    /// Tells which of any labels fit a picture; see ``ZeroShotImageClassification``.
    public func zeroShotImageClassification(
        _ image: MediaInput, candidateLabels: [String], model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ClassScore] {
        try await send(
            ZeroShotImageClassification(image: image, candidateLabels: candidateLabels), model: model,
            options: options)
    }

    /// Makes a picture of what a text says; see ``TextToImage``.
    public func textToImage(
        _ inputs: String, model: String? = nil, parameters: TextToImage.Parameters = TextToImage.Parameters(),
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> GeneratedMedia {
        try await first(TextToImage(inputs: inputs, parameters: parameters), model, options)
    }

    /// Makes a picture of a picture; see ``ImageToImage``.
    public func imageToImage(
        _ image: MediaInput, prompt: String? = nil, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> GeneratedMedia {
        try await first(ImageToImage(image: image, prompt: prompt), model, options)
    }

    /// Answers a question about a picture; see ``VisualQuestionAnswering``.
    public func visualQuestionAnswering(
        _ image: MediaInput, question: String, model: String? = nil, topK: Int? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [VisualAnswer] {
        try await send(
            VisualQuestionAnswering(image: image, question: question, topK: topK), model: model, options: options)
    }

    /// Answers a question about a picture of a document; see ``DocumentQuestionAnswering``.
    public func documentQuestionAnswering(
        _ image: MediaInput, question: String, model: String? = nil,
        parameters: AnsweringParameters = AnsweringParameters(), options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ExtractedAnswer] {
        try await send(
            DocumentQuestionAnswering(image: image, question: question, parameters: parameters), model: model,
            options: options)
    }

    // MARK: Tables

    /// Tells the class of each row of a table; see ``TabularClassification``.
    public func tabularClassification(
        _ table: Table, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [JSONValue] {
        try await send(TabularClassification(table: table), model: model, options: options)
    }

    /// Predicts a number for each row of a table; see ``TabularRegression``.
    public func tabularRegression(
        _ table: Table, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [Double] {
        try await send(TabularRegression(table: table), model: model, options: options)
    }

    // MARK: Anything else

    /// Sends any body to any model; see ``RawRequest``.
    public func request(
        _ body: RequestPayload, model: String, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> RawAnswer {
        try await send(RawRequest(body: body), model: model, options: options)
    }

    /// Sends any body to a URL, with this client's token; see ``RawRequest``.
    public func request(
        _ body: RequestPayload, at url: URL, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> RawAnswer {
        var client = self
        client.endpoint = .url(url)
        return try await client.send(RawRequest(body: body), options: options)
    }

    private func first<SentTask: InferenceTask, Element>(
        _ task: SentTask, _ model: String?, _ options: RequestOptions
    ) async throws(InferenceError) -> Element where SentTask.Output == [Element] {
        let answers = try await send(task, model: model, options: options)
        guard let first = answers.first else {
            throw InferenceError(.answerMalformed, problem: "the answer is empty", task: SentTask.name, model: model)
        }
        return first
    }
}
