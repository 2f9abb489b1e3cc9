public import PerceptCore

/// The tasks that have a type here, and what each looks like on the wire: one table for the command, the documentation
/// and the tests.
public enum TaskCatalogue {
    public static let tasks: [TaskDescription] = [
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

    /// What people call tasks besides the hub's names.
    public static let aliases = [
        "ner": TokenClassification.name, "named-entity-recognition": TokenClassification.name,
        "sentiment-analysis": TextClassification.name, "chat": ChatCompletion.name,
        "speech-to-text": AutomaticSpeechRecognition.name,
    ]

    /// The task of a name or alias.
    public static func task(named name: String) -> TaskDescription? {
        let name = aliases[name] ?? name
        return tasks.first { $0.name == name }
    }
}

/// A task as ``TaskCatalogue`` lists it, without its type.
public struct TaskDescription: Sendable {
    /// The hub's name: `fill-mask`.
    public let name: String
    /// The methods of ``InferenceClient``: `fillMask`.
    public let methods: [String]
    public let defaultModel: String
    public let route: TaskRoute
    /// The kind of media that the request carries; `nil` where it is text alone.
    public let medium: MediaType.Kind?
    /// The parameters that are checked; a service may know others.
    public let parameters: [TaskParameter]
    public let example: TaskExample
    /// Whether it is about a text or JSON, beside its medium or alone.
    public var takesInput: Bool { example.input != nil }
    /// Whether the answer can be had as it is written.
    public let isStreamed: Bool

    /// Makes the request's body, without sending it.
    public let payload: @Sendable (TaskArguments) throws(InferenceError) -> RequestPayload
    /// Decodes an answer to a request of these arguments.
    public let decode: @Sendable (InferenceAnswer, TaskArguments) throws(InferenceError) -> any TaskOutput

    private let sender: @Sendable (TaskArguments, Request) async throws(InferenceError) -> any TaskOutput
    private let streamer: (@Sendable (TaskArguments, Request) async throws(InferenceError) -> TextPieces)?

    /// Whom to ask, and how.
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

    /// Makes the task of `arguments`, sends it and gives its decoded answer.
    ///
    /// - Throws: ``InferenceError`` as ``InferenceClient/send(_:model:options:onWait:)`` does.
    public func run(
        _ arguments: TaskArguments, client: InferenceClient, model: String? = nil,
        options: RequestOptions = RequestOptions(), onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) async throws(InferenceError) -> any TaskOutput {
        try await sender(arguments, Request(client: client, model: model, options: options, onWait: onWait))
    }

    /// The same, piece by piece as it is written.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when the task ``isStreamed`` not, and as
    ///   ``InferenceClient/stream(_:model:options:onWait:)`` does.
    public func stream(
        _ arguments: TaskArguments, client: InferenceClient, model: String? = nil,
        options: RequestOptions = RequestOptions(), onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) async throws(InferenceError) -> TextPieces {
        guard let streamer else {
            throw InferenceError(.invalidArgument, problem: "\(name) is not answered piece by piece")
        }
        return try await streamer(arguments, Request(client: client, model: model, options: options, onWait: onWait))
    }
}

/// An event that adds to a text.
public protocol StreamedText: TaskOutput {
    /// What it adds.
    var text: String { get }
    /// Why the text ends with this event; `nil` where it goes on or the service does not say.
    var finishReason: String? { get }
}

extension GeneratedTextPiece: StreamedText {
    public var finishReason: String? { details?.finishReason }
}

extension ChatCompletionChunk: StreamedText {
    /// Of the first answer.
    public var finishReason: String? { choices.first { $0.index == 0 }?.finishReason }
}

/// The events of a text as it is written, whatever the task.
public struct TextPieces: AsyncSequence, Sendable {
    public typealias Element = any StreamedText
    public typealias Failure = InferenceError

    private let makeIterator: @Sendable () -> Iterator

    init<Event: StreamedText>(_ events: InferenceEvents<Event>) {
        makeIterator = {
            var iterator = events.makeAsyncIterator()
            return Iterator { () throws(InferenceError) in try await iterator.next() }
        }
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let advance: () async throws(InferenceError) -> (any StreamedText)?

        public mutating func next() async throws(InferenceError) -> (any StreamedText)? { try await advance() }
    }

    public func makeAsyncIterator() -> Iterator { makeIterator() }
}
