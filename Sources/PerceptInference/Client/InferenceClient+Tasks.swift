/// One-line conveniences under the names that the service's own JavaScript client gave them.
extension InferenceClient {
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
}
