package import HTTPTypes
import PerceptCore
import Synchronization

/// A request to match against a tape.
public struct TapeRequest: Sendable {
    /// The HTTP method.
    public var method: String
    /// The path as sent: percent-encoded, with the query.
    public var path: String
    /// The Content-Type header.
    public var contentType: String?
    /// The whole body.
    public var body: [UInt8]

    /// Creates a request.
    package init(method: String, path: String, contentType: String?, body: [UInt8]) {
        self.method = method
        self.path = path
        self.contentType = contentType
        self.body = body
    }
}

/// The response of a tape.
package struct TapeAnswer: Sendable {
    /// The status code.
    package var status: Int
    /// The headers.
    package var headers: HTTPFields
    /// The body.
    package var body: [UInt8]
    /// The description of the upload, if it was decoded.
    package var upload: UploadDescription?
    /// The index of the exchange on the tape; `nil` if none matches.
    package var exchangeIndex: Int?
    /// The reason why the recorded response was not returned.
    package var problem: String?
}

/// Matches requests against a tape and checks uploads.
///
/// Among the exchanges that match a request and its upload, the first one answers as often as its repeat count, then
/// the next one; the last one is unlimited. Requests of different kinds do not affect each other's order.
package final class TapePlayer: Sendable {
    private let tape: Tape
    private let describe: UploadDescriber?
    private let useCounts: Mutex<[Int: Int]>

    /// Creates a player.
    ///
    /// - Parameters:
    ///   - tape: The tape.
    ///   - describe: Decodes uploads. Without it, only the media type of uploads is checked, against the Content-Type
    ///     and the tape.
    package init(_ tape: Tape, describingUploads describe: UploadDescriber? = nil) {
        self.tape = tape
        self.describe = describe
        useCounts = Mutex([:])
    }

    /// Answers one request.
    ///
    /// Responds with 404 if nothing matches, 400 for an upload that contradicts its Content-Type or cannot be decoded,
    /// and 422 for one that does not meet the tape's expectation. Such failures do not use up the exchange.
    ///
    /// - Parameters:
    ///   - request: The request with its whole body.
    ///   - usingUp: If true, the exchange counts as used; pass `false` if the client will not receive this response.
    package func answer(_ request: TapeRequest, usingUp: Bool = true) -> TapeAnswer {
        let matching = exchanges(matching: request)
        guard !matching.isEmpty else { return .failure(404, noMatch(for: request)) }
        let upload: UploadDescription?
        do {
            upload = try checkedUpload(of: request)
        } catch {
            return .failure(400, error.description)
        }
        guard let index = use(oneOf: matching, for: upload, counting: usingUp) else {
            var failure = TapeAnswer.failure(422, unmetExpectations(of: matching, by: upload))
            failure.upload = upload
            return failure
        }
        var answer = TapeAnswer(tape.exchanges[index].response)
        answer.upload = upload
        answer.exchangeIndex = index
        return answer
    }

    /// Returns the next exchange among those that `upload` meets, or `nil` if there are none.
    private func use(oneOf matching: [Int], for upload: UploadDescription?, counting: Bool) -> Int? {
        let met = matching.filter { complaints(about: upload, at: $0).isEmpty }
        guard let last = met.last else { return nil }
        return useCounts.withLock { counts in
            let index = met.first { counts[$0, default: 0] < tape.exchanges[$0].repeatCount } ?? last
            if counting { counts[index, default: 0] += 1 }
            return index
        }
    }

    private func unmetExpectations(of matching: [Int], by upload: UploadDescription?) -> String {
        var distinct: [String] = []
        for index in matching {
            let text = complaints(about: upload, at: index).joined(separator: "; ")
            if !distinct.contains(text) { distinct.append(text) }
        }
        return "the upload is not as expected: \(distinct.prefix(5).joined(separator: ", or "))"
    }

    private func exchanges(matching request: TapeRequest) -> [Int] {
        let contentType = request.contentType?.mediaTypeName
        var hash: String?
        return tape.exchanges.indices.filter { index in
            let matcher = tape.exchanges[index].request
            guard matcher.method == request.method, Self.matches(matcher.path, request.path),
                matcher.contentType == nil || matcher.contentType == contentType
            else { return false }
            guard let expected = matcher.bodySHA256 else { return true }
            let found = hash ?? SHA256.hexadecimalDigest(of: request.body)
            hash = found
            return expected == found
        }
    }

    private static func matches(_ pattern: String, _ path: String) -> Bool {
        func parts(_ path: String) -> (path: Substring, query: Substring?) {
            let halves = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let path = halves.first ?? ""
            return (path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path, halves.dropFirst().first)
        }
        let (patternPath, patternQuery) = parts(pattern)
        let (requestPath, requestQuery) = parts(path)
        guard patternQuery == nil || patternQuery == requestQuery else { return false }
        // The pattern starts with a slash, so as a suffix it starts at a path segment.
        return patternPath == "/" ? requestPath == "/" || requestPath.isEmpty : requestPath.hasSuffix(patternPath)
    }

    private func noMatch(for request: TapeRequest) -> String {
        let known = tape.exchanges.map { exchange in
            let matcher = exchange.request
            let details = [matcher.contentType, matcher.bodySHA256.map { "sha256 \($0.prefix(12))…" }].compactMap(
                \.self)
            return "\(matcher.method) \(matcher.path)"
                + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
        }
        var distinct: [String] = []
        for entry in known where !distinct.contains(entry) { distinct.append(entry) }
        let shown = distinct.prefix(10).joined(separator: ", ") + (distinct.count > 10 ? ", …" : "")
        let type = request.contentType ?? "no Content-Type"
        return "no exchange on the tape matches \(request.method) \(request.path.excerpt(limit: 300)) "
            + "(\(type.excerpt(limit: 100)), \(request.body.count) bytes); "
            + "the tape has: \(shown.isEmpty ? "nothing" : shown)"
    }

    private func complaints(about upload: UploadDescription?, at index: Int) -> [String] {
        guard let expectation = tape.exchanges[index].request.upload else { return [] }
        guard let upload else { return ["the request contains no recording or image"] }
        guard describe != nil else {
            return UploadExpectation(mediaType: expectation.mediaType).complaints(about: upload)
        }
        return expectation.complaints(about: upload)
    }

    /// Decodes the recording or image in a request's body; `nil` if there is none.
    private func checkedUpload(of request: TapeRequest) throws(MediaError) -> UploadDescription? {
        var contentType = request.contentType?.mediaTypeName
        let bytes: [UInt8]
        if contentType == MediaType.json.rawValue {
            guard let media = try Self.mediaInside(request.body) else { return nil }
            bytes = media
        } else if contentType == MultipartForm.typeName {
            let parts = try MultipartForm.parts(of: request.body, contentType: request.contentType ?? "")
            guard let file = parts.first(where: { $0.fileName != nil }),
                case .bytes(let contents) = file.source.storage
            else { return nil }
            bytes = contents
            contentType = file.mediaType?.rawValue
        } else {
            guard !request.body.isEmpty else { return nil }
            bytes = request.body
        }
        guard let sniffed = MediaType.sniff(Array(bytes.prefix(MediaType.sniffedByteCount))) else {
            throw MediaError(.unsupportedFeature, problem: "the upload has an unknown media type")
        }
        if contentType != MediaType.json.rawValue, contentType != sniffed.rawValue {
            throw MediaError(
                .invalidArgument,
                problem: "Content-Type is \(contentType ?? "missing"), but the contents are \(sniffed.rawValue)")
        }
        guard let describe else { return UploadDescription(mediaType: sniffed) }
        return try describe(bytes, sniffed) ?? UploadDescription(mediaType: sniffed)
    }

    /// Returns the decoded base64 in `inputs` of a JSON body; `nil` if it is something else, such as text.
    private static func mediaInside(_ body: [UInt8]) throws(MediaError) -> [UInt8]? {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: body)
        } catch {
            throw MediaError(.malformedInput, problem: "the body is not JSON: \(error)")
        }
        guard let inputs = json["inputs"]?.stringValue, let bytes = try? Base64.decode(inputs),
            let type = MediaType.sniff(Array(bytes.prefix(MediaType.sniffedByteCount))),
            type.kind == .audio || type.kind == .image
        else { return nil }
        // Stricter than Base64.decode, because servers compare the text with their own encoding.
        guard Base64.encode(bytes) == inputs else {
            throw MediaError(.malformedInput, problem: "inputs is not strict base64 (RFC 4648 §4)")
        }
        guard json["parameters"]?.objectValue != nil else {
            throw MediaError(
                .malformedInput, problem: "inputs is base64 without parameters, which servers interpret as a file name")
        }
        return bytes
    }
}

extension TapeAnswer {
    fileprivate static func failure(_ status: Int, _ problem: String) -> TapeAnswer {
        let body = JSONValue.object(["error": .string(problem)]).serialized()
        return TapeAnswer(
            status: status, headers: [.contentType: "application/json"], body: body, upload: nil, exchangeIndex: nil,
            problem: problem)
    }

    fileprivate init(_ response: Tape.Response) {
        let (type, bytes): (String?, [UInt8]) =
            switch response.body {
            case .json(let value): ("application/json", value.serialized())
            case .text(let text): ("text/plain; charset=utf-8", Array(text.utf8))
            case .bytes(let bytes): ("application/octet-stream", bytes)
            case .empty: (nil, [])
            }
        var headers = response.headers
        if headers[.contentType] == nil, let type { headers[.contentType] = type }
        self.init(status: response.status, headers: headers, body: bytes)
    }
}
