/// What each HTTP status means here: the one place that says so.
enum StatusTable {
    struct Meaning {
        var kind: InferenceError.Kind
        var problem: String
        var remedy: String?
        /// Whether the same request may succeed later.
        var mayHeal = false
        /// Whether the size of the upload is what matters.
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
                kind: .answerMalformed, problem: "the service gave no answer",
                remedy: "check that the address is that of an HTTP server")
        }
    }

    private static let notServed = Meaning(
        kind: .notFound, problem: "the model is not served there",
        remedy:
            "check its id, choose a model that hf-inference serves, or name another provider or a dedicated endpoint")
    private static let refusedBody = Meaning(
        kind: .invalidRequest, problem: "the service refuses the request",
        remedy: "check the input and the parameters against the model's page")
    /// What services say as they refuse a request, in lower case, where it tells more than the status.
    private static let refusals: [(words: String, meaning: Meaning)] = [
        (
            "3000 mel",
            Meaning(
                kind: .invalidRequest, problem: "the model takes 30 seconds at a time unless it is asked for times",
                remedy: "ask for them (return_timestamps, --timestamps chunk), or send chunks (--chunk 30)")
        ),
        ("not supported by provider", notServed),
    ]

    /// What an answer means whose words are `message`.
    static func meaning(of status: Int, saying message: String?) -> Meaning {
        let meaning = meaning(of: status)
        if meaning.kind == .payloadTooLarge, message?.lowercased().contains("token") == true { return longText }
        guard meaning.kind == .invalidRequest, let message = message?.lowercased() else { return meaning }
        return refusals.first { message.contains($0.words) }?.meaning ?? meaning
    }

    /// A 413 that counts tokens is about a text, whatever was uploaded.
    private static let longText = Meaning(
        kind: .payloadTooLarge, problem: "the text is longer than the model takes",
        remedy: "send a shorter text, or let the service cut it (the parameter truncate, where the task has it)")
    private static let away = Meaning(
        kind: .serviceUnavailable, problem: "the service is overloaded or away", remedy: "try again later",
        mayHeal: true)

    private static let meanings: [Int: Meaning] = [
        204: Meaning(
            kind: .answerMalformed, problem: "the service sent an empty answer",
            remedy: "check that the endpoint's URL is the one that answers"),
        400: refusedBody,
        401: Meaning(
            kind: .tokenRefused, problem: "the token is not accepted",
            remedy:
                "create one with the permission to call inference providers at https://huggingface.co/settings/tokens"
        ),
        402: Meaning(
            kind: .creditExhausted, problem: "the account has no credit left for inference",
            remedy: "see https://huggingface.co/settings/billing"),
        403: Meaning(
            kind: .tokenRefused, problem: "the token does not give access to this",
            remedy: "give it the permission to call inference providers, or ask for access on the model's page"),
        404: notServed,
        408: Meaning(
            kind: .timedOut, problem: "the service waited too long for the request", remedy: "try again later",
            mayHeal: true),
        410: Meaning(
            kind: .notFound, problem: "nothing is served at that address any more",
            remedy: "ask the router (https://router.huggingface.co), another provider or a dedicated endpoint"),
        413: Meaning(
            kind: .payloadTooLarge, problem: "the upload is too large for the service",
            remedy: "send a smaller picture or a shorter recording, or set a limit in bytes for preparing it",
            isAboutUpload: true),
        415: Meaning(
            kind: .invalidRequest, problem: "the service does not take this media type",
            remedy: "send another format, or ask the endpoint in its own form"),
        422: refusedBody,
        429: Meaning(
            kind: .rateLimited, problem: "too many requests", remedy: "wait, or send fewer at a time", mayHeal: true),
        500: Meaning(kind: .serviceFailed, problem: "the service failed", remedy: "try again later", mayHeal: true),
        502: away,
        503: away,
        504: away,
    ]
}

extension InferenceError {
    /// The error for an answer that is no success.
    ///
    /// - Parameters:
    ///   - uploadByteCount: the size of the body that was sent.
    ///   - now: seconds since 1970.
    init(answer: InferenceAnswer, uploadByteCount: Int, tokenSource: String?, now: Double) {
        let message = ServiceMessage.find(in: answer)
        let meaning = StatusTable.meaning(of: answer.status, saying: message)
        var requested = RetryAfter.seconds(in: answer.headers, now: now)
        self.init(
            meaning.kind, problem: meaning.problem, remedy: meaning.remedy, status: answer.status,
            requestID: answer.requestID, serviceMessage: message,
            bodyExcerpt: answer.body.isEmpty ? nil : answer.bodyExcerpt)

        // Only an estimate tells a model that is being loaded from a service that is away.
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

    /// An error about what a successful answer holds, with what is known of that answer.
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
                remedy: "check the address and the network, or whether it is running",
                retryAdvice: .later(afterSeconds: nil))
        case .connectionLost:
            self.init(
                .connectionLost, problem: error.problem, remedy: "try again", retryAdvice: .later(afterSeconds: nil))
        case .notSecure:
            self.init(
                .unreachable, problem: error.problem,
                remedy:
                    "check the endpoint's certificate and this machine's clock, or name its authority with SSL_CERT_FILE"
            )
        case .timedOut:
            self.init(
                .timedOut, problem: error.problem, remedy: "allow more time or send less",
                retryAdvice: .later(afterSeconds: nil))
        case .answerTooLarge:
            self.init(.answerTooLarge, problem: error.problem, remedy: "ask for less, or raise answerByteLimit")
            setting = .answerByteLimit
        case .answerMalformed:
            self.init(
                .answerMalformed, problem: error.problem,
                remedy: "check that the address is that of an HTTP server")
        case .notAvailable:
            self.init(.unreachable, problem: error.problem, remedy: "install it: on Debian and Ubuntu it is libcurl4")
        case .cancelled:
            self = .cancelled
        }
    }
}
