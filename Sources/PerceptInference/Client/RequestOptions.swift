/// The options of a request that the service has supported since 2023.
///
/// They are sent as headers. For an ``InferenceEndpoint/legacy(_:)`` endpoint, each JSON body contains them as
/// `"options":{"use_gpu":…,"use_cache":…,"wait_for_model":…}`, without those that are the default.
public struct RequestOptions: Sendable, Hashable {
    /// Requests a GPU instead of a CPU (default `false`).
    ///
    /// It is sent as `"options":{"use_gpu":true}` in JSON bodies only: no header was ever defined for it, so a raw
    /// upload of audio or image bytes cannot carry it. Today's router chooses the hardware itself and ignores it.
    public var useGPU: Bool
    /// Allows the service to answer from its cache (default `true`); `false` sends `X-Use-Cache: false`.
    public var useCache: Bool
    /// Allows the service to hold the request until the model is loaded instead of responding with 503 (default
    /// `false`); `true` sends `X-Wait-For-Model: true`. After a first 503 about loading, the header is always sent.
    public var waitForModel: Bool
    /// Retries according to the client's ``RetryPolicy`` (default `true`); `false` makes the first failure final.
    public var retryOnError: Bool

    /// Creates options.
    public init(useGPU: Bool = false, useCache: Bool = true, waitForModel: Bool = false, retryOnError: Bool = true) {
        self.useGPU = useGPU
        self.useCache = useCache
        self.waitForModel = waitForModel
        self.retryOnError = retryOnError
    }
}
