#if !canImport(Glibc) || PERCEPT_URL_SESSION
    import Foundation
    import Synchronization

    #if canImport(FoundationNetworking)
        import FoundationNetworking
    #endif

    /// Receives one streamed response in its own URLSession.
    ///
    /// Foundation reports bytes as they arrive on every platform, but never pauses the sender. On Apple platforms, the
    /// task is suspended. On Linux, suspending would restart the request, so the session is blocked when it delivers
    /// the next piece, and with it the socket. A separate session keeps other transfers from being blocked.
    final class StreamingTransfer: NSObject, URLSessionDataDelegate, Sendable {
        private let answer: ArrivingAnswer

        /// Sends `request` and delivers the response to `answer`; the session keeps the transfer alive until the
        /// response has ended.
        static func begin(_ request: TransportRequest, _ answer: ArrivingAnswer) {
            LoopbackProxyExemption.apply()
            var urlRequest = URLRequest(request)
            // Longer than the timeouts of `answer`, since the session's own timer also runs while the sender is paused.
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
                    // Must come before cancelling: the task waits for the session, which may be waiting at the gate.
                    gate.abandon()
                    if !isComplete { task.cancel() }
                    // Until then, the session retains its delegate.
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
            // On Linux, refusing in the handler leaves the connection open; cancelling afterwards closes it.
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

    /// The delegate queue of a session; the session waits at the gate when it adds an operation.
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
