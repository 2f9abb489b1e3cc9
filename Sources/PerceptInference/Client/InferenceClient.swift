import Foundation
import HTTPTypes
import PerceptCore

/// Sends tasks to an inference service and decodes what it answers.
///
///     let client = InferenceClient(token: try .discover())
///     let objects = try await client.send(ObjectDetection(image: MediaInput(sniffing: bytes)))
///
/// A client is a value without connections of its own: copy it freely, use it from many tasks at once. Its token goes
/// to the endpoint's own host only, over https or to this machine itself.
public struct InferenceClient: Sendable {
    public var token: AccessToken?
    public var endpoint: InferenceEndpoint
    public var transport: any HTTPTransport
    public var retry: RetryPolicy
    /// The longest that one attempt may take, from the first byte sent to the last one received.
    public var timeout: Duration
    /// Bytes of one answer that may be held.
    public var answerByteLimit: Int
    /// Sent as `User-Agent`.
    public var userAgent: String
    var timekeeping = Timekeeping.system

    /// Redirects within one host that are followed for one attempt.
    private static let maximumRedirects = 3

    public init(
        token: AccessToken?, endpoint: InferenceEndpoint = .router,
        transport: any HTTPTransport = URLSessionTransport(),
        retry: RetryPolicy = RetryPolicy(), timeout: Duration = .seconds(120), answerByteLimit: Int = 256 << 20,
        userAgent: String = "percept/1.0"
    ) {
        self.token = token
        self.endpoint = endpoint
        self.transport = transport
        self.retry = retry
        self.timeout = timeout
        self.answerByteLimit = answerByteLimit
        self.userAgent = userAgent
    }

    /// Sends one task and gives its decoded answer.
    ///
    /// - Parameters:
    ///   - task: what is asked for, with its input.
    ///   - model: the model's id; the task's own default when `nil`.
    ///   - options: the four options of the service.
    ///   - onWait: called as each wait before a retry begins.
    /// - Throws: ``InferenceError``, `.cancelled` when the calling task is cancelled, be it under way or in a wait.
    public func send<SentTask: InferenceTask>(
        _ task: SentTask, model: String? = nil, options: RequestOptions = RequestOptions(),
        onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) async throws(InferenceError) -> SentTask.Output {
        let model = model ?? SentTask.defaultModel
        var host: String?
        do {
            let url = try endpoint.url(forModel: model, route: SentTask.route)
            host = transport.reachesNetwork ? url.authorityDescription : nil
            try checkToken(for: url)
            let payload = try task.payload().naming(model, on: SentTask.route).encoded(options: options)
            var headers: HTTPFields = [
                .contentType: payload.contentType.rawValue, .accept: SentTask.acceptedAnswer,
                .userAgent: userAgent,
            ]
            if !options.useCache { headers.set("X-Use-Cache", "false") }
            if options.waitForModel { headers.set("X-Wait-For-Model", "true") }
            let request = TransportRequest(
                url: url, headers: headers, token: token, body: payload.bytes, responseByteLimit: answerByteLimit,
                timeout: timeout)
            let answer = try await attempt(request, retries: options.retryOnError, onWait: onWait)
            return try task.decode(answer)
        } catch {
            var error = error
            error.task = SentTask.name
            error.model = model
            error.host = host
            throw error.redacting(token)
        }
    }

    /// Finds out whether a request about `model` would be refused before anything of it is sent.
    ///
    /// For callers with work to do before they can send: better to learn of a missing token first.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument`, `.tokenMissing` or `.tokenRefused`.
    public func checkAccess(to model: String) throws(InferenceError) {
        try checkToken(for: endpoint.url(forModel: model))
    }

    private func checkToken(for url: URL) throws(InferenceError) {
        guard transport.reachesNetwork else { return }
        guard token != nil else {
            if case .url = endpoint { return }
            throw InferenceError(
                .tokenMissing, problem: "the router asks for a token, and there is none",
                remedy: "create one at https://huggingface.co/settings/tokens and set HF_TOKEN to it")
        }
        if url.isUnprotected {
            throw InferenceError(
                .tokenRefused, problem: "the token is not sent over plain http to another machine",
                remedy: "use https, or leave the token out")
        }
    }

    /// Sends until there is a success, a failure that waiting does not heal, or no patience left.
    private func attempt(
        _ request: TransportRequest, retries: Bool, onWait: (@Sendable (WaitNotice) -> Void)?
    ) async throws(InferenceError) -> InferenceAnswer {
        var request = request
        let start = timekeeping.now()
        let deadline = max(0, retry.totalDeadline.inSeconds)
        var attempt = 1
        while true {
            let remaining = deadline - (timekeeping.now() - start)
            request.timeout = min(timeout, .seconds(max(remaining, 0)))
            let failure: InferenceError
            do throws(InferenceError) {
                return try await exchange(request)
            } catch {
                failure = error
            }
            let spent = timekeeping.now() - start
            guard retries,
                let seconds = retry.seconds(beforeRetry: attempt, after: failure, random: timekeeping.random()),
                spent + seconds < deadline
            else { throw failure }
            attempt += 1
            onWait?(WaitNotice(reason: failure.redacting(token), attempt: attempt, seconds: seconds))
            do {
                try await timekeeping.sleep(seconds)
            } catch {
                throw .cancelled
            }
            if failure.kind == .modelLoading { request.headers.set("X-Wait-For-Model", "true") }
        }
    }

    /// Sends once, following redirects that stay on the host and keep the request as it is (307, 308).
    private func exchange(_ request: TransportRequest) async throws(InferenceError) -> InferenceAnswer {
        var request = request
        for _ in 0...Self.maximumRedirects {
            if Task.isCancelled { throw .cancelled }
            let reply: TransportReply
            do {
                reply = try await transport.send(request)
            } catch {
                throw Task.isCancelled ? .cancelled : InferenceError(error)
            }
            let answer = InferenceAnswer(
                status: reply.status, headers: reply.headers, body: reply.body, redacting: token)
            if (200..<300).contains(reply.status), reply.status != 204 { return answer }
            if reply.status == 307 || reply.status == 308, let location = answer.header("location"),
                let target = URL(string: location, relativeTo: request.url)?.absoluteURL,
                target.origin == request.url.origin
            {
                request.url = target
                continue
            }
            throw InferenceError(
                answer: answer, uploadByteCount: request.body.count, tokenSource: token?.source,
                now: timekeeping.wallClock())
        }
        throw InferenceError(.redirected, problem: "the endpoint redirects in a circle")
    }
}
