import PerceptCore

/// Computes embeddings: vectors that are closer together the more similar the texts are in meaning.
///
///     let features = try await client.featureExtraction("That is a happy person")
///     print(features.vector?.count ?? 0)                   // 768
///
/// The output is the embeddings.
public struct FeatureExtraction: InferenceTask<FeatureTensor>, CataloguedTask {
    package static let name = "feature-extraction"
    package static let defaultModel = "sentence-transformers/paraphrase-xlm-r-multilingual-v1"
    package static let route = TaskRoute.pipeline(name)

    /// The side at which a long text is truncated.
    public enum TruncationDirection: String, Sendable, Hashable, CaseIterable {
        case left, right
    }

    /// The encoding of the numbers in the response.
    public enum EncodingFormat: String, Sendable, Hashable, CaseIterable {
        case float, base64
    }

    package var inputs: JSONValue
    package var normalizes: Bool?
    package var truncates: Bool?
    package var truncationDirection: TruncationDirection?
    package var promptName: String?
    package var dimensions: Int?
    package var encodingFormat: EncodingFormat?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: A string, a list of strings, or an object that the model understands; sent unchanged.
    ///   - normalizes: Normalizes every vector to length 1.
    ///   - truncates: Truncates texts that are too long, instead of rejecting them.
    ///   - truncationDirection: The side at which long texts are truncated.
    ///   - promptName: The name of the sentence model's prompt to prepend.
    ///   - dimensions: The number of dimensions of a vector, 1 or more, for models that can shorten it.
    ///   - encodingFormat: The encoding of the numbers in the response.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        inputs: JSONValue, normalizes: Bool? = nil, truncates: Bool? = nil,
        truncationDirection: TruncationDirection? = nil, promptName: String? = nil, dimensions: Int? = nil,
        encodingFormat: EncodingFormat? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.inputs = inputs
        self.normalizes = normalizes
        self.truncates = truncates
        self.truncationDirection = truncationDirection
        self.promptName = promptName
        self.dimensions = dimensions
        self.encodingFormat = encodingFormat
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<FeatureExtraction>(
        .boolean("normalize", \.normalizes), .boolean("truncate", \.truncates, default: false),
        .choice("truncation_direction", \.truncationDirection, default: .right),
        .string("prompt_name", \.promptName), .integer("dimensions", \.dimensions),
        .choice("encoding_format", \.encodingFormat, default: .float))

    /// Returns the parameters beside `inputs`: servers for this task expect them there.
    package func payload() throws(InferenceError) -> RequestPayload {
        let parameters = try Self.table.json(of: self, adding: additionalParameters)
        return .json(JSONObject(["inputs": inputs], additional: parameters))
    }

    /// Returns the inputs under `input` and the parameters beside it.
    package func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest? {
        let parameters = try Self.table.json(of: self, adding: additionalParameters)
        return TaskRequest(
            route: .embeddings, payload: .json(JSONObject(["input": inputs], additional: parameters)))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> FeatureTensor {
        let reader = try AnswerReader(answer, task: Self.name)
        // OpenAI's API wraps each vector in an object, in the order of the inputs.
        let data = reader.member("data")
        if data.value.arrayValue != nil {
            return .list(
                try data.list().map { entry throws(InferenceError) in try FeatureTensor(entry.member("embedding")) })
        }
        let embeddings = reader.member("embeddings")
        return try FeatureTensor(embeddings.value.isNull ? reader : embeddings)
    }
}

extension FeatureExtraction {
    package static let methods = ["featureExtraction"]
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        input: "That is a happy person",
        answers: [
            "[0.5,-1,2e-3]", "[[0.5,-1],[1,0]]", "[[[0.5,-1],[1,0],[2,3]]]", "[[[[0.5,-1],[1,0]]],[[[2,3]]]]",
            #"{"embeddings":[0.5,-1]}"#, #"["AAAAPwAAgL8="]"#,
            #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]}]}"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        guard let input = arguments.input else {
            throw InferenceError(
                .invalidArgument, problem: "there is no input", remedy: "pass a string or a list of strings")
        }
        self.init(inputs: input, additionalParameters: arguments.parameters)
    }
}

/// The embeddings in the model's arrangement: a vector per text, or per token of each text.
///
/// The depth depends on the input and on whether the model averages over tokens: one text gives a vector, or a list of
/// vectors within a list; several texts give a list of either.
public indirect enum FeatureTensor: Sendable, Hashable {
    case vector([Double])
    case list([FeatureTensor])

    /// The depth of nesting: 1 for a vector, plus one for each list around it.
    package var depth: Int {
        switch self {
        case .vector: 1
        case .list(let elements): 1 + (elements.first?.depth ?? 0)
        }
    }

    /// The vector, if there is exactly one, at any depth.
    public var vector: [Double]? {
        switch self {
        case .vector(let numbers): numbers
        case .list(let elements): elements.count == 1 ? elements[0].vector : nil
        }
    }

    /// The vectors in order: one per text if the model averages over tokens, otherwise one per token.
    public var vectors: [[Double]] {
        switch self {
        case .vector(let numbers): [numbers]
        case .list(let elements): elements.flatMap(\.vectors)
        }
    }
}

extension FeatureTensor: TaskOutput {
    init(_ reader: AnswerReader) throws(InferenceError) {
        if let text = reader.value.stringValue {
            self = .vector(try Self.numbers(inBase64: text, reader))
            return
        }
        guard let values = reader.value.arrayValue else { throw reader.mismatch(expected: "a list of numbers") }
        guard values.first?.doubleValue == nil else {
            // Responses often hold hundreds of thousands of numbers, so a path is built only for one that is malformed.
            self = .vector(
                try values.enumerated().map { index, value throws(InferenceError) in
                    if let number = value.doubleValue { return number }
                    return try reader.element(index).double()
                })
            return
        }
        self = .list(try reader.list().map(FeatureTensor.init(_:)))
    }

    /// Decodes little-endian 32-bit floating-point numbers.
    private static func numbers(inBase64 text: String, _ reader: AnswerReader) throws(InferenceError) -> [Double] {
        guard let bytes = try? Base64.decode(text), bytes.count % 4 == 0 else {
            throw reader.mismatch(expected: "a list of numbers")
        }
        return stride(from: 0, to: bytes.count, by: 4).map { index in
            let pattern = bytes[index..<index + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return Double(Float(bitPattern: pattern))
        }
    }

    package var json: JSONValue {
        switch self {
        case .vector(let numbers): numbers.json
        case .list(let elements): elements.json
        }
    }
}
