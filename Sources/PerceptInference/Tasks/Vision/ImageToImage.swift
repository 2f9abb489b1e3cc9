public import PerceptCore

/// Edits an image according to a text.
///
///     let edited = try await client.imageToImage(MediaInput(sniffing: photo), prompt: "Make it winter")
///     try Data(edited.bytes).write(to: URL(filePath: "winter.\(edited.fileExtension)"))
public struct ImageToImage: CataloguedTask {
    public static let name = "image-to-image"
    public static let defaultModel = "timbrooks/instruct-pix2pix"
    public static let acceptedAnswer = "image/png"

    /// The image to edit.
    public var image: MediaInput
    /// The description of the result.
    public var prompt: String?
    /// The description of contents to avoid.
    public var negativePrompt: String?
    /// The number of denoising steps, 1 or more.
    public var inferenceStepCount: Int?
    /// The guidance scale: higher values follow the text more closely.
    public var guidanceScale: Double?
    /// The size of the result in pixels; the model's default if `nil`.
    public var targetSize: PixelSize?
    /// Further parameters under their names on the wire.
    public var additionalParameters: JSONObject

    /// Creates a task.
    public init(
        image: MediaInput, prompt: String? = nil, negativePrompt: String? = nil, inferenceStepCount: Int? = nil,
        guidanceScale: Double? = nil, targetSize: PixelSize? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.image = image
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.inferenceStepCount = inferenceStepCount
        self.guidanceScale = guidanceScale
        self.targetSize = targetSize
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<ImageToImage>(
        .string("prompt", \.prompt), .string("negative_prompt", \.negativePrompt),
        .integer("num_inference_steps", \.inferenceStepCount), .number("guidance_scale", \.guidanceScale),
        .json("target_size", \.size))

    private var size: JSONObject? {
        targetSize.map { ["width": .integer($0.width), "height": .integer($0.height)] }
    }

    public func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// Returns a form only for the provider Together, which takes the image as a data URL in `reference_images`, or in
    /// `image_url` for FLUX.1 Kontext models, which accept no other form.
    public func openAIForm(for service: OpenAIService) throws(InferenceError) -> OpenAIForm? {
        guard service.provider == "together" else { return nil }
        try image.requireBytes()
        let url = JSONValue.string("data:\(image.mediaType.rawValue);base64,\(try image.base64())")
        let parameters = try Self.table.json(of: self, adding: additionalParameters)
        let model = service.model.lowercased()
        let takesURL = model.contains("kontext") && model.contains("flux.1")
        var body: JSONObject = ["prompt": ""]
        body[takesURL ? "image_url" : "reference_images"] = takesURL ? url : [url]
        body["response_format"] = "base64"
        for (name, value) in parameters { body[name == "num_inference_steps" ? "steps" : name] = value }
        return OpenAIForm(route: .imageGenerations, payload: .json(body))
    }

    public func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedMedia] {
        try answer.generatedMedia(.image, task: Self.name)
    }
}

extension ImageToImage {
    public static let methods = ["imageToImage"]
    public static let medium: MediaType.Kind? = .image
    public static var parameters: [TaskParameter] { table.parameters }
    /// A response is usually the image itself; these are its other forms.
    public static let example = TaskExample(
        parameters: ["prompt": "Make it winter"], answers: [#""iVBORw0KGgo=""#, #"{"image":"iVBORw0KGgo="}"#])

    public init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}
