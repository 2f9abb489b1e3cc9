import PerceptCore

/// Makes numbers of texts: vectors that lie the closer together the more the texts mean the same.
///
///     let features = try await client.featureExtraction("That is a happy person")
///     print(features.vector?.count ?? 0)                   // 768
public struct FeatureExtraction: CataloguedTask {
    public static let name = "feature-extraction"
    public static let defaultModel = "sentence-transformers/paraphrase-xlm-r-multilingual-v1"
    public static let route = TaskRoute.pipeline(name)

    /// On which side a text that is too long is cut.
    public enum TruncationDirection: String, Sendable, Hashable, CaseIterable {
        case left, right
    }

    /// How the numbers travel.
    public enum EncodingFormat: String, Sendable, Hashable, CaseIterable {
        case float, base64
    }

    /// A string, a list of strings, or an object of the model's own; whatever it is, it is sent as it is.
    public var inputs: JSONValue
    /// Makes every vector one of length 1.
    public var normalizes: Bool?
    /// Cuts texts off that are too long, instead of refusing them.
    public var truncates: Bool?
    public var truncationDirection: TruncationDirection?
    /// Which of the prompts of a sentence model to put in front.
    public var promptName: String?
    /// How many numbers a vector is to have, 1 or more, for models that can shorten them.
    public var dimensions: Int?
    public var encodingFormat: EncodingFormat?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

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

    /// The parameters stand beside `inputs`: servers of this task look nowhere else.
    public func payload() throws(InferenceError) -> RequestPayload {
        let parameters = try Self.table.json(of: self, adding: additionalParameters)
        return .json(JSONObject(["inputs": inputs], additional: parameters))
    }

    /// The inputs stand under `input`, the parameters beside it.
    public func openAIForm() throws(InferenceError) -> OpenAIForm? {
        let parameters = try Self.table.json(of: self, adding: additionalParameters)
        return OpenAIForm(
            route: .embeddings, payload: .json(JSONObject(["input": inputs], additional: parameters)))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> FeatureTensor {
        let reader = try AnswerReader(answer, task: Self.name)
        // OpenAI's interface has an object around each vector, in the order of the inputs.
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
    public static let methods = ["featureExtraction"]
    public static var parameters: [TaskParameter] { table.parameters }
    public static let example = TaskExample(
        input: "That is a happy person",
        answers: [
            "[0.5,-1,2e-3]", "[[0.5,-1],[1,0]]", "[[[0.5,-1],[1,0],[2,3]]]", "[[[[0.5,-1],[1,0]]],[[[2,3]]]]",
            #"{"embeddings":[0.5,-1]}"#, #"["AAAAPwAAgL8="]"#,
            #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]}]}"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        guard let input = arguments.input else {
            throw InferenceError(
                .invalidArgument, problem: "there is no input", remedy: "pass a string or a list of strings")
        }
        self.init(inputs: input, additionalParameters: arguments.parameters)
    }
}

/// Numbers as a model arranges them: a vector per text, or per token of each text.
///
/// How deep they lie follows from the input and from whether the model takes the mean over tokens: one text gives a vector
/// or, per token, a list in a list of them; several texts give a list of either.
public indirect enum FeatureTensor: Sendable, Hashable {
    case vector([Double])
    case list([FeatureTensor])

    /// 1 for a vector, one more for each list around it.
    public var depth: Int {
        switch self {
        case .vector: 1
        case .list(let elements): 1 + (elements.first?.depth ?? 0)
        }
    }

    /// The vector, where there is one alone, whatever the lists around it.
    public var vector: [Double]? {
        switch self {
        case .vector(let numbers): numbers
        case .list(let elements): elements.count == 1 ? elements[0].vector : nil
        }
    }

    /// The vectors in their order: one per text of a model that takes the mean, else one per token.
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
            // Hundreds of thousands of numbers are usual: a place in the answer is made for a wrong one only.
            self = .vector(
                try values.enumerated().map { index, value throws(InferenceError) in
                    if let number = value.doubleValue { return number }
                    return try reader.element(index).double()
                })
            return
        }
        self = .list(try reader.list().map(FeatureTensor.init(_:)))
    }

    /// 32-bit floating-point numbers, the least significant byte first.
    private static func numbers(inBase64 text: String, _ reader: AnswerReader) throws(InferenceError) -> [Double] {
        guard let bytes = try? Base64.decode(text), bytes.count % 4 == 0 else {
            throw reader.mismatch(expected: "a list of numbers")
        }
        return stride(from: 0, to: bytes.count, by: 4).map { index in
            let pattern = bytes[index..<index + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return Double(Float(bitPattern: pattern))
        }
    }

    public var json: JSONValue {
        switch self {
        case .vector(let numbers): numbers.json
        case .list(let elements): elements.json
        }
    }
}
