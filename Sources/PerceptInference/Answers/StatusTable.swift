internal import PerceptCore

/// The only table of the meanings of HTTP statuses.
enum StatusTable {
    struct Meaning {
        var kind: InferenceError.Kind
        var problem: String
        var remedy: String?
        var parameter: Parameter?
        /// True if the same request may succeed later.
        var mayHeal = false
        /// True if the upload is too large.
        var isAboutUpload = false
    }

    static func meaning(of status: Int) -> Meaning {
        if let meaning = meanings[status] { return meaning }
        switch status {
        case 300..<400:
            return Meaning(
                kind: .redirected, problem: "the endpoint redirects elsewhere, which was not followed",
                remedy: "pass the final URL as the endpoint")
        case 400..<500: return refusedBody
        case 500...: return Meaning(kind: .serviceFailed, problem: "the service failed", remedy: "try another endpoint")
        default:
            return Meaning(
                kind: .answerMalformed, problem: "the service sent no response",
                remedy: "check that the address is that of an HTTP server")
        }
    }

    private static let notServed = Meaning(
        kind: .notFound, problem: "the model is not served by this endpoint",
        remedy:
            "check the id, choose a model that hf-inference serves, or use another provider or a dedicated endpoint")
    private static let refusedBody = Meaning(
        kind: .invalidRequest, problem: "the service rejected the request",
        remedy: "check the input and the parameters against the model's page")
    /// Lowercase messages of services that are more specific than the status.
    private static let refusals: [(words: String, meaning: Meaning)] = [
        (
            "3000 mel",
            Meaning(
                kind: .invalidRequest, problem: "without timestamps, the model accepts at most 30 seconds",
                remedy: "request timestamps, or send chunks of at most 30 seconds",
                parameter: .chunking)
        ),
        ("not supported by provider", notServed),
    ]

    /// Returns the meaning of a status with the service's message.
    static func meaning(of status: Int, saying message: String?) -> Meaning {
        let meaning = meaning(of: status)
        if meaning.kind == .payloadTooLarge, message?.lowercased().contains("token") == true { return longText }
        guard meaning.kind == .invalidRequest, let message = message?.lowercased() else { return meaning }
        return refusals.first { message.contains($0.words) }?.meaning ?? meaning
    }

    /// A 413 that counts tokens is about a text, whatever was uploaded.
    private static let longText = Meaning(
        kind: .payloadTooLarge, problem: "the text exceeds the limit of the model",
        remedy: "send a shorter text, or let the service truncate it with the task parameter truncate")
    private static let unavailable = Meaning(
        kind: .serviceUnavailable, problem: "the service is temporarily unavailable", remedy: "try again later",
        mayHeal: true)

    private static let meanings: [Int: Meaning] = [
        204: Meaning(
            kind: .answerMalformed, problem: "the service sent an empty response",
            remedy: "check the endpoint's URL"),
        400: refusedBody,
        401: Meaning(
            kind: .tokenRefused, problem: "the token was rejected",
            remedy:
                "create one with the permission to call inference providers at https://huggingface.co/settings/tokens"
        ),
        402: Meaning(
            kind: .creditExhausted, problem: "the account has no credit left for inference",
            remedy: "see https://huggingface.co/settings/billing"),
        403: Meaning(
            kind: .tokenRefused, problem: "the token does not permit this request",
            remedy: "give it the permission to call inference providers, or request access on the model's page"),
        404: notServed,
        408: Meaning(
            kind: .timedOut, problem: "the service waited too long for the request", remedy: "try again later",
            mayHeal: true),
        410: Meaning(
            kind: .notFound, problem: "nothing is served at this address any more",
            remedy: "use the router (https://router.huggingface.co), another provider or a dedicated endpoint"),
        413: Meaning(
            kind: .payloadTooLarge, problem: "the upload is too large for the service",
            remedy: "send a smaller image or a shorter recording, or set a byte limit for the upload",
            isAboutUpload: true),
        415: Meaning(
            kind: .invalidRequest, problem: "the service does not accept this media type",
            remedy: "send another format, or use the endpoint's own protocol"),
        422: refusedBody,
        429: Meaning(
            kind: .rateLimited, problem: "too many requests", remedy: "wait, or send fewer requests at a time",
            mayHeal: true),
        500: Meaning(kind: .serviceFailed, problem: "the service failed", remedy: "try again later", mayHeal: true),
        502: unavailable,
        503: unavailable,
        504: unavailable,
    ]
}

extension InferenceError {
    /// Creates the error for an unsuccessful response.
    ///
    /// - Parameters:
    ///   - uploadByteCount: The size of the body that was sent.
    ///   - now: The current time in seconds since 1970.
    init(answer: InferenceAnswer, uploadByteCount: Int, tokenSource: String?, now: Double) {
        let message = ServiceMessage.find(in: answer)
        let meaning = StatusTable.meaning(of: answer.status, saying: message)
        var requested = RetryAfter.seconds(in: answer.headers, now: now)
        self.init(
            meaning.kind, problem: meaning.problem, remedy: meaning.remedy, parameter: meaning.parameter,
            status: answer.status, requestID: answer.requestID, serviceMessage: message,
            bodyExcerpt: answer.body.isEmpty ? nil : answer.bodyExcerpt)

        // Only the estimate distinguishes a model that is loading from an unavailable service.
        if answer.status == 503, let stated = (try? answer.json())?["estimated_time"],
            let estimate = stated.doubleValue ?? stated.stringValue.flatMap(Double.init), estimate.isFinite
        {
            kind = .modelLoading
            problem = "the model is still being loaded"
            remedy = "try again in a while, or let the service wait for the model"
            requested = requested ?? RetryAfter.limited(estimate)
        }
        switch kind {
        case .payloadTooLarge where meaning.isAboutUpload:
            problem = "the upload of \(uploadByteCount) bytes is too large for the service"
        case .tokenRefused: problem += tokenSource.map { " (from \($0))" } ?? ""
        default: break
        }
        let location = kind == .redirected ? answer.header("location") : nil
        if let location, !location.isEmpty { problem += " (to \(answer.redacted(location).excerpt(limit: 200)))" }
        retryAdvice = meaning.mayHeal ? .later(afterSeconds: requested) : .never
    }

    /// Returns an error about the contents of a successful response, with the response's properties added.
    func completed(by answer: InferenceAnswer) -> InferenceError {
        var error = self
        error.status = status ?? answer.status
        error.requestID = requestID ?? answer.requestID
        return error
    }

    init(_ error: TransportError) {
        switch error.kind {
        case .notConnected:
            self.init(
                .unreachable, problem: error.problem,
                remedy: "check the address, the network, and that the server is running",
                retryAdvice: .later(afterSeconds: nil))
        case .connectionLost:
            self.init(
                .connectionLost, problem: error.problem, remedy: "try again", retryAdvice: .later(afterSeconds: nil))
        case .notSecure:
            self.init(
                .unreachable, problem: error.problem,
                remedy: Component.ofInference.allSatisfy(\.isFound)
                    ? "check the endpoint's certificate and this machine's clock, or set SSL_CERT_FILE to its authority"
                    : "install the trusted certificates (ca-certificates on Debian and Ubuntu), or set SSL_CERT_FILE")
        case .timedOut:
            self.init(
                .timedOut, problem: error.problem, remedy: "allow more time or send less",
                retryAdvice: .later(afterSeconds: nil))
        case .answerTooLarge:
            self.init(
                .answerTooLarge, problem: error.problem, remedy: "request less, or raise the limit",
                parameter: .answerByteLimit)
        case .answerMalformed:
            self.init(
                .answerMalformed, problem: error.problem,
                remedy: "check that the address is that of an HTTP server")
        case .notAvailable:
            self.init(.unreachable, problem: error.problem, remedy: "install it (libcurl4 on Debian and Ubuntu)")
        case .cancelled:
            self = .cancelled
        }
    }
}
