public import PerceptCore

/// Edits an image according to a text.
///
///     let edited = try await client.imageToImage(MediaInput(sniffing: photo), prompt: "Make it winter")
///     try Data(edited.bytes).write(to: URL(filePath: "winter.\(edited.fileExtension)"))
///
/// The output is the images, usually one.
public struct ImageToImage: InferenceTask<[GeneratedMedia]>, CataloguedTask, MediaGeneratingTask {
    package static let name = "image-to-image"
    package static let defaultModel = "timbrooks/instruct-pix2pix"
    static let generatedKind = MediaType.Kind.image
    package static let acceptedAnswer = "image/png"

    package var image: MediaInput
    package var prompt: String?
    package var negativePrompt: String?
    package var inferenceStepCount: Int?
    package var guidanceScale: Double?
    package var targetSize: PixelSize?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - image: The image to edit.
    ///   - prompt: The description of the result.
    ///   - negativePrompt: The description of contents to avoid.
    ///   - inferenceStepCount: The number of denoising steps, 1 or more.
    ///   - guidanceScale: The guidance scale: higher values follow the text more closely.
    ///   - targetSize: The size of the result in pixels; the model's default if `nil`.
    ///   - additionalParameters: Further parameters under their names on the wire.
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

    package func payload() throws(InferenceError) -> RequestPayload {
        try .media(image, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    /// Returns a form only for the provider Together, which takes the image as a data URL in `reference_images`, or in
    /// `image_url` for FLUX.1 Kontext models, which accept no other form.
    package func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest? {
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
        return TaskRequest(route: .imageGenerations, payload: .json(body))
    }
}

extension ImageToImage {
    package static let methods = ["imageToImage"]
    package static let medium: MediaType.Kind? = .image
    package static var parameters: [TaskParameter] { table.parameters }
    /// A response is usually the image itself; these are its other forms.
    package static let example = TaskExample(
        parameters: ["prompt": "Make it winter"], answers: [#""iVBORw0KGgo=""#, #"{"image":"iVBORw0KGgo="}"#])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(image: try arguments.medium(), additionalParameters: arguments.parameters)
    }
}
