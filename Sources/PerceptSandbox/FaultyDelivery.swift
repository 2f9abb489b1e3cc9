import PerceptCore
import PerceptInference

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Applies a fault to a response and sends it.
struct FaultyDelivery {
    private enum Way {
        /// A correct response.
        case whole
        case afterPause(seconds: Double)
        case byteByByte(seconds: Double)
        /// Part of the body with a wrong header, then the end of the connection.
        case misframed(framing: String, byteCount: Int)
        case hugeBody
        case nothing
        case reset
    }

    private let response: Response
    private let way: Way

    private static let hugeByteCount = 1 << 30

    /// Applies a fault.
    ///
    /// - Parameters:
    ///   - fault: The fault, or none.
    ///   - answer: The response of the tape.
    init(_ fault: SandboxFault, spoiling answer: Response) {
        let half = answer.body.count / 2
        var way = Way.whole
        var response = answer
        switch fault.kind {
        case .loading:
            response = .failure(503, ["error": "Model is currently loading", "estimated_time": .double(fault.seconds)])
        case .rateLimit:
            response = .rateLimited("retry-after", "\(Int(fault.seconds.rounded(.up)))")
        case .rateLimitUntil:
            response = .rateLimited("retry-after", Self.httpDate(in: fault.seconds))
        case .rateLimitWindow:
            response = .rateLimited("ratelimit", "\"api\";r=0;t=\(Int(fault.seconds.rounded(.up)))")
        case .rateLimitSilent:
            response = .rateLimited(nil, "")
        case .tooLarge:
            response = .text(413, "text/plain; charset=utf-8", "length limit exceeded")
        case .serverError:
            response = .failure(500, ["error": "unknown error", "warnings": ["CUDA out of memory"]])
        case .unavailable:
            response = .failure(503, ["error": "503 Service Unavailable"])
        case .htmlError:
            response = .text(
                502, "text/html", "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body></body></html>"
            )
        case .slowStart: way = .afterPause(seconds: fault.seconds)
        case .trickle: way = .byteByByte(seconds: fault.seconds)
        case .cut: way = .misframed(framing: "content-length: \(max(1, answer.body.count))", byteCount: half)
        case .wrongLength: way = .misframed(framing: "content-length: \(half)", byteCount: answer.body.count)
        case .malformedJSON:
            response = .text(200, "application/json", "")
            response.body = Array(answer.body.prefix(half))
        case .hugeBody:
            response = .text(200, "application/json", "")
            way = .hugeBody
        case .garbageBase64: response.body = Self.spoilingMedia(in: answer.body)
        case .streamError: response = Self.failingStream(answer)
        case .noAnswer: way = .nothing
        case .reset: way = .reset
        }
        self.response = response
        self.way = way
    }

    /// The status; `nil` if no response is started.
    var status: Int? {
        switch way {
        case .nothing, .reset: nil
        default: response.status
        }
    }

    /// Sends the response.
    ///
    /// - Returns: True if the connection can serve another request.
    func write(to connection: borrowing Connection, keepingOpen: Bool) async throws -> Bool {
        switch way {
        case .afterPause(let seconds):
            try await Task.sleep(for: .seconds(seconds))
            fallthrough
        case .whole:
            try await connection.write(response, keepingOpen: keepingOpen)
            return keepingOpen
        case .byteByByte(let seconds):
            let framing = "content-length: \(response.body.count)"
            try await connection.write(
                connection.head(of: response, framing: framing, keepingOpen: keepingOpen))
            for byte in response.body {
                try await connection.write([byte])
                try await Task.sleep(for: .seconds(seconds))
            }
            return keepingOpen
        case .misframed(let framing, let byteCount):
            let head = connection.head(of: response, framing: framing, keepingOpen: true)
            try await connection.write(head + response.body.prefix(byteCount))
            return false
        case .hugeBody:
            let framing = "content-length: \(Self.hugeByteCount)"
            try await connection.write(
                connection.head(of: response, framing: framing, keepingOpen: false))
            let piece = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 16)
            for _ in 0..<Self.hugeByteCount / piece.count { try await connection.write(piece) }
            return false
        case .nothing:
            return false
        case .reset:
            connection.resetAtClose()
            return false
        }
    }

    /// The members that hold base64 media in the service's responses.
    private static let mediaKeys: Set<String> = ["mask", "blob", "b64_json", "image", "audio"]
    private static let garbage: JSONValue = "*** this is not base64 ***"

    private static func spoilingMedia(in body: [UInt8]) -> [UInt8] {
        func spoiled(_ value: JSONValue) -> JSONValue {
            switch value {
            case .array(let elements): .array(elements.map(spoiled))
            case .object(let object):
                .object(
                    JSONObject(
                        object.map { member in
                            let isMedia = mediaKeys.contains(member.key) && member.value.stringValue != nil
                            return (member.key, isMedia ? garbage : spoiled(member.value))
                        }))
            default: value
            }
        }
        let json = (try? JSONValue(parsing: body)).map(spoiled) ?? [["label": "x", "score": 0.5, "mask": garbage]]
        return json.serialized()
    }

    /// Returns the tape's response, if it is a stream, with an error instead of its end.
    private static func failingStream(_ answer: Response) -> Response {
        let isStream = answer.headers.contains {
            $0.name.lowercased() == "content-type" && $0.value.lowercased().hasPrefix("text/event-stream")
        }
        var response = Response.text(200, "text/event-stream", "")
        if isStream {
            let text = String(decoding: answer.body, as: UTF8.self)
            let begun = text.split(separator: "\n\n", omittingEmptySubsequences: false).dropLast().filter {
                !$0.contains("[DONE]")
            }
            response.body = Array(begun.map { $0 + "\n\n" }.joined().utf8)
        }
        response.body += Array("data: {\"error\":\"the model failed\",\"error_type\":\"generation\"}\n\n".utf8)
        return response
    }

    /// Returns the time in so many seconds, formatted for `Retry-After` and rounded up to a whole second.
    private static func httpDate(in seconds: Double) -> String {
        var moment = time_t((ProcessEnvironment.secondsSince1970 + seconds).rounded(.up))
        var date = tm()
        gmtime_r(&moment, &date)
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(date.tm_wday)]
        let month =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][Int(date.tm_mon)]
        let time = [date.tm_hour, date.tm_min, date.tm_sec].map { Int($0).padded(to: 2) }.joined(separator: ":")
        return "\(day), \(Int(date.tm_mday).padded(to: 2)) \(month) \(1900 + date.tm_year) \(time) GMT"
    }
}

extension Response {
    fileprivate static func text(_ status: Int, _ type: String, _ text: String) -> Response {
        Response(
            status: status, headers: [(name: "content-type", value: type), (name: "server", value: Responder.server)],
            body: Array(text.utf8))
    }

    fileprivate static func failure(_ status: Int, _ body: JSONObject) -> Response {
        text(status, "application/json", String(decoding: JSONValue.object(body).serialized(), as: UTF8.self))
    }

    fileprivate static func rateLimited(_ header: String?, _ value: String) -> Response {
        var response = failure(429, ["error": "Rate limit reached. Please log in or use a token"])
        if let header { response.headers.append((name: header, value: value)) }
        return response
    }
}
