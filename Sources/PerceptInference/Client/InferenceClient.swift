import HTTPTypes
import PerceptCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Sends tasks to an inference service and decodes the responses.
///
///     let client = InferenceClient(token: try .discover())
///     let objects = try await client.send(ObjectDetection(image: MediaInput(sniffing: bytes)))
///
/// A client is a value without connections of its own: it can be copied freely and used from many tasks concurrently.
/// The token is sent only to the endpoint's own host, over https or to this machine.
public struct InferenceClient: Sendable {
    /// The access token; `nil` sends none.
    public var token: AccessToken?
    /// The endpoint that requests go to.
    public var endpoint: InferenceEndpoint
    /// The transport that sends requests.
    public var transport: any HTTPTransport
    /// The retry policy.
    public var retry: RetryPolicy
    /// The maximum duration of one attempt, from the first byte sent to the last one received.
    public var timeout: Duration
    /// The maximum size of one response in bytes.
    public var answerByteLimit: Int
    /// Allows the token to be sent over plain http to other machines (default `false`), where anyone in between can
    /// read it.
    ///
    /// Intended for a network that is trusted as a whole, such as one with a proxy that terminates TLS.
    public var sendsTokenUnprotected = false
    /// The organization to bill, sent as `X-HF-Bill-To`; `nil` bills the token's owner.
    public var billedOrganization: String?
    /// The pool that limits the requests in flight, shared by copies; `nil` for no limit.
    package var pool: RequestPool?
    /// The value of the `User-Agent` header.
    public var userAgent: String
    var timekeeping = Timekeeping.system

    /// Creates a client.
    public init(
        token: AccessToken?, endpoint: InferenceEndpoint = .router,
        transport: any HTTPTransport = Self.systemTransport(),
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

    /// Returns the default transport: Foundation's `URLSession`, or libcurl on Linux.
    ///
    /// Both keep no cookies, no cache and no files, and follow no redirects. Connections are kept and reused as long as
    /// the value lives; one value is enough for a whole program. On Linux, the trusted certificates are those that
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` name when the value is created, or the system's.
    ///
    /// - Parameter connectTimeout: The maximum time to connect.
    public static func systemTransport(connectTimeout: Duration = .seconds(30)) -> any HTTPTransport {
        #if canImport(Glibc)
            CurlTransport(connectTimeout: connectTimeout)
        #else
            URLSessionTransport(connectTimeout: connectTimeout)
        #endif
    }

    /// Sends a task and returns the decoded response.
    ///
    /// - Parameters:
    ///   - task: The task with its input.
    ///   - model: The model id; `nil` uses the task's default.
    ///   - options: The options of the service.
    ///   - onWait: Called at the beginning of each wait before a retry.
    /// - Throws: ``InferenceError``; `.cancelled` if the calling task is cancelled, even during a wait.
    public func send<SentTask: InferenceTask>(
        _ task: SentTask, model: String? = nil, options: RequestOptions = RequestOptions(),
        onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) async throws(InferenceError) -> SentTask.Output {
        guard let task = task as? any WireTask<SentTask.Output> else { throw Self.unknown(SentTask.self) }
        return try await perform(task, model, options, onWait)
    }

    private func perform<SentTask: WireTask>(
        _ task: SentTask, _ model: String?, _ options: RequestOptions, _ onWait: (@Sendable (WaitNotice) -> Void)?
    ) async throws(InferenceError) -> SentTask.Output {
        let subject = Subject(SentTask.self, model: model, client: self)
        do throws(InferenceError) {
            let request = try request(of: task, for: subject.model)
            // Speech is sent as audio; every other response of OpenAI's API is JSON.
            let accept =
                endpoint.speaksOpenAI && request.route != .audioSpeech ? "application/json" : SentTask.acceptedAnswer
            var answer = try await attempt(options, onWait: onWait) { options throws(InferenceError) in
                try transportRequest(request, about: subject.model, options, accept: accept)
            } exchange: { request throws(InferenceError) -> InferenceAnswer in
                try await self.answer(to: request)
            }
            if task is any MediaGeneratingTask {
                answer.downloads = try await download(answer.mediaLinks, options, onWait: onWait)
            }
            do throws(InferenceError) {
                return try task.decode(answer)
            } catch {
                throw error.completed(by: answer)
            }
        } catch {
            throw subject.complete(error)
        }
    }

    /// Sends a task and returns its response piece by piece as it arrives.
    ///
    /// A failure before the first event is retried as in ``send(_:model:options:onWait:)``; a later one is not, since
    /// the response would start again. ``timeout`` applies to the start of the response and to each pause in it.
    ///
    /// - Parameters:
    ///   - task: The task with its input.
    ///   - model: The model id; `nil` uses the task's default.
    ///   - options: The options of the service.
    ///   - onWait: Called at the beginning of each wait before a retry.
    /// - Returns: The events; an error in the stream is thrown while they are read.
    /// - Throws: ``InferenceError``; `.answerMalformed` if the response is not an event stream.
    public func stream<SentTask: StreamingInferenceTask>(
        _ task: SentTask, model: String? = nil, options: RequestOptions = RequestOptions(),
        onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) async throws(InferenceError) -> InferenceEvents<SentTask.Event> {
        guard let task = task as? any StreamingWireTask<SentTask.Event> else { throw Self.unknown(SentTask.self) }
        return try await open(task, model, options, onWait)
    }

    private func open<SentTask: StreamingWireTask>(
        _ task: SentTask, _ model: String?, _ options: RequestOptions, _ onWait: (@Sendable (WaitNotice) -> Void)?
    ) async throws(InferenceError) -> InferenceEvents<SentTask.Event> {
        let subject = Subject(SentTask.self, model: model, client: self)
        do throws(InferenceError) {
            var request = try request(of: task, for: subject.model)
            request.payload = endpoint.speaksOpenAI ? request.payload.streaming() : try task.streamingPayload()
            let (head, body) = try await attempt(options, onWait: onWait) { [request] options throws(InferenceError) in
                try transportRequest(request, about: subject.model, options, accept: "text/event-stream")
            } exchange: { request throws(InferenceError) -> (head: InferenceAnswer, body: TransportBody) in
                try await eventStream(for: request)
            }
            var whole: [SentTask.Event]?
            if !head.body.isEmpty {
                do throws(InferenceError) { whole = try task.events(in: head) } catch {
                    throw error.completed(by: head)
                }
            }
            return InferenceEvents(
                head: head, body: body, whole: whole,
                decode: { event throws(InferenceError) in try task.decode(event) }, complete: subject.complete)
        } catch {
            throw subject.complete(error)
        }
    }

    private static func unknown<SentTask>(_ task: SentTask.Type) -> InferenceError {
        InferenceError(
            .invalidArgument, problem: "\(task) is not a task of this package", remedy: "send a RawRequest instead")
    }

    /// Checks that a request about `model` would not be refused locally.
    ///
    /// Callers with lengthy work before sending can report a missing token first.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument`, `.tokenMissing` or `.tokenRefused`.
    package func checkAccess(to model: String) throws(InferenceError) {
        try checkToken(for: endpoint.url(forModel: model))
    }

    /// Returns the task's request to this endpoint.
    private func request<SentTask: WireTask>(
        of task: SentTask, for model: String
    ) throws(InferenceError) -> TaskRequest {
        guard endpoint.speaksOpenAI else { return TaskRequest(route: SentTask.route, payload: try task.payload()) }
        let service = OpenAIService(model: model, provider: endpoint.provider)
        guard let request = try task.openAIRequest(for: service) else {
            throw InferenceError(
                .invalidArgument, problem: "\(SentTask.name) is not part of OpenAI's API, which providers share",
                remedy: "use the router itself or a dedicated endpoint")
        }
        return request
    }

    private func transportRequest(
        _ request: TaskRequest, about model: String, _ options: RequestOptions, accept: String
    ) throws(InferenceError) -> TransportRequest {
        let url = try endpoint.url(forModel: model, route: request.route)
        try checkToken(for: url)
        let encoded = try EncodedRequest(
            request.payload.naming(model, on: request.route), options: options, for: endpoint,
            sendsFiles: transport.sendsFiles)
        var headers: HTTPFields = [
            .contentType: encoded.body.mediaType.rawValue, .accept: accept, .userAgent: userAgent,
        ]
        if let provider = endpoint.provider {
            for field in ProviderInterface.headers(of: provider) { headers[field.name] = field.value }
        }
        if !encoded.carriesOptions {
            if !options.useCache { headers.set("X-Use-Cache", "false") }
            if options.waitForModel { headers.set("X-Wait-For-Model", "true") }
        }
        if let billedOrganization {
            guard !billedOrganization.isEmpty, billedOrganization.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw InferenceError(
                    .invalidArgument, problem: "“\(billedOrganization.excerpt(limit: 80))” is not an organization",
                    remedy: "pass the name of the organization on the hub")
            }
            headers.set("X-HF-Bill-To", billedOrganization)
        }
        var transportRequest = TransportRequest(
            url: url, headers: headers, token: token, responseByteLimit: answerByteLimit, timeout: timeout)
        if let path = encoded.body.source.path, transport.sendsFiles {
            transportRequest.bodyFile = TransportRequest.BodyFile(path: path, byteCount: try encoded.body.byteCount())
            transportRequest.spooledBody = encoded.spooledBody
        } else {
            transportRequest.body = try encoded.body.bytes()
        }
        return transportRequest
    }

    private func checkToken(for url: URL) throws(InferenceError) {
        guard transport.reachesNetwork else { return }
        guard token != nil else {
            guard endpoint.asksForToken else { return }
            throw InferenceError(
                .tokenMissing, problem: "the router requires a token, and none was found",
                remedy: "create one at https://huggingface.co/settings/tokens and set HF_TOKEN to it")
        }
        if url.isUnprotected, !sendsTokenUnprotected {
            throw InferenceError(
                .tokenRefused, problem: "the token is not sent over plain http to another machine",
                remedy: "use https, or omit the token; on a trusted network, allow it",
                parameter: .sendsTokenUnprotected)
        }
    }
}

/// The properties of a request that are added to its errors.
private struct Subject: Sendable {
    let task: String
    let model: String
    /// `nil` if nothing leaves the process.
    let host: String?
    private let token: AccessToken?

    /// The service's address until 2025, which no longer resolves.
    private static let retiredHosts: Set = ["api-inference.huggingface.co"]

    init<SentTask: WireTask>(_ task: SentTask.Type, model: String?, client: InferenceClient) {
        self.task = SentTask.name
        self.model = model ?? SentTask.defaultModel
        token = client.token
        let address =
            client.transport.reachesNetwork
            ? (try? client.endpoint.url(forModel: self.model))?.authorityDescription : nil
        if case .provider(let name) = client.endpoint {
            host = address.map { "\($0)/\(name)" }
        } else {
            host = address
        }
    }

    func complete(_ error: InferenceError) -> InferenceError {
        var error = error
        error.task = task
        error.model = model
        error.host = host
        if error.kind == .unreachable, let host, Self.retiredHosts.contains(host) {
            error.remedy = "this address was retired; omit the endpoint to use the router"
        }
        return error.redacting(token)
    }
}
