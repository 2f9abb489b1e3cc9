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
    /// Sends the token over plain http to other machines too (default `false`), where whoever is in between can read it.
    ///
    /// For a network that is trusted as a whole, behind a proxy that ends TLS say.
    public var sendsTokenUnprotected = false
    /// The organisation that pays, sent as `X-HF-Bill-To`; the token's owner when `nil`.
    public var billedOrganization: String?
    /// Sent as `User-Agent`.
    public var userAgent: String
    var timekeeping = Timekeeping.system

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

    /// What carries requests unless another transport is chosen: Foundation's `URLSession`, on Linux libcurl.
    ///
    /// Both keep no cookies, no cache and nothing on disk, and follow no redirect. Connections are kept and reused as long as the value
    /// lives; one is enough for a whole program. On Linux the certificates that are trusted are those that `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` name as the value is made, or the system's.
    ///
    /// - Parameter connectTimeout: how long a connection may take to come about.
    public static func systemTransport(connectTimeout: Duration = .seconds(30)) -> any HTTPTransport {
        #if canImport(Glibc)
            CurlTransport(connectTimeout: connectTimeout)
        #else
            URLSessionTransport(connectTimeout: connectTimeout)
        #endif
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
        let subject = Subject(SentTask.self, model: model, client: self)
        do throws(InferenceError) {
            let form = try form(of: task, for: subject.model)
            // Speech comes as it is; everything else in OpenAI's interface as JSON.
            let accept =
                endpoint.speaksOpenAI && form.route != .audioSpeech ? "application/json" : SentTask.acceptedAnswer
            let answer = try await attempt(options, onWait: onWait) { options throws(InferenceError) in
                try request(about: subject.model, form, options, accept: accept)
            } exchange: { request throws(InferenceError) -> InferenceAnswer in
                try await self.answer(to: request)
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

    /// Sends one task and gives its answer piece by piece as it arrives.
    ///
    /// A failure before the first event is tried again as one of ``send(_:model:options:onWait:)`` is; a later one is not,
    /// as the answer would begin anew. ``timeout`` is for the beginning of the answer and for each silence in it.
    ///
    /// - Parameters:
    ///   - task: what is asked for, with its input.
    ///   - model: the model's id; the task's own default when `nil`.
    ///   - options: the four options of the service.
    ///   - onWait: called as each wait before a retry begins.
    /// - Returns: the events; an error in their midst is thrown while they are read.
    /// - Throws: ``InferenceError``; `.answerMalformed` when what comes is no event stream.
    public func stream<SentTask: StreamingInferenceTask>(
        _ task: SentTask, model: String? = nil, options: RequestOptions = RequestOptions(),
        onWait: (@Sendable (WaitNotice) -> Void)? = nil
    ) async throws(InferenceError) -> InferenceEvents<SentTask.Event> {
        let subject = Subject(SentTask.self, model: model, client: self)
        do throws(InferenceError) {
            var form = try form(of: task, for: subject.model)
            form.payload = endpoint.speaksOpenAI ? form.payload.streaming() : try task.streamingPayload()
            let (head, body) = try await attempt(options, onWait: onWait) { [form] options throws(InferenceError) in
                try request(about: subject.model, form, options, accept: "text/event-stream")
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

    /// Finds out whether a request about `model` would be refused before anything of it is sent.
    ///
    /// For callers with work to do before they can send: better to learn of a missing token first.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument`, `.tokenMissing` or `.tokenRefused`.
    public func checkAccess(to model: String) throws(InferenceError) {
        try checkToken(for: endpoint.url(forModel: model))
    }

    /// The task as the endpoint is asked it.
    private func form<SentTask: InferenceTask>(
        of task: SentTask, for model: String
    ) throws(InferenceError) -> OpenAIForm {
        guard endpoint.speaksOpenAI else { return OpenAIForm(route: SentTask.route, payload: try task.payload()) }
        guard let form = try task.openAIForm(for: OpenAIService(model: model, provider: endpoint.provider)) else {
            throw InferenceError(
                .invalidArgument, problem: "\(SentTask.name) has no form in OpenAI's interface, which providers share",
                remedy: "ask the router itself or a dedicated endpoint")
        }
        return form
    }

    private func request(
        about model: String, _ form: OpenAIForm, _ options: RequestOptions, accept: String
    ) throws(InferenceError) -> TransportRequest {
        let url = try endpoint.url(forModel: model, route: form.route)
        try checkToken(for: url)
        let encoded = try EncodedRequest(
            form.payload.naming(model, on: form.route), options: options, for: endpoint,
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
                    .invalidArgument, problem: "“\(billedOrganization.excerpt(limit: 80))” is no organisation",
                    remedy: "pass its name on the hub")
            }
            headers.set("X-HF-Bill-To", billedOrganization)
        }
        var request = TransportRequest(
            url: url, headers: headers, token: token, responseByteLimit: answerByteLimit, timeout: timeout)
        if let path = encoded.body.source.path, transport.sendsFiles {
            request.bodyFile = TransportRequest.BodyFile(path: path, byteCount: try encoded.body.byteCount())
            request.spooledBody = encoded.spooledBody
        } else {
            request.body = try encoded.body.bytes()
        }
        return request
    }

    private func checkToken(for url: URL) throws(InferenceError) {
        guard transport.reachesNetwork else { return }
        guard token != nil else {
            guard endpoint.asksForToken else { return }
            throw InferenceError(
                .tokenMissing, problem: "the router asks for a token, and there is none",
                remedy: "create one at https://huggingface.co/settings/tokens and set HF_TOKEN to it")
        }
        if url.isUnprotected, !sendsTokenUnprotected {
            var error = InferenceError(
                .tokenRefused, problem: "the token is not sent over plain http to another machine",
                remedy: "use https, or leave the token out; where the network is trusted, set sendsTokenUnprotected")
            error.setting = .sendsTokenUnprotected
            throw error
        }
    }
}

/// What an error has to say about the request that it is about.
private struct Subject: Sendable {
    let task: String
    let model: String
    /// `nil` where nothing leaves the process.
    let host: String?
    private let token: AccessToken?

    /// Where the service was until 2025; names that nothing resolves any more.
    private static let retiredHosts: Set = ["api-inference.huggingface.co"]

    init<SentTask: InferenceTask>(_ task: SentTask.Type, model: String?, client: InferenceClient) {
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
            error.remedy = "that address was retired: leave the endpoint out, and the router is asked"
        }
        return error.redacting(token)
    }
}
