#if !canImport(Glibc) || PERCEPT_URL_SESSION
    import Foundation
    import HTTPTypes
    import Synchronization

    #if canImport(FoundationNetworking)
        import FoundationNetworking
    #endif

    /// Sends requests with Foundation's `URLSession`: no cookies, no cache, nothing on disk, and redirects are not
    /// followed.
    ///
    /// Connections are kept and reused as long as the value lives; one value is enough for a whole program. Proxies and
    /// trusted certificates are the system's; plain http to this machine uses no proxy.
    ///
    /// On Linux it exists only in debug builds, for its tests; see ``CurlTransport`` for the reason.
    final class URLSessionTransport: HTTPTransport {
        /// Created with the first request.
        private let current = Mutex<Session?>(nil)
        /// The maximum time to connect, including name resolution and TLS.
        let connectTimeout: Duration

        init(connectTimeout: Duration = .seconds(30)) {
            self.connectTimeout = connectTimeout
        }

        deinit {
            current.withLock { $0?.retire() }
        }

        /// A session and its transfers; task identifiers are unique only within one session.
        private struct Session {
            let transfers = TransferTable()
            let session: URLSession

            init() {
                LoopbackProxyExemption.apply()
                session = URLSession(configuration: .forgetful, delegate: transfers, delegateQueue: nil)
            }

            /// Until this call, the session retains its delegate and the system retains the session; active transfers
            /// continue.
            func retire() {
                session.finishTasksAndInvalidate()
            }
        }

        /// True: a file is sent piece by piece; see ``TransportRequest/bodyFile``.
        var sendsFiles: Bool { true }

        func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
            var urlRequest = URLRequest(request)
            // The session's own timeout counts from byte to byte; it is longer, so that the total timeout comes first.
            let timeout = max(request.timeout.inSeconds, 0)
            urlRequest.timeoutInterval = timeout + 60

            // Inside the lock, because a session that was retired in between accepts no tasks.
            let (session, task) = current.withLock { [urlRequest] current in
                let session = current ?? Session()
                current = session
                return (session, session.session.task(for: request, urlRequest))
            }
            let transfers = session.transfers
            transfers.register(task, byteLimit: request.responseByteLimit)
            defer { transfers.remove(task) }
            let timer = Alarm(after: .seconds(timeout)) {
                let problem = "no complete response within \(request.timeout)"
                transfers.stop(task, TransportError(.timedOut, problem: problem))
            }
            defer { timer.cancel() }
            // Only the upload of a body shows that a connection exists; without a body, only the total timeout applies.
            let connectTimer =
                request.bodyByteCount == 0
                ? nil
                : Alarm(after: connectTimeout) { [connectTimeout] in
                    if !transfers.isConnected(task) { transfers.stop(task, .noConnection(within: connectTimeout)) }
                }
            defer { connectTimer?.cancel() }
            let outcome = await withTaskCancellationHandler {
                await withCheckedContinuation { transfers.begin(task, $0) }
            } onCancel: {
                transfers.stop(task, TransportError(.cancelled, problem: "cancelled"))
            }
            if case .failure(let error) = outcome, error.kind == .answerTooLarge { replace(session) }
            return try outcome.get()
        }

        func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
            let answer = ArrivingAnswer(to: request, connectTimeout: connectTimeout)
            StreamingTransfer.begin(request, answer)
            return try await TransportStream(answer)
        }

        /// Uses a new session for later requests.
        ///
        /// On Linux, a server that sends endlessly can keep the old session busy for seconds, because a cancelled
        /// transfer is dropped only when no data is available for a moment.
        private func replace(_ session: Session) {
            current.withLock { current in
                guard current?.session === session.session else { return }
                session.retire()
                current = nil
            }
        }
    }

    /// The active transfers, updated by the session.
    private final class TransferTable: NSObject, URLSessionDataDelegate, Sendable {
        typealias Outcome = Result<TransportReply, TransportError>

        private struct Transfer {
            var byteLimit: Int
            var isConnected = false
            var reply: TransportReply?
            /// Set once, by whatever ends the transfer first.
            var outcome: Outcome?
            var continuation: CheckedContinuation<Outcome, Never>?
        }

        private let transfers = Mutex<[Int: Transfer]>([:])

        func register(_ task: URLSessionTask, byteLimit: Int) {
            transfers.withLock { $0[task.taskIdentifier] = Transfer(byteLimit: byteLimit) }
        }

        func isConnected(_ task: URLSessionTask) -> Bool {
            transfers.withLock { $0[task.taskIdentifier]?.isConnected ?? true }
        }

        func remove(_ task: URLSessionTask) {
            transfers.withLock { $0[task.taskIdentifier] = nil }
        }

        /// Starts the task, unless it was stopped after registration.
        func begin(_ task: URLSessionTask, _ continuation: CheckedContinuation<Outcome, Never>) {
            let outcome = transfers.withLock { transfers -> Outcome? in
                transfers[task.taskIdentifier]?.continuation = continuation
                return transfers[task.taskIdentifier]?.outcome
            }
            if let outcome {
                continuation.resume(returning: outcome)
            } else {
                task.resume()
            }
        }

        func stop(_ task: URLSessionTask, _ error: TransportError) {
            finish(task, .failure(error))
            task.cancel()
        }

        /// Sets the outcome, or the reply collected so far if there is no error; later calls have no effect.
        private func finish(_ task: URLSessionTask, _ failure: Outcome?) {
            let missing = TransportError(.answerMalformed, problem: "the connection ended without an HTTP response")
            let (continuation, outcome) = transfers.withLock { transfers in
                guard var transfer = transfers[task.taskIdentifier], transfer.outcome == nil else {
                    return (CheckedContinuation<Outcome, Never>?.none, Outcome.failure(missing))
                }
                let outcome = failure ?? transfer.reply.map(Outcome.success) ?? .failure(missing)
                transfer.outcome = outcome
                transfer.reply = nil
                transfers[task.taskIdentifier] = transfer
                return (transfer.continuation, outcome)
            }
            continuation?.resume(returning: outcome)
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
            completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
        ) {
            guard let response = response as? HTTPURLResponse else { return completionHandler(.cancel) }
            let limit = transfers.withLock { transfers in
                transfers[dataTask.taskIdentifier]?.isConnected = true
                transfers[dataTask.taskIdentifier]?.reply = TransportReply(response)
                return transfers[dataTask.taskIdentifier]?.byteLimit ?? 0
            }
            guard response.expectedContentLength <= Int64(limit) else {
                // On Linux, refusing in the handler leaves the connection open; cancelling afterwards closes it.
                completionHandler(.allow)
                return stop(dataTask, .answerTooLarge(limit))
            }
            completionHandler(.allow)
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            let exceeded = transfers.withLock { transfers -> Int? in
                guard let byteLimit = transfers[dataTask.taskIdentifier]?.byteLimit else { return nil }
                let heldCount = transfers[dataTask.taskIdentifier]?.reply?.body.count ?? 0
                guard data.count <= byteLimit - heldCount else { return byteLimit }
                transfers[dataTask.taskIdentifier]?.reply?.body.append(contentsOf: data)
                return nil
            }
            if let exceeded { stop(dataTask, .answerTooLarge(exceeded)) }
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
            totalBytesExpectedToSend: Int64
        ) {
            transfers.withLock { $0[task.taskIdentifier]?.isConnected = true }
        }

        /// Called when a kept connection was closed without a response. libcurl would resend the request without its
        /// body and wait forever, so the request fails instead, and the caller may retry.
        func urlSession(
            _ session: URLSession, task: URLSessionTask,
            needNewBodyStream completionHandler: @escaping @Sendable (InputStream?) -> Void
        ) {
            // This is the session's own queue, which cancelling waits for.
            DispatchQueue.global().async { [self] in stop(task, .closedWithoutAnswer) }
            completionHandler(nil)
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
        ) {
            completionHandler(nil)
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
            finish(task, error.map { .failure(TransportError($0)) })
        }
    }
#endif
