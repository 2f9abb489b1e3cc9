import Foundation
import HTTPTypes

extension InferenceClient {
    /// Redirects within one host that are followed for one attempt.
    private static let maximumRedirects = 3
    /// Bytes of a streamed failure that are read for its message.
    private static let failureByteLimit = 1 << 20

    /// Sends until there is a success, a failure that waiting does not heal, or no patience left.
    ///
    /// - Parameters:
    ///   - options: after a first 503 about loading the service is asked to wait in any case.
    ///   - makeRequest: makes the request of the options, anew where these change.
    func attempt<Reply: Sendable>(
        _ options: RequestOptions, onWait: (@Sendable (WaitNotice) -> Void)?,
        request makeRequest: (RequestOptions) throws(InferenceError) -> TransportRequest,
        exchange: (TransportRequest) async throws(InferenceError) -> Reply
    ) async throws(InferenceError) -> Reply {
        var options = options
        var request = try makeRequest(options)
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
        }
    }

    /// Sends once and collects the answer.
    func answer(to request: TransportRequest) async throws(InferenceError) -> InferenceAnswer {
        try await followingRedirects(of: request) { request throws(TransportError) -> InferenceAnswer in
            let reply = try await transport.send(request)
            return InferenceAnswer(status: reply.status, headers: reply.headers, body: reply.body, redacting: token)
        } head: {
            $0
        }
    }

    /// Sends once and gives the head of the answer and, still to be read, the event stream.
    ///
    /// A service that does not stream sends all of its JSON or text at once: it is then the body of the head, and the other one is
    /// empty. An event stream is told by its first bytes too, as some services state another type.
    func eventStream(
        for request: TransportRequest
    ) async throws(InferenceError) -> (head: InferenceAnswer, body: TransportBody) {
        let (head, body) = try await followingRedirects(of: request) {
            request throws(TransportError) -> (InferenceAnswer, TransportBody) in
            let stream = try await transport.stream(request)
            let isStream = (200..<300).contains(stream.status) && stream.status != 204
            // The words of a failure are read now; those of a success are what the caller reads.
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
        let beginning = AccessToken.trimmed(String(decoding: words.prefix(64), as: UTF8.self))
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
            problem: "the answer is \(head.contentType?.excerpt(limit: 100) ?? "of no stated type"), no event stream",
            remedy: "ask without streaming, or choose a model and endpoint that stream", status: head.status,
            requestID: head.requestID, serviceMessage: ServiceMessage.find(in: answer), bodyExcerpt: answer.bodyExcerpt)
    }

    /// Sends once, following redirects that stay on the host and keep the request as it is (307, 308).
    ///
    /// - Parameter head: what `send` gave, as an answer; of a failure with its body.
    /// - Throws: the error that an answer other than a success stands for.
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
                // All of them are one attempt.
                request.timeout = max(.zero, timeout - .seconds(timekeeping.now() - start))
                continue
            }
            throw InferenceError(
                answer: answer, uploadByteCount: request.bodyByteCount, tokenSource: token?.source,
                now: timekeeping.wallClock())
        }
        throw InferenceError(
            .redirected, problem: "the endpoint redirects in a circle", remedy: "pass the final URL as the endpoint")
    }
}
