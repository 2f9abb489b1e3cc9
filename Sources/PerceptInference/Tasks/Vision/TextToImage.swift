import PerceptCore

/// Makes a picture of what a text says.
///
///     let picture = try await client.textToImage("A lighthouse at dusk", parameters: .init(width: 768, height: 512))
///     try Data(picture.bytes).write(to: URL(filePath: "lighthouse.\(picture.fileExtension)"))
public struct TextToImage: CataloguedTask {
    public static let name = "text-to-image"
    public static let defaultModel = "stabilityai/stable-diffusion-xl-base-1.0"
    public static let acceptedAnswer = "image/png"

    public var inputs: String
    public var parameters: Parameters

    public init(inputs: String, parameters: Parameters = Parameters()) {
        self.inputs = inputs
        self.parameters = parameters
    }

    /// How the picture is made; what is `nil` is left to the model.
    public struct Parameters: Sendable, Hashable {
        /// What the picture is not to show.
        public var negativePrompt: String?
        /// In pixels, 1 or more; many models want multiples of 8.
        public var width: Int?
        /// In pixels, 1 or more; many models want multiples of 8.
        public var height: Int?
        /// Steps of denoising, 1 or more: more take longer and give finer pictures.
        public var inferenceStepCount: Int?
        /// How closely the picture follows the text.
        public var guidanceScale: Double?
        /// Where chance begins: equal seeds give equal pictures.
        public var seed: UInt64?
        /// The scheduler to use instead of the model's own, by its name.
        public var scheduler: String?
        /// Further parameters under their names on the wire.
        public var additional: JSONObject

        public init(
            negativePrompt: String? = nil, width: Int? = nil, height: Int? = nil, inferenceStepCount: Int? = nil,
            guidanceScale: Double? = nil, seed: UInt64? = nil, scheduler: String? = nil, additional: JSONObject = [:]
        ) {
            self.negativePrompt = negativePrompt
            self.width = width
            self.height = height
            self.inferenceStepCount = inferenceStepCount
            self.guidanceScale = guidanceScale
            self.seed = seed
            self.scheduler = scheduler
            self.additional = additional
        }

        static let table = ParameterTable<Parameters>(
            .string("negative_prompt", \.negativePrompt), .integer("width", \.width), .integer("height", \.height),
            .integer("num_inference_steps", \.inferenceStepCount), .number("guidance_scale", \.guidanceScale),
            .seed("seed", \.seed), .string("scheduler", \.scheduler))
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Parameters.table.json(of: parameters, adding: parameters.additional))
    }

    /// The parameters stand beside the `prompt`, and `response_format` asks for the picture itself instead of a link to it.
    public func openAIForm(model: String) throws(InferenceError) -> OpenAIForm? {
        let parameters = try Parameters.table.json(of: parameters, adding: parameters.additional)
        let body = JSONObject(["prompt": inputs], additional: parameters.adding(["response_format": "b64_json"]))
        return OpenAIForm(route: .imageGenerations, payload: .json(body))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedMedia] {
        try answer.generatedMedia(.image, task: Self.name)
    }
}

extension TextToImage {
    public static let methods = ["textToImage"]
    public static var parameters: [TaskParameter] { Parameters.table.parameters }
    /// An answer is the picture itself; these are its other forms.
    public static let example = TaskExample(
        input: "A lighthouse at dusk", parameters: ["width": 768, "height": 512],
        answers: [
            #""iVBORw0KGgo=""#, #"{"data":[{"b64_json":"iVBORw0KGgo="}]}"#,
            #"{"output":["data:image/png;base64,iVBORw0KGgo="]}"#,
        ])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), parameters: Parameters(additional: arguments.parameters))
    }
}
