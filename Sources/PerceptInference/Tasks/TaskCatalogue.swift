package import PerceptCore

/// The tasks that have a type in this package, with their wire formats: one table for the command, the documentation
/// and the tests.
package enum TaskCatalogue {
    /// The tasks, in the order of the documentation.
    package static let tasks: [TaskDescription] = [
        TaskDescription(FillMask.self), TaskDescription(Summarization.self), TaskDescription(QuestionAnswering.self),
        TaskDescription(TableQuestionAnswering.self), TaskDescription(TextClassification.self),
        TaskDescription(TextGeneration.self), TaskDescription(Text2TextGeneration.self),
        TaskDescription(TokenClassification.self), TaskDescription(Translation.self),
        TaskDescription(ZeroShotClassification.self), TaskDescription(Conversational.self),
        TaskDescription(FeatureExtraction.self), TaskDescription(SentenceSimilarity.self),
        TaskDescription(ChatCompletion.self),
        TaskDescription(AutomaticSpeechRecognition.self), TaskDescription(AudioClassification.self),
        TaskDescription(TextToSpeech.self), TaskDescription(AudioToAudio.self),
        TaskDescription(ImageClassification.self), TaskDescription(ObjectDetection.self),
        TaskDescription(ImageSegmentation.self), TaskDescription(ImageToText.self),
        TaskDescription(ZeroShotImageClassification.self), TaskDescription(TextToImage.self),
        TaskDescription(ImageToImage.self),
        TaskDescription(VisualQuestionAnswering.self), TaskDescription(DocumentQuestionAnswering.self),
        TaskDescription(TabularClassification.self), TaskDescription(TabularRegression.self),
    ]

    /// Common names for tasks besides the hub's.
    package static let aliases = [
        "ner": TokenClassification.name, "named-entity-recognition": TokenClassification.name,
        "sentiment-analysis": TextClassification.name, "chat": ChatCompletion.name,
        "speech-to-text": AutomaticSpeechRecognition.name,
    ]

    /// Returns the task with a name or alias.
    package static func task(named name: String) -> TaskDescription? {
        let name = aliases[name] ?? name
        return tasks.first { $0.name == name }
    }
}

/// A type-erased task in ``TaskCatalogue``.
package struct TaskDescription: Sendable {
    /// The hub's name: `fill-mask`.
    package let name: String
    /// The methods of ``InferenceClient``: `fillMask`.
    package let methods: [String]
    /// The ID of the model that is used if the caller names none.
    package let defaultModel: String
    /// The route of the task below the model's own.
    package let route: TaskRoute
    /// The kind of media in the request; `nil` if the request carries only text.
    package let medium: MediaType.Kind?
    /// The parameters that are checked; a service may accept others.
    package let parameters: [TaskParameter]
    /// A request and the forms of its response.
    package let example: TaskExample
    /// Indicates whether the task takes a text or JSON input, with or without media.
    package var takesInput: Bool { example.input != nil }
    /// Indicates whether the response can be streamed.
    package let isStreamed: Bool

    /// Returns the request body for arguments, without sending it.
    package let payload: @Sendable (TaskArguments) throws(InferenceError) -> RequestPayload
    /// Decodes a response to a request with these arguments.
    package let decode: @Sendable (InferenceAnswer, TaskArguments) throws(InferenceError) -> any TaskOutput

    private let sender: @Sendable (TaskArguments, Request) async throws(InferenceError) -> any TaskOutput
    private let streamer: (@Sendable (TaskArguments, Request) async throws(InferenceError) -> TextPieces)?

    /// The service, the model and the options of a request.
    private struct Request: Sendable {
        let client: InferenceClient
        let model: String?
        let options: RequestOptions
        let onWait: (@Sendable (WaitNotice) -> Void)?
    }

    init<Task: CataloguedTask>(_ task: Task.Type) {
        self.init(task, streamer: nil)
    }

    init<Task: CataloguedTask & StreamingInferenceTask>(_ task: Task.Type) where Task.Event: StreamedText {
        self.init(task) { arguments, request throws(InferenceError) in
            let events = try await request.client.stream(
                try arguments.task(Task.self), model: request.model, options: request.options, onWait: request.onWait)
            return TextPieces(events)
        }
    }

    private init<Task: CataloguedTask>(
        _ task: Task.Type,
        streamer: (@Sendable (TaskArguments, Request) async throws(InferenceError) -> TextPieces)?
    ) {
        name = Task.name
        methods = Task.methods
        defaultModel = Task.defaultModel
        route = Task.route
        medium = Task.medium
        parameters = Task.parameters
        example = Task.example
        isStreamed = streamer != nil
        payload = { arguments throws(InferenceError) in try arguments.task(Task.self).payload() }
        decode = { answer, arguments throws(InferenceError) in try arguments.task(Task.self).decode(answer) }
        sender = { arguments, request throws(InferenceError) in
            try await request.client.send(
                try arguments.task(Task.self), model: request.model, options: request.options, onWait: request.onWait)
        }
        self.streamer = streamer
    }

    /// Creates the task from `arguments`, sends it and returns the decoded response.
    ///
    /// - Throws: ``InferenceError`` as ``InferenceClient/send(_:model:options:onWait:)`` does.
    package func run(
        _ arguments: TaskArguments, client: InferenceClient, model: String? = nil,
        options: RequestOptions = RequestOptions(), onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) async throws(InferenceError) -> any TaskOutput {
        try await sender(arguments, Request(client: client, model: model, options: options, onWait: onWait))
    }

    /// Creates the task from `arguments`, sends it and streams the response.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if ``isStreamed`` is false, and the errors of
    ///   ``InferenceClient/stream(_:model:options:onWait:)``.
    package func stream(
        _ arguments: TaskArguments, client: InferenceClient, model: String? = nil,
        options: RequestOptions = RequestOptions(), onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) async throws(InferenceError) -> TextPieces {
        guard let streamer else {
            throw InferenceError(.invalidArgument, problem: "\(name) does not support streaming")
        }
        return try await streamer(arguments, Request(client: client, model: model, options: options, onWait: onWait))
    }
}

/// An event that appends to a text.
package protocol StreamedText: TaskOutput {
    /// The text to append.
    var text: String { get }
    /// The reason the text ends with this event; `nil` if it continues or the service states none.
    var finishReason: String? { get }
}

extension GeneratedTextPiece: StreamedText {
    /// The reason in the event's details.
    package var finishReason: String? { details?.finishReason }
}

extension ChatCompletionChunk: StreamedText {
    /// The finish reason of the first choice.
    package var finishReason: String? { choices.first { $0.index == 0 }?.finishReason }
}

/// The events of a streamed text, for any task.
package struct TextPieces: AsyncSequence, Sendable {
    /// A streamed event.
    package typealias Element = any StreamedText
    /// The error of a failed stream.
    package typealias Failure = InferenceError

    private let makeIterator: @Sendable () -> Iterator

    init<Event: StreamedText>(_ events: InferenceEvents<Event>) {
        makeIterator = {
            var iterator = events.makeAsyncIterator()
            return Iterator { () throws(InferenceError) in try await iterator.next() }
        }
    }

    /// Iterates over the events.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let advance: () async throws(InferenceError) -> (any StreamedText)?

        /// Returns the next event; `nil` at the end.
        package mutating func next() async throws(InferenceError) -> (any StreamedText)? { try await advance() }
    }

    /// Returns an iterator; iterate once.
    package func makeAsyncIterator() -> Iterator { makeIterator() }
}
