#if canImport(Glibc)
    import CCurl
    import Dispatch
    import FoundationEssentials
    import Glibc
    import HTTPTypes
    import PerceptCore
    import Synchronization

    /// Receives one response with libcurl on its own thread.
    final class CurlTransfer: Sendable {
        private let answer: ArrivingAnswer
        private let gate = Gate()
        private let connections: CurlConnections
        /// `nil` after the transfer, when the handle may belong to another one.
        private let handle: Mutex<CurlConnections.Handle?>

        /// Sends `request` and delivers the response to `answer`.
        static func begin(
            _ request: TransportRequest, _ answer: ArrivingAnswer, over connections: CurlConnections,
            trusting authorities: CertificateAuthorities?, connectTimeout: Duration
        ) {
            guard let handle = connections.take() else {
                return answer.fail(
                    percept_curl_is_available()
                        ? TransportError(.notConnected, problem: "out of memory for a connection")
                        : TransportError(
                            .notAvailable, problem: "cannot load libcurl.so.4, which is needed to send requests"))
            }
            let transfer = CurlTransfer(answer, connections, handle)
            // libcurl measures the connect timeout.
            answer.connected()
            answer.begin(
                on: ArrivingAnswer.Connection {
                    transfer.gate.set(isOpen: !$0)
                } close: { _ in
                    transfer.stop()
                })
            let begins = DetachedThread.run { transfer.perform(request, authorities, connectTimeout) }
            if !begins {
                // The handle may belong to another transfer from now on, which must not be stopped with this one.
                transfer.handle.withLock { $0 = nil }
                connections.give(back: handle, after: .notConnected)
                answer.fail(TransportError(.notConnected, problem: "the system has no more threads for a connection"))
            }
        }

        private init(_ answer: ArrivingAnswer, _ connections: CurlConnections, _ handle: CurlConnections.Handle) {
            self.answer = answer
            self.connections = connections
            self.handle = Mutex(handle)
        }

        private func stop() {
            gate.abandon()
            handle.withLock { handle in
                if let handle { percept_transfer_stop(handle.pointer) }
            }
        }

        /// Performs the whole exchange, blocking the thread.
        private func perform(
            _ request: TransportRequest, _ authorities: CertificateAuthorities?, _ connectTimeout: Duration
        ) {
            guard let handle = handle.withLock(\.self) else { return }
            let reader = AnswerReading(answer, gate)
            let texts = CTexts()
            var words = [CChar](repeating: 0, count: 256)
            var events = CurlEvents(
                context: Unmanaged.passUnretained(reader).toOpaque(),
                header: { context, bytes, count in
                    AnswerReading.of(context)?.take(header: UnsafeBufferPointer(start: bytes, count: count)) ?? false
                },
                body: { context, bytes, count in
                    AnswerReading.of(context)?.take(body: UnsafeBufferPointer(start: bytes, count: count)) ?? false
                })
            let outcome = request.body.withUnsafeBufferPointer { body in
                var curlRequest = CurlRequest(
                    request, body: body, trusting: authorities, connectTimeout: connectTimeout, texts: texts)
                return withExtendedLifetime((reader, texts)) {
                    percept_transfer_perform(handle.pointer, &curlRequest, &events, &words)
                }
            }
            // Returns the handle before the response ends: the next request may follow at once on the same connection.
            self.handle.withLock { $0 = nil }
            connections.give(back: handle, after: outcome)
            let said = String(decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if outcome == .timedOut {
                answer.fail(.noConnection(within: connectTimeout))
            } else if let error = TransportError(outcome, said.excerpt(limit: 200)) {
                answer.fail(error)
            } else {
                answer.finish()
            }
        }
    }

    /// The context of libcurl's callbacks, used by one thread only.
    private final class AnswerReading {
        private let answer: ArrivingAnswer
        private let gate: Gate
        private var status: Int?
        private var fields = HTTPFields()
        private var isHeadComplete = false

        init(_ answer: ArrivingAnswer, _ gate: Gate) {
            self.answer = answer
            self.gate = gate
        }

        static func of(_ context: UnsafeMutableRawPointer?) -> AnswerReading? {
            context.map { Unmanaged<AnswerReading>.fromOpaque($0).takeUnretainedValue() }
        }

        /// Handles one header line. There are several heads if the server first sends an informational response (1xx);
        /// trailers after the body are ignored.
        func take(header bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            guard !isHeadComplete else { return true }
            let line = String(decoding: bytes, as: UTF8.self).trimmed
            if line.hasPrefix("HTTP/") {
                status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
                fields = HTTPFields()
            } else if let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon])) {
                let value = line[line.index(after: colon)...].trimmed
                fields.append(HTTPField(name: name, value: value))
            } else if line.isEmpty, let status, status >= 200 {
                isHeadComplete = true
                answer.receive(
                    head: TransportReply(status: status, headers: fields),
                    expectedByteCount: fields[.contentLength].flatMap { Int64($0) } ?? -1)
            }
            return true
        }

        func take(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            gate.enter()
            defer { gate.leave() }
            answer.receive(Array(bytes))
            return true
        }
    }

    extension TransportError {
        /// Converts an outcome of libcurl with its message; `nil` for success.
        fileprivate init?(_ outcome: CurlOutcome, _ words: String) {
            switch outcome {
            case .done: return nil
            case .stopped: self.init(.cancelled, problem: "cancelled")
            case .notConnected:
                // Uses the same text as URLSession.
                let isUnknown = words.hasPrefix("Could not resolve host")
                self.init(
                    .notConnected, problem: isUnknown ? "unknown host" : "cannot connect: \(words)")
            case .connectionLost: self.init(.connectionLost, problem: "the connection failed: \(words)")
            case .notSecure: self.init(.notSecure, problem: "no secure connection: \(words)")
            case .timedOut: self.init(.timedOut, problem: "no response in time")
            case .malformed: self.init(.answerMalformed, problem: "the response is not HTTP: \(words)")
            case .failed: self.init(.notConnected, problem: "the request could not be made: \(words)")
            }
        }
    }

    extension CurlRequest {
        /// Converts a request to C; `body` and `texts` must outlive it.
        fileprivate init(
            _ request: TransportRequest, body: UnsafeBufferPointer<UInt8>,
            trusting authorities: CertificateAuthorities?,
            connectTimeout: Duration, texts: CTexts
        ) {
            var lines = request.headers.map { "\($0.name.rawName): \($0.value)" }
            if let token = request.token { lines.append("Authorization: \(token.authorizationHeader)") }
            self.init(
                url: texts.pointer(to: request.url.absoluteString), method: texts.pointer(to: request.method.rawValue),
                headers: texts.list(lines), body: body.baseAddress,
                body_path: request.bodyFile.flatMap { texts.pointer(toFile: $0.path) },
                body_byte_count: Int64(request.bodyByteCount),
                authority_file: authorities?.file.flatMap(texts.pointer(to:)),
                authority_folder: authorities?.folder.flatMap(texts.pointer(to:)),
                connect_milliseconds: Int64(connectTimeout.inSeconds * 1000))
        }
    }

    /// C strings that live as long as this value.
    private final class CTexts {
        private var texts: [UnsafeMutablePointer<CChar>] = []
        private var lists: [UnsafeMutablePointer<UnsafePointer<CChar>?>] = []

        func pointer(to text: String) -> UnsafePointer<CChar>? {
            keep(strdup(text))
        }

        func pointer(toFile path: String) -> UnsafePointer<CChar>? {
            keep(path.withFileName { strdup($0) })
        }

        private func keep(_ copy: UnsafeMutablePointer<CChar>?) -> UnsafePointer<CChar>? {
            guard let copy else { return nil }
            texts.append(copy)
            return UnsafePointer(copy)
        }

        /// Returns the texts as a null-terminated list.
        func list(_ texts: [String]) -> UnsafePointer<UnsafePointer<CChar>?> {
            let list = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: texts.count + 1)
            for (index, text) in texts.enumerated() { (list + index).initialize(to: pointer(to: text)) }
            (list + texts.count).initialize(to: nil)
            lists.append(list)
            return UnsafePointer(list)
        }

        deinit {
            for text in texts { free(text) }
            for list in lists { list.deallocate() }
        }
    }
#endif
