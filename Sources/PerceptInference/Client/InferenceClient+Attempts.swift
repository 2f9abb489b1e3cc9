import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension InferenceClient {
    /// The maximum number of redirects within one host per attempt.
    private static let maximumRedirects = 3
    /// The maximum number of bytes to read for the message of a failed stream.
    private static let failureByteLimit = 1 << 20

    /// Sends a request until it succeeds, fails permanently, or exhausts the retries.
    ///
    /// Each attempt takes a slot of ``pool``, but not the waits between them; the time before the first slot does not
    /// count as part of the deadline.
    ///
    /// - Parameters:
    ///   - options: The options; after a first 503 about loading, the service is always asked to wait.
    ///   - makeRequest: Creates the request, again whenever the options change.
    func attempt<Reply: Sendable>(
        _ options: RequestOptions, onWait: (@Sendable (WaitNotice) -> Void)?,
        request makeRequest: (RequestOptions) throws(InferenceError) -> TransportRequest,
        exchange: (TransportRequest) async throws(InferenceError) -> Reply
    ) async throws(InferenceError) -> Reply {
        var options = options
        var request = try makeRequest(options)
        let deadline = max(0, retry.totalDeadline.inSeconds)
        var attempt = 1
        var slot = try await pool?.enter(isRetry: false)
        let start = timekeeping.now()
        while true {
            let remaining = deadline - (timekeeping.now() - start)
            request.timeout = min(timeout, .seconds(max(remaining, 0)))
            let failure: InferenceError
            do throws(InferenceError) {
                let reply = try await exchange(request)
                if let slot { pool?.leave(slot, .success) }
                return reply
            } catch {
                if let slot { pool?.leave(slot, error.poolOutcome) }
                failure = error
            }
            let spent = timekeeping.now() - start
            guard options.retryOnError,
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
            if failure.kind == .modelLoading, !options.waitForModel {
                options.waitForModel = true
                request = try makeRequest(options)
            }
            slot = try await pool?.enter(isRetry: true)
            // Others may have delayed the retry beyond the deadline.
            guard timekeeping.now() - start < deadline else {
                if let slot { pool?.leave(slot, .other) }
                throw failure
            }
        }
    }

    /// Sends a request once and collects the response.
    func answer(to request: TransportRequest) async throws(InferenceError) -> InferenceAnswer {
        try await followingRedirects(of: request) { request throws(TransportError) -> InferenceAnswer in
            let reply = try await transport.send(request)
            return InferenceAnswer(status: reply.status, headers: reply.headers, body: reply.body, redacting: token)
        } head: {
            $0
        }
    }

    /// Sends a request once and returns the head of the response with the unread event stream.
    ///
    /// A service that does not stream sends all of its JSON or text at once: this becomes the body of the head, and the
    /// event stream is empty. An event stream is also recognized by its first bytes, since some services state another
    /// type.
    func eventStream(
        for request: TransportRequest
    ) async throws(InferenceError) -> (head: InferenceAnswer, body: TransportBody) {
        let (head, body) = try await followingRedirects(of: request) {
            request throws(TransportError) -> (InferenceAnswer, TransportBody) in
            let stream = try await transport.stream(request)
            let isStream = (200..<300).contains(stream.status) && stream.status != 204
            // For a failure, reads the body now for its message; for a success, leaves it to the caller.
            let words = isStream ? [] : try await stream.body.prefix(bytes: Self.failureByteLimit)
            let head = InferenceAnswer(status: stream.status, headers: stream.headers, body: words, redacting: token)
            return (head, stream.body)
        } head: {
            $0.0
        }
        guard head.contentType != "text/event-stream" else { return (head, body) }
        let words: [UInt8]
        do {
            words = try await body.prefix(bytes: answerByteLimit)
        } catch {
            throw Task.isCancelled ? .cancelled : InferenceError(error)
        }
        let answer = InferenceAnswer(status: head.status, headers: head.headers, body: words, redacting: token)
        let beginning = String(decoding: words.prefix(64), as: UTF8.self).trimmed
        if ["data:", "event:", ":"].contains(where: beginning.hasPrefix) {
            return (head, TransportBody(words))
        }
        let json = try? answer.json()
        if let json, json.objectValue != nil || json.arrayValue != nil {
            if let failure = InferenceError(reportedIn: json, of: answer) { throw failure }
            return (answer, TransportBody([]))
        }
        if answer.plainText?.isEmpty == false { return (answer, TransportBody([])) }
        throw InferenceError(
            .answerMalformed,
            problem: "the response is \(head.contentType?.excerpt(limit: 100) ?? "of unknown type"), "
                + "expected an event stream",
            remedy: "disable streaming, or choose a model and endpoint that stream", status: head.status,
            requestID: head.requestID, serviceMessage: ServiceMessage.find(in: answer), bodyExcerpt: answer.bodyExcerpt)
    }

    /// Sends a request once; follows redirects (307, 308) within the same host, which preserve the request.
    ///
    /// - Parameter head: Returns the response to `send`; for a failure, with its body.
    /// - Throws: The error that an unsuccessful response represents.
    private func followingRedirects<Reply>(
        of request: TransportRequest, _ send: (TransportRequest) async throws(TransportError) -> Reply,
        head: (Reply) -> InferenceAnswer
    ) async throws(InferenceError) -> Reply {
        var request = request
        let start = timekeeping.now()
        let timeout = request.timeout
        for _ in 0...Self.maximumRedirects {
            if Task.isCancelled { throw .cancelled }
            let reply: Reply
            do {
                reply = try await send(request)
            } catch {
                throw Task.isCancelled ? .cancelled : InferenceError(error)
            }
            let answer = head(reply)
            if (200..<300).contains(answer.status), answer.status != 204 { return reply }
            if answer.status == 307 || answer.status == 308, let location = answer.header("location"),
                let target = URL(string: location, relativeTo: request.url)?.absoluteURL,
                target.origin == request.url.origin
            {
                request.url = target
                // All redirects belong to one attempt.
                request.timeout = max(.zero, timeout - .seconds(timekeeping.now() - start))
                continue
            }
            throw InferenceError(
                answer: answer, uploadByteCount: request.bodyByteCount, tokenSource: token?.source,
                now: timekeeping.wallClock())
        }
        throw InferenceError(
            .redirected, problem: "the endpoint redirects in a loop", remedy: "pass the final URL as the endpoint")
    }
}
