#if !canImport(Glibc) || PERCEPT_URL_SESSION
    import Foundation
    import Synchronization

    #if canImport(FoundationNetworking)
        import FoundationNetworking
    #endif

    /// One answer that is read while it arrives, in a session of its own.
    ///
    /// Foundation tells of bytes as they come on every platform, but holds a sender up on none by itself. Where it can,
    /// the task is suspended. On Linux that would begin the request anew; there the session is made to wait as it hands over
    /// the next piece, and with it the socket. Hence the session of its own: others must not wait.
    final class StreamingTransfer: NSObject, URLSessionDataDelegate, Sendable {
        private let answer: ArrivingAnswer

        /// Sends `request`, and has `answer` told of what comes; the session keeps the transfer until the answer has ended.
        static func begin(_ request: TransportRequest, _ answer: ArrivingAnswer) {
            LoopbackProxyExemption.apply()
            var urlRequest = URLRequest(request)
            // The answer's clocks come first: the session's own runs on while the sender is held up.
            urlRequest.timeoutInterval = request.streamDuration.inSeconds + request.timeout.inSeconds + 3600
            let gate = Gate()
            let session = URLSession(
                configuration: .forgetful, delegate: StreamingTransfer(answer), delegateQueue: GatedQueue(gate))
            let task = session.task(for: request, urlRequest)
            answer.begin(
                on: ArrivingAnswer.Connection { isHeldUp in
                    #if canImport(FoundationNetworking)
                        gate.set(isOpen: !isHeldUp)
                    #else
                        // Suspensions are counted.
                        if isHeldUp, task.state == .running { task.suspend() }
                        if !isHeldUp, task.state == .suspended { task.resume() }
                    #endif
                } close: { isComplete in
                    // Before the task is told: it waits for the session, which may be waiting at the gate.
                    gate.abandon()
                    if !isComplete { task.cancel() }
                    // The session keeps its delegate until then.
                    session.finishTasksAndInvalidate()
                })
            task.resume()
        }

        private init(_ answer: ArrivingAnswer) {
            self.answer = answer
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
            completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
        ) {
            // Refusing by the handler leaves the connection open on Linux; going on and cancelling then closes it.
            completionHandler(.allow)
            guard let response = response as? HTTPURLResponse else { return answer.stop() }
            answer.receive(head: TransportReply(response), expectedByteCount: response.expectedContentLength)
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            answer.receive(Array(data))
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
            totalBytesExpectedToSend: Int64
        ) {
            answer.connected()
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
        ) {
            completionHandler(nil)
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
            if let error { answer.fail(TransportError(error)) } else { answer.finish() }
        }
    }

    /// The queue on which a session tells its delegate; the session waits at the gate as it adds to it.
    private final class GatedQueue: OperationQueue, @unchecked Sendable {
        private let gate: Gate

        init(_ gate: Gate) {
            self.gate = gate
            super.init()
            maxConcurrentOperationCount = 1
        }

        override func addOperation(_ block: @escaping @Sendable () -> Void) {
            gate.enter()
            super.addOperation { [gate] in
                block()
                gate.leave()
            }
        }
    }
#endif
