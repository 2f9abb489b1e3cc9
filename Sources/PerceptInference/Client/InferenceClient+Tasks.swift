/// Convenience methods, named as in the service's own JavaScript client.
///
/// Each sends the task of the same name; the task value has all further parameters.
extension InferenceClient {
    // MARK: Text

    /// Fills in a mask in a text; see ``FillMask``.
    public func fillMask(
        _ inputs: String, model: String? = nil, topK: Int? = nil, targets: [String]? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [FilledMask] {
        try await send(FillMask(inputs: inputs, topK: topK, targets: targets), model: model, options: options)
    }

    /// Summarizes a text; see ``Summarization``.
    public func summarization(
        _ inputs: String, model: String? = nil, parameters: GenerationParameters = GenerationParameters(),
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> Summary {
        try await first(Summarization(inputs: inputs, parameters: parameters), model, options)
    }

    /// Answers a question from a text and returns the best answer; see ``QuestionAnswering``.
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

    /// Classifies a text; see ``TextClassification``.
    public func textClassification(
        _ inputs: String, model: String? = nil, topK: Int? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ClassScore] {
        try await send(TextClassification(inputs: inputs, topK: topK), model: model, options: options)
    }

    /// Continues a text, once or several times; see ``TextGeneration``.
    public func textGeneration(
        _ inputs: String, model: String? = nil, parameters: TextGeneration.Parameters = TextGeneration.Parameters(),
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [GeneratedText] {
        try await send(TextGeneration(inputs: inputs, parameters: parameters), model: model, options: options)
    }

    /// Generates a text from another; see ``Text2TextGeneration``.
    public func text2TextGeneration(
        _ inputs: String, model: String? = nil, parameters: TextGeneration.Parameters = TextGeneration.Parameters(),
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [GeneratedText] {
        try await send(Text2TextGeneration(inputs: inputs, parameters: parameters), model: model, options: options)
    }

    /// Classifies the words of a text; see ``TokenClassification``.
    public func tokenClassification(
        _ inputs: String, model: String? = nil,
        aggregationStrategy: TokenClassification.AggregationStrategy? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [TokenEntity] {
        try await send(
            TokenClassification(inputs: inputs, aggregationStrategy: aggregationStrategy), model: model,
            options: options)
    }

    /// Finds names of people, places and organizations in a text: ``TokenClassification`` with a model for named
    /// entities.
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

    /// Classifies a text with any set of labels; see ``ZeroShotClassification``.
    public func zeroShotClassification(
        _ inputs: String, candidateLabels: [String], model: String? = nil, allowsSeveralLabels: Bool? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> ZeroShotResult {
        let task = ZeroShotClassification(
            inputs: .one(inputs), candidateLabels: candidateLabels, allowsSeveralLabels: allowsSeveralLabels)
        return try await first(task, model, options)
    }

    /// Classifies several texts with any set of labels; see ``ZeroShotClassification``.
    public func zeroShotClassification(
        _ inputs: [String], candidateLabels: [String], model: String? = nil, allowsSeveralLabels: Bool? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ZeroShotResult] {
        let task = ZeroShotClassification(
            inputs: .several(inputs), candidateLabels: candidateLabels, allowsSeveralLabels: allowsSeveralLabels)
        return try await send(task, model: model, options: options)
    }

    /// Replies in a conversation, in the form of 2023; see ``Conversational``.
    public func conversational(
        _ text: String, pastUserInputs: [String] = [], generatedResponses: [String] = [], model: String? = nil,
        parameters: GenerationParameters = GenerationParameters(), options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> ConversationReply {
        let task = Conversational(
            text: text, pastUserInputs: pastUserInputs, generatedResponses: generatedResponses, parameters: parameters)
        return try await send(task, model: model, options: options)
    }

    /// Computes features of one text, several texts, or a model-specific object; see ``FeatureExtraction``.
    public func featureExtraction(
        _ inputs: JSONValue, model: String? = nil, normalizes: Bool? = nil, truncates: Bool? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> FeatureTensor {
        try await send(
            FeatureExtraction(inputs: inputs, normalizes: normalizes, truncates: truncates), model: model,
            options: options)
    }

    /// Compares the meaning of sentences with that of another one; see ``SentenceSimilarity``.
    public func sentenceSimilarity(
        _ sourceSentence: String, to sentences: [String], model: String? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [Double] {
        try await send(
            SentenceSimilarity(sourceSentence: sourceSentence, sentences: sentences), model: model, options: options)
    }

    /// Replies in a conversation with roles, tools and images; see ``ChatCompletion``.
    public func chatCompletion(
        _ messages: [ChatMessage], model: String? = nil,
        parameters: ChatCompletion.Parameters = ChatCompletion.Parameters(), options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> ChatCompletionAnswer {
        try await send(ChatCompletion(messages: messages, parameters: parameters), model: model, options: options)
    }

    // MARK: Audio

    /// Transcribes speech; see ``AutomaticSpeechRecognition``.
    public func automaticSpeechRecognition(
        _ audio: MediaInput, model: String? = nil, timestamps: AutomaticSpeechRecognition.Timestamps? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> RecognizedSpeech {
        try await send(AutomaticSpeechRecognition(audio: audio, timestamps: timestamps), model: model, options: options)
    }

    /// Classifies a recording; see ``AudioClassification``.
    public func audioClassification(
        _ audio: MediaInput, model: String? = nil, topK: Int? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ClassScore] {
        try await send(AudioClassification(audio: audio, topK: topK), model: model, options: options)
    }

    /// Synthesizes speech from a text; see ``TextToSpeech``.
    public func textToSpeech(
        _ inputs: String, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> GeneratedMedia {
        try await first(TextToSpeech(inputs: inputs), model, options)
    }

    /// Generates recordings from a recording; see ``AudioToAudio``.
    public func audioToAudio(
        _ audio: MediaInput, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [LabelledAudio] {
        try await send(AudioToAudio(audio: audio), model: model, options: options)
    }

    // MARK: Images

    /// Classifies an image; see ``ImageClassification``.
    public func imageClassification(
        _ image: MediaInput, model: String? = nil, topK: Int? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ClassScore] {
        try await send(ImageClassification(image: image, topK: topK), model: model, options: options)
    }

    /// Finds objects in an image; see ``ObjectDetection``.
    public func objectDetection(
        _ image: MediaInput, model: String? = nil, threshold: Double? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [DetectedObject] {
        try await send(ObjectDetection(image: image, threshold: threshold), model: model, options: options)
    }

    /// Divides an image into segments; see ``ImageSegmentation``.
    public func imageSegmentation(
        _ image: MediaInput, model: String? = nil, threshold: Double? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ImageSegment] {
        try await send(ImageSegmentation(image: image, threshold: threshold), model: model, options: options)
    }

    /// Describes an image in words; see ``ImageToText``.
    public func imageToText(
        _ image: MediaInput, model: String? = nil, maxNewTokens: Int? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [GeneratedText] {
        try await send(ImageToText(image: image, maxNewTokens: maxNewTokens), model: model, options: options)
    }

    /// Classifies an image with any set of labels; see ``ZeroShotImageClassification``.
    public func zeroShotImageClassification(
        _ image: MediaInput, candidateLabels: [String], model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ClassScore] {
        try await send(
            ZeroShotImageClassification(image: image, candidateLabels: candidateLabels), model: model,
            options: options)
    }

    /// Generates an image from a text; see ``TextToImage``.
    public func textToImage(
        _ inputs: String, model: String? = nil, parameters: TextToImage.Parameters = TextToImage.Parameters(),
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> GeneratedMedia {
        try await first(TextToImage(inputs: inputs, parameters: parameters), model, options)
    }

    /// Generates an image from an image; see ``ImageToImage``.
    public func imageToImage(
        _ image: MediaInput, prompt: String? = nil, model: String? = nil, options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> GeneratedMedia {
        try await first(ImageToImage(image: image, prompt: prompt), model, options)
    }

    /// Answers a question about an image; see ``VisualQuestionAnswering``.
    public func visualQuestionAnswering(
        _ image: MediaInput, question: String, model: String? = nil, topK: Int? = nil,
        options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [VisualAnswer] {
        try await send(
            VisualQuestionAnswering(image: image, question: question, topK: topK), model: model, options: options)
    }

    /// Answers a question about an image of a document; see ``DocumentQuestionAnswering``.
    public func documentQuestionAnswering(
        _ image: MediaInput, question: String, model: String? = nil,
        parameters: AnsweringParameters = AnsweringParameters(), options: RequestOptions = RequestOptions()
    ) async throws(InferenceError) -> [ExtractedAnswer] {
        try await send(
            DocumentQuestionAnswering(image: image, question: question, parameters: parameters), model: model,
            options: options)
    }

    // MARK: Tables

    /// Classifies each row of a table; see ``TabularClassification``.
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

    private func first<SentTask: WireTask, Element>(
        _ task: SentTask, _ model: String?, _ options: RequestOptions
    ) async throws(InferenceError) -> Element where SentTask.Output == [Element] {
        let answers = try await send(task, model: model, options: options)
        guard let first = answers.first else {
            throw InferenceError(.answerMalformed, problem: "the response is empty", task: SentTask.name, model: model)
        }
        return first
    }
}
