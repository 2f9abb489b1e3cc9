public import HTTPTypes
import PerceptCore
import Synchronization

/// A request as a tape sees it.
public struct TapeRequest: Sendable {
    public var method: String
    /// As on the wire, percent-encoded, with the query.
    public var path: String
    public var contentType: String?
    public var body: [UInt8]

    public init(method: String, path: String, contentType: String?, body: [UInt8]) {
        self.method = method
        self.path = path
        self.contentType = contentType
        self.body = body
    }
}

/// What a tape answers.
public struct TapeAnswer: Sendable {
    public var status: Int
    public var headers: HTTPFields
    public var body: [UInt8]
    /// What the upload is, where it was decoded.
    public var upload: UploadDescription?
    /// The place of the exchange on the tape; `nil` when none matches.
    public var exchangeIndex: Int?
    /// Why the tape's own answer was not given.
    public var problem: String?
}

/// Answers requests from a tape; the one place where they are matched and uploads are checked.
///
/// Of the exchanges that match a request and whose expectation of the upload is met, the first one answers as often as
/// its repeat count says, then the next one, and the last one goes on. Requests of different kinds do not disturb one
/// another's order.
public final class TapePlayer: Sendable {
    private let tape: Tape
    private let describe: UploadDescriber?
    private let useCounts: Mutex<[Int: Int]>

    /// - Parameters:
    ///   - tape: what is answered.
    ///   - describe: decodes uploads; without one their bytes are only compared with their Content-Type, and what the
    ///     tape expects of them beyond the media type is not looked at.
    public init(_ tape: Tape, describingUploads describe: UploadDescriber? = nil) {
        self.tape = tape
        self.describe = describe
        useCounts = Mutex([:])
    }

    /// Answers one request.
    ///
    /// 404 when nothing matches; 400 for an upload that is not what its Content-Type says or cannot be decoded; 422 for
    /// one that does not meet the expectation on the tape. Such failures do not use up the exchange.
    ///
    /// - Parameters:
    ///   - request: what is asked, with all of its body.
    ///   - usingUp: whether the exchange counts as having answered; `false` for an answer that the peer will not get as it
    ///     is.
    public func answer(_ request: TapeRequest, usingUp: Bool = true) -> TapeAnswer {
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

    /// The exchange whose turn it is of those whose expectation `upload` meets; `nil` when it meets none.
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
        // The pattern begins with a slash: as an ending it begins at a segment.
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
        guard let upload else { return ["no recording or picture was sent"] }
        guard describe != nil else {
            return UploadExpectation(mediaType: expectation.mediaType).complaints(about: upload)
        }
        return expectation.complaints(about: upload)
    }

    /// Decodes the recording or picture in a request's body; `nil` when there is none.
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
            throw MediaError(.unsupportedFeature, problem: "the upload is of no known media type")
        }
        if contentType != MediaType.json.rawValue, contentType != sniffed.rawValue {
            throw MediaError(
                .invalidArgument,
                problem: "Content-Type is \(contentType ?? "missing"), but the bytes are \(sniffed.rawValue)")
        }
        guard let describe else { return UploadDescription(mediaType: sniffed) }
        return try describe(bytes, sniffed) ?? UploadDescription(mediaType: sniffed)
    }

    /// The bytes that `inputs` of a JSON body holds in base64; `nil` where it is something else, a text say.
    private static func mediaInside(_ body: [UInt8]) throws(MediaError) -> [UInt8]? {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: body)
        } catch {
            throw MediaError(.malformedInput, problem: "the body is no JSON: \(error)")
        }
        guard let inputs = json["inputs"]?.stringValue, let bytes = try? Base64.decode(inputs),
            let type = MediaType.sniff(Array(bytes.prefix(MediaType.sniffedByteCount))),
            type.kind == .audio || type.kind == .image
        else { return nil }
        // Base64.decode takes more than servers do, which compare with what they would have written themselves.
        guard Base64.encode(bytes) == inputs else {
            throw MediaError(.malformedInput, problem: "inputs is not strict base64 (RFC 4648 §4)")
        }
        guard json["parameters"]?.objectValue != nil else {
            throw MediaError(
                .malformedInput, problem: "inputs is base64 without parameters, which servers take for a file name")
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

extension String {
    /// A Content-Type without its parameters, in lower case.
    var mediaTypeName: String {
        AccessToken.trimmed(String(prefix { $0 != ";" })).lowercased()
    }
}
