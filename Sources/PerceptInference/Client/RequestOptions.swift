/// The four options of a request, as the service has known them since 2023.
///
/// They travel as headers; to an ``InferenceEndpoint/legacy(_:)`` endpoint as `"options":{"use_gpu":…,"use_cache":…,
/// "wait_for_model":…}` in each JSON body, as in 2023, those left out that are the default.
public struct RequestOptions: Sendable, Hashable {
    /// Asks for a GPU instead of a CPU (default `false`).
    ///
    /// It travels as `"options":{"use_gpu":true}` inside JSON bodies only: no header was ever defined for it, so a raw
    /// upload of audio or image bytes cannot carry it. Today's router chooses the hardware itself and ignores it.
    public var useGPU: Bool
    /// Lets the service answer from its cache (default `true`); `false` sends `X-Use-Cache: false`.
    public var useCache: Bool
    /// Lets the service hold the request until the model is loaded instead of answering 503 (default `false`); `true`
    /// sends `X-Wait-For-Model: true`. After a first 503 about loading that header is sent in any case.
    public var waitForModel: Bool
    /// Tries again as the client's ``RetryPolicy`` says (default `true`); `false` makes the first failure final.
    public var retryOnError: Bool

    public init(useGPU: Bool = false, useCache: Bool = true, waitForModel: Bool = false, retryOnError: Bool = true) {
        self.useGPU = useGPU
        self.useCache = useCache
        self.waitForModel = waitForModel
        self.retryOnError = retryOnError
    }
}
