@_exported public import PerceptAudio
@_exported public import PerceptCore
@_exported public import PerceptImage
@_exported public import PerceptInference

/// Sends local recordings and images to an inference service and maps the results back to the originals.
///
/// Media are prepared (decoded, downmixed, resampled, turned upright, resized) outside the cooperative thread pool.
/// Times, boxes and masks in the results refer to the original. A perceiver is a value that can be copied and used from
/// several tasks at once.
public struct Perceiver: Sendable {
    /// The client that sends requests.
    public var client: InferenceClient
    /// The conversion of recordings into uploads.
    public var audioPreparation: AudioPreparation
    /// The conversion of images into uploads.
    public var imagePreparation: ImagePreparation
    /// The way in which long recordings are split into chunks for transcription; `nil` sends them whole.
    public var chunking: AudioChunking?
    /// The maximum number of chunks that are sent at the same time, at least 1.
    public var concurrentChunkCount: Int
    /// The resource limits for reading media.
    public var limits: ResourceLimits
    /// The options of every request.
    public var options: RequestOptions
    /// A closure that is called before each wait for a retry.
    public var onWait: (@Sendable (WaitNotice) -> Void)?
    /// The forms in which services accept requests for timestamps; shared by copies.
    public var timestampForms = AgreedTimestampForms()

    /// Creates a perceiver.
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

    /// Creates a perceiver for the public service, with the token from the environment or the standard files.
    ///
    /// - Throws: `InferenceError` `.tokenRefused` for a malformed token. A missing token is reported by the first
    ///   request.
    public init() throws {
        self.init(client: InferenceClient(token: try AccessToken.discover()))
    }

    /// Classifies a recording or an image. Its kind is detected from the contents, unless ``audioPreparation`` states
    /// the format of raw samples.
    ///
    /// - Parameters:
    ///   - source: a file, its URL, or its bytes.
    ///   - model: the model's id; the task's default if `nil`.
    ///   - topCount: the maximum number of classes; the service's default if `nil`.
    /// - Throws: `MediaError` for the media, also if they are neither; `InferenceError` for the service,
    ///   `CancellationError` if the task is cancelled.
    public func classify(
        _ source: some EncodedMedia, model: String? = nil, topCount: Int? = nil
    ) async throws -> Classification {
        let source = try source.mediaSource()
        return switch try source.kind(reading: audioPreparation.reading) {
        case .recording: try await classify(recording: source, model: model, topCount: topCount)
        case .image: try await classify(image: source, model: model, topCount: topCount)
        }
    }

    /// Classifies a recording.
    ///
    /// - Parameters:
    ///   - recording: a file's URL, encoded bytes or decoded samples.
    ///   - model: the model's id; the task's default if `nil`.
    ///   - topCount: the maximum number of classes; the service's default if `nil`.
    /// - Throws: `MediaError` for the recording, `InferenceError` for the service,
    ///   `CancellationError` if the task is cancelled.
    public func classify(
        recording: some AudioInput, model: String? = nil, topCount: Int? = nil
    ) async throws -> Classification {
        try await throwingCancellation {
            let prepared = try await prepare(recording, for: AudioClassification.self, model)
            let task = AudioClassification(audio: prepared.input, topK: topCount)
            return Classification(
                file: recording.mediaName, classes: try await send(task, model), topCount: topCount,
                receipt: .time(prepared.receipt), sent: SentMedia(prepared), warnings: prepared.warnings)
        }
    }

    /// Classifies an image.
    ///
    /// - Parameters:
    ///   - image: a file's URL, encoded bytes or decoded pixels.
    ///   - model: the model's id; the task's default if `nil`.
    ///   - topCount: the maximum number of classes; the service's default if `nil`.
    /// - Throws: `MediaError` for the image, `InferenceError` for the service,
    ///   `CancellationError` if the task is cancelled.
    public func classify(
        image: some ImageInput, model: String? = nil, topCount: Int? = nil
    ) async throws -> Classification {
        try await throwingCancellation {
            let prepared = try await prepare(image, for: ImageClassification.self, model)
            let task = ImageClassification(image: prepared.input, topK: topCount)
            return Classification(
                file: image.mediaName, classes: try await send(task, model), topCount: topCount,
                receipt: .geometry(prepared.receipt), sent: SentMedia(prepared), warnings: prepared.warnings)
        }
    }

    /// Detects objects in an image.
    ///
    /// - Parameters:
    ///   - image: a file's URL, encoded bytes or decoded pixels.
    ///   - model: the model's id; the task's default if `nil`.
    ///   - threshold: the minimum score, 0…1, which is sent to the service and also applied to its response. If
    ///     `nil`, all objects that the service reports are returned.
    /// - Throws: `MediaError` for the image, `InferenceError` for the service,
    ///   `CancellationError` if the task is cancelled.
    public func detectObjects(
        in image: some ImageInput, model: String? = nil, threshold: Double? = nil
    ) async throws -> Detections {
        try await throwingCancellation {
            let prepared = try await prepare(image, for: ObjectDetection.self, model)
            let found = try await send(ObjectDetection(image: prepared.input, threshold: threshold), model)
            return Detections(found, file: image.mediaName, prepared, threshold: threshold)
        }
    }

    /// Segments an image.
    ///
    /// - Parameters:
    ///   - image: a file's URL, encoded bytes or decoded pixels.
    ///   - model: the model's id; the task's default if `nil`.
    ///   - threshold: the minimum score, 0…1; segments without a score are kept.
    ///   - subtask: the kind of segments to request; the model's default if `nil`.
    ///   - rescalingMasks: accepts masks whose size differs from the upload and rescales them; otherwise they are an
    ///     error.
    /// - Throws: `MediaError` for the image or a mask that exceeds a limit; `InferenceError` for the service, including
    ///   masks that are damaged or have another size.
    public func segment(
        _ image: some ImageInput, model: String? = nil, threshold: Double? = nil,
        subtask: ImageSegmentation.Subtask? = nil, rescalingMasks: Bool = false
    ) async throws -> Segmentation {
        try await throwingCancellation {
            let prepared = try await prepare(image, for: ImageSegmentation.self, model)
            let task = ImageSegmentation(image: prepared.input, threshold: threshold, subtask: subtask)
            let found = try await send(task, model).filter { $0.score.map { $0 >= threshold ?? 0 } ?? true }
            do {
                return try await BlockingWork.run {
                    let segments = try Segment.decoding(found, source: "the response", limits: limits) {
                        mask throws(MediaError) in
                        try prepared.receipt.sourceMask(for: mask, rescalingMismatch: rescalingMasks, limits: limits)
                    }
                    return Segmentation(
                        file: image.mediaName, segments: segments, receipt: prepared.receipt,
                        sent: SentMedia(prepared), warnings: prepared.warnings)
                }
            } catch let error as MediaError where error.kind == .malformedInput || error.kind == .invalidArgument {
                throw InferenceError(unusableMasks: error, model: model)
            }
        }
    }

    /// Prepares a recording, after checking that a request could be sent at all.
    func prepare<SentTask: WireTask>(
        _ recording: some AudioInput, for task: SentTask.Type, _ model: String?
    ) async throws -> PreparedAudio {
        try client.checkAccess(to: model ?? SentTask.defaultModel)
        let (preparation, limits) = (audioPreparation, limits)
        return try await BlockingWork.run { try recording.prepared(by: preparation, limits: limits) }
    }

    /// Prepares an image, after checking that a request could be sent at all.
    private func prepare<SentTask: WireTask>(
        _ image: some ImageInput, for task: SentTask.Type, _ model: String?
    ) async throws -> PreparedImage {
        try client.checkAccess(to: model ?? SentTask.defaultModel)
        let (preparation, limits) = (imagePreparation, limits)
        return try await BlockingWork.run { try image.prepared(by: preparation, limits: limits) }
    }

    func send<SentTask: WireTask>(
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

extension InferenceError {
    /// Creates the error for masks that are damaged or have another size: the image has been decoded already, so the
    /// service is at fault.
    fileprivate init(unusableMasks error: MediaError, model: String?) {
        self.init(
            .answerMalformed, problem: [error.source, error.problem].compactMap(\.self).joined(separator: ": "),
            remedy: error.remedy, parameter: error.parameter, task: ImageSegmentation.name,
            model: model ?? ImageSegmentation.defaultModel)
        if error.kind == .invalidArgument {
            remedy = "if it covers the whole image, rescale it"
            parameter = .rescalingMasks
        }
    }
}
