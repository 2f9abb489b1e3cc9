import PerceptCore

/// Generates an image from a text.
///
///     let image = try await client.textToImage("A lighthouse at dusk", parameters: .init(width: 768, height: 512))
///     try Data(image.bytes).write(to: URL(filePath: "lighthouse.\(image.fileExtension)"))
///
/// The output is the images, usually one.
public struct TextToImage: InferenceTask<[GeneratedMedia]>, CataloguedTask, MediaGeneratingTask {
    package static let name = "text-to-image"
    package static let defaultModel = "stabilityai/stable-diffusion-xl-base-1.0"
    static let generatedKind = MediaType.Kind.image
    package static let acceptedAnswer = "image/png"

    package var inputs: String
    package var parameters: Parameters

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: The description of the image.
    ///   - parameters: The generation parameters.
    public init(inputs: String, parameters: Parameters = Parameters()) {
        self.inputs = inputs
        self.parameters = parameters
    }

    /// The generation parameters; the model chooses those that are `nil`.
    public struct Parameters: Sendable, Hashable {
        package var negativePrompt: String?
        package var width: Int?
        package var height: Int?
        package var inferenceStepCount: Int?
        package var guidanceScale: Double?
        package var seed: UInt64?
        package var scheduler: String?
        package var additional: JSONObject

        /// Creates parameters.
        ///
        /// - Parameters:
        ///   - negativePrompt: The description of contents to avoid.
        ///   - width: The width in pixels, 1 or more; many models require multiples of 8.
        ///   - height: The height in pixels, 1 or more; many models require multiples of 8.
        ///   - inferenceStepCount: The number of denoising steps, 1 or more; more steps take longer and give finer
        ///     images.
        ///   - guidanceScale: The guidance scale: higher values follow the text more closely.
        ///   - seed: The random seed: equal seeds give equal images.
        ///   - scheduler: The name of the scheduler that replaces the model's own.
        ///   - additional: Further parameters under their names on the wire.
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

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Parameters.table.json(of: parameters, adding: parameters.additional))
    }

    /// Returns the parameters beside the `prompt`; width and height become a `size` such as `768x512`.
    /// `response_format` requests the image itself instead of a link, except from GPT image models, which lack the
    /// parameter and never send a link.
    ///
    /// Together takes width and height unchanged, and calls the format `base64` and the steps `steps`; nscale does not
    /// support steps.
    package func openAIRequest(for service: OpenAIService) throws(InferenceError) -> TaskRequest? {
        var parameters = try Parameters.table.json(of: parameters, adding: parameters.additional)
        var format: JSONValue? = Self.isGPTImageModel(service.model) ? nil : "b64_json"
        if service.provider == "together" {
            format = "base64"
            parameters = JSONObject(
                parameters.map { ($0.key == "num_inference_steps" ? "steps" : $0.key, $0.value) })
        } else {
            Self.setSize(in: &parameters)
            if service.provider == "nscale", parameters["num_inference_steps"] != nil {
                throw InferenceError(
                    .invalidArgument, problem: "nscale does not support num_inference_steps", remedy: "leave it out")
            }
        }
        var body = JSONObject(["prompt": inputs], additional: parameters)
        if let format, body["response_format"] == nil { body["response_format"] = format }
        return TaskRequest(route: .imageGenerations, payload: .json(body))
    }

    /// Replaces width and height with `size`, unless the caller sets `size` or only one of the two.
    private static func setSize(in parameters: inout JSONObject) {
        guard parameters["size"] == nil, let width = parameters["width"]?.integerValue,
            let height = parameters["height"]?.integerValue
        else { return }
        parameters["width"] = nil
        parameters["height"] = nil
        parameters["size"] = .string("\(width)x\(height)")
    }

    /// Returns whether `model` is a GPT image model, such as `gpt-image-1` or `openai/chatgpt-image-latest`.
    private static func isGPTImageModel(_ model: String) -> Bool {
        let name = (model.split(separator: "/").last ?? "").lowercased()
        return (name.hasPrefix("gpt-") || name.hasPrefix("chatgpt-")) && name.contains("image")
    }
}

extension TextToImage {
    package static let methods = ["textToImage"]
    package static var parameters: [TaskParameter] { Parameters.table.parameters }
    /// A response is usually the image itself; these are its other forms.
    package static let example = TaskExample(
        input: "A lighthouse at dusk", parameters: ["width": 768, "height": 512],
        answers: [
            #""iVBORw0KGgo=""#, #"{"data":[{"b64_json":"iVBORw0KGgo="}]}"#,
            #"{"output":["data:image/png;base64,iVBORw0KGgo="]}"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), parameters: Parameters(additional: arguments.parameters))
    }
}
