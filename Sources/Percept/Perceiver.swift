public import PerceptAudio
public import PerceptCore
public import PerceptImage
public import PerceptInference

/// Sends local recordings and pictures to an inference service and maps what it answers back to them.
///
/// Media are prepared here (decoded, mixed, resampled, turned upright, made smaller), off the cooperative threads; times,
/// boxes and masks in the results are those of the original. A perceiver is a value: copy it freely, use it from many
/// tasks at once.
public struct Perceiver: Sendable {
    public var client: InferenceClient
    /// What recordings are made into before they are sent.
    public var audioPreparation: AudioPreparation
    /// What pictures are made into before they are sent.
    public var imagePreparation: ImagePreparation
    /// How recordings that are longer than a chunk are cut before they are transcribed; `nil` sends them whole.
    public var chunking: AudioChunking?
    /// Chunks that are on their way at the same time, at most: 1 or more.
    public var concurrentChunkCount: Int
    public var limits: ResourceLimits
    /// The four options of every request.
    public var options: RequestOptions
    /// Called as each wait before a retry begins.
    public var onWait: (@Sendable (WaitNotice) -> Void)?
    /// The forms in which services accept requests for times; shared by copies.
    public var timestampForms = AgreedTimestampForms()

    public init(
        client: InferenceClient, audioPreparation: AudioPreparation = AudioPreparation(),
        imagePreparation: ImagePreparation = ImagePreparation(), chunking: AudioChunking? = nil,
        concurrentChunkCount: Int = 3, limits: ResourceLimits = .default,
        options: RequestOptions = RequestOptions(), onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) {
        self.client = client
        self.audioPreparation = audioPreparation
        self.imagePreparation = imagePreparation
        self.chunking = chunking
        self.concurrentChunkCount = concurrentChunkCount
        self.limits = limits
        self.options = options
        self.onWait = onWait
    }

    /// A perceiver that asks the public service, with the token found in the standard places.
    ///
    /// - Throws: `InferenceError` `.tokenRefused` for a malformed token. That there is none shows with the first request.
    public init() throws {
        self.init(client: InferenceClient(token: try AccessToken.discover()))
    }

    /// Tells which classes a recording belongs to.
    ///
    /// - Parameters:
    ///   - recording: a file's URL, encoded bytes or decoded samples.
    ///   - model: the model's id; the task's default when `nil`.
    ///   - topCount: how many classes to ask for at most; the service's own number when `nil`.
    /// - Throws: `MediaError` for the recording, `InferenceError` for the service.
    public func classify(
        recording: some AudioInput, model: String? = nil, topCount: Int? = nil
    ) async throws -> Classification {
        let prepared = try await prepare(recording, for: AudioClassification.self, model)
        let task = AudioClassification(audio: prepared.input, topK: topCount)
        return Classification(try await send(task, model), prepared, topCount: topCount)
    }

    /// Tells which classes a picture belongs to.
    ///
    /// - Parameters:
    ///   - picture: a file's URL, encoded bytes or decoded pixels.
    ///   - model: the model's id; the task's default when `nil`.
    ///   - topCount: how many classes to ask for at most; the service's own number when `nil`.
    /// - Throws: `MediaError` for the picture, `InferenceError` for the service.
    public func classify(
        picture: some ImageInput, model: String? = nil, topCount: Int? = nil
    ) async throws -> Classification {
        let prepared = try await prepare(picture, for: ImageClassification.self, model)
        let task = ImageClassification(image: prepared.input, topK: topCount)
        return Classification(try await send(task, model), prepared, topCount: topCount)
    }

    /// Finds objects in a picture.
    ///
    /// - Parameters:
    ///   - image: a file's URL, encoded bytes or decoded pixels.
    ///   - model: the model's id; the task's default when `nil`.
    ///   - threshold: the least score that counts, 0…1: asked of the service, and kept to here. When `nil` all that the
    ///     service reports.
    /// - Throws: `MediaError` for the picture, `InferenceError` for the service.
    public func detectObjects(
        in image: some ImageInput, model: String? = nil, threshold: Double? = nil
    ) async throws -> Detections {
        let prepared = try await prepare(image, for: ObjectDetection.self, model)
        let found = try await send(ObjectDetection(image: prepared.input, threshold: threshold), model)
        return Detections(found, prepared, threshold: threshold)
    }

    /// Divides a picture into segments.
    ///
    /// - Parameters:
    ///   - image: a file's URL, encoded bytes or decoded pixels.
    ///   - model: the model's id; the task's default when `nil`.
    ///   - threshold: the least score that counts, 0…1; segments without a score are kept.
    ///   - subtask: what kind of segments are asked for; the model's own when `nil`.
    ///   - rescalingMasks: takes masks that are not of the size of what was sent, instead of refusing them.
    /// - Throws: `MediaError` for the picture, or a mask that exceeds a limit; `InferenceError` for the service, masks among
    ///   it that are damaged or of another size.
    public func segment(
        _ image: some ImageInput, model: String? = nil, threshold: Double? = nil,
        subtask: ImageSegmentation.Subtask? = nil, rescalingMasks: Bool = false
    ) async throws -> Segmentation {
        let prepared = try await prepare(image, for: ImageSegmentation.self, model)
        let task = ImageSegmentation(image: prepared.input, threshold: threshold, subtask: subtask)
        let found = try await send(task, model).filter { $0.score.map { $0 >= threshold ?? 0 } ?? true }
        let limits = limits
        do {
            return try await BlockingWork.run {
                let segments = try Segment.decoding(found, source: "the answer", limits: limits) {
                    mask throws(MediaError) in
                    try prepared.receipt.sourceMask(for: mask, rescalingMismatch: rescalingMasks, limits: limits)
                }
                return Segmentation(segments: segments, prepared)
            }
        } catch let error as MediaError where error.kind == .malformedInput || error.kind == .invalidArgument {
            // The image has been decoded before: it is the service's masks that are damaged or do not fit.
            var failure = InferenceError(
                .answerMalformed, problem: [error.source, error.problem].compactMap(\.self).joined(separator: ": "),
                remedy: error.remedy, task: ImageSegmentation.name, model: model ?? ImageSegmentation.defaultModel)
            if error.kind == .invalidArgument {
                failure.remedy = "if it covers the whole image, set rescalingMasks"
                failure.setting = .rescalingMasks
            }
            throw failure
        }
    }

    /// Prepares a recording, unless the request would be refused whatever is sent.
    func prepare<SentTask: InferenceTask>(
        _ recording: some AudioInput, for task: SentTask.Type, _ model: String?
    ) async throws -> PreparedAudio {
        try client.checkAccess(to: model ?? SentTask.defaultModel)
        let (preparation, limits) = (audioPreparation, limits)
        return try await BlockingWork.run { try recording.prepared(by: preparation, limits: limits) }
    }

    /// Prepares a picture, unless the request would be refused whatever is sent.
    private func prepare<SentTask: InferenceTask>(
        _ image: some ImageInput, for task: SentTask.Type, _ model: String?
    ) async throws -> PreparedImage {
        try client.checkAccess(to: model ?? SentTask.defaultModel)
        let (preparation, limits) = (imagePreparation, limits)
        return try await BlockingWork.run { try image.prepared(by: preparation, limits: limits) }
    }

    func send<SentTask: InferenceTask>(
        _ task: SentTask, _ model: String?
    ) async throws -> SentTask.Output {
        try await client.send(task, model: model, options: options, onWait: onWait)
    }
}

extension PreparedAudio {
    var input: MediaInput { MediaInput(bytes: bytes, mediaType: mediaType) }
}

extension PreparedImage {
    var input: MediaInput { MediaInput(bytes: bytes, mediaType: mediaType) }
}
