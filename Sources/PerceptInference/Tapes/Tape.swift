public import HTTPTypes
public import PerceptCore

/// A list of requests and responses that is replayed instead of a service; docs/tape.md describes the file format.
public struct Tape: Sendable, Hashable {
    /// A note for readers, such as the origin of the responses.
    package var note: String?
    /// The exchanges, in order of precedence.
    package var exchanges: [Exchange]

    /// Creates a tape.
    public init(note: String? = nil, exchanges: [Exchange]) {
        self.note = note
        self.exchanges = exchanges
    }

    /// A response and the requests that it answers.
    public struct Exchange: Sendable, Hashable {
        /// The requests that are answered.
        package var request: RequestMatcher
        /// The response.
        package var response: Response
        /// The number of matching requests that it answers before the next matching exchange takes over; the last
        /// matching exchange is unlimited.
        package var repeatCount: Int

        /// Creates an exchange.
        public init(request: RequestMatcher, response: Response, repeatCount: Int = 1) {
            self.request = request
            self.response = response
            self.repeatCount = repeatCount
        }
    }

    /// The requests that an exchange answers. A property that is `nil` matches everything.
    public struct RequestMatcher: Sendable, Hashable {
        /// The HTTP method.
        package var method: String
        /// The path as sent, or its end from a slash on: `/models/owner/name` also matches
        /// `/hf-inference/models/owner/name`. A query is compared only if this path has one.
        package var path: String
        /// The Content-Type without parameters.
        package var contentType: String?
        /// The SHA-256 of the body, 64 lowercase hexadecimal digits.
        package var bodySHA256: String?
        /// The required properties of the upload. If a request matches otherwise but meets the expectation of no
        /// matching exchange, the response is 422.
        package var upload: UploadExpectation?

        /// Creates a matcher.
        public init(
            method: String = "POST", path: String, contentType: String? = nil, bodySHA256: String? = nil,
            upload: UploadExpectation? = nil
        ) {
            self.method = method
            self.path = path
            self.contentType = contentType
            self.bodySHA256 = bodySHA256
            self.upload = upload
        }
    }

    /// A response.
    public struct Response: Sendable, Hashable {
        /// The kind and contents of a body.
        public enum Body: Sendable, Hashable {
            case json(JSONValue)
            case text(String)
            /// Stored as base64 in the file.
            case bytes([UInt8])
            case empty
        }

        /// The status code.
        package var status: Int
        /// The headers. A missing Content-Type is added according to the body.
        package var headers: HTTPFields
        /// The body.
        package var body: Body

        /// Creates a response.
        public init(status: Int = 200, headers: HTTPFields = [:], body: Body) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }
}

/// The required properties of an uploaded recording or image; those that are `nil` are not checked.
public struct UploadExpectation: Sendable, Hashable {
    /// The media type.
    package var mediaType: MediaType?
    /// The sample rate, in Hz.
    package var sampleRate: Int?
    /// The number of channels.
    package var channelCount: Int?
    /// The number of bits per sample or per colour channel.
    package var bitDepth: Int?
    /// The minimum duration, in seconds.
    package var minimumDuration: Double?
    /// The maximum duration, in seconds.
    package var maximumDuration: Double?
    /// The width, in pixels.
    package var width: Int?
    /// The height, in pixels.
    package var height: Int?
    /// The longer of width and height, in pixels.
    package var longestSide: Int?

    /// Creates an expectation.
    public init(
        mediaType: MediaType? = nil, sampleRate: Int? = nil, channelCount: Int? = nil, bitDepth: Int? = nil,
        minimumDuration: Double? = nil, maximumDuration: Double? = nil, width: Int? = nil, height: Int? = nil,
        longestSide: Int? = nil
    ) {
        self.mediaType = mediaType
        self.sampleRate = sampleRate
        self.channelCount = channelCount
        self.bitDepth = bitDepth
        self.minimumDuration = minimumDuration
        self.maximumDuration = maximumDuration
        self.width = width
        self.height = height
        self.longestSide = longestSide
    }

    /// Returns the expectations that `upload` does not meet, such as `sampleRate is 44100, expected 16000`.
    package func complaints(about upload: UploadDescription) -> [String] {
        func check<Value: Equatable>(_ name: String, _ expected: Value?, _ found: Value?) -> String? {
            guard let expected, expected != found else { return nil }
            return "\(name) is \(found.map { "\($0)" } ?? "unknown"), expected \(expected)"
        }
        func check(_ name: String, _ range: ClosedRange<Double>, _ found: Double?) -> String? {
            guard range != -.infinity ... .infinity, !(found.map(range.contains) ?? false) else { return nil }
            let bounds = [
                range.lowerBound.isFinite ? "at least \(range.lowerBound)" : nil,
                range.upperBound.isFinite ? "at most \(range.upperBound)" : nil,
            ]
            let expected = bounds.compactMap(\.self).joined(separator: " and ")
            return "\(name) is \(found.map { "\($0)" } ?? "unknown"), expected \(expected)"
        }
        let shortest = minimumDuration ?? -.infinity
        let durations = shortest...max(shortest, maximumDuration ?? .infinity)
        return [
            check("mediaType", mediaType, upload.mediaType), check("sampleRate", sampleRate, upload.sampleRate),
            check("channelCount", channelCount, upload.channelCount), check("bitDepth", bitDepth, upload.bitDepth),
            check("duration", durations, upload.duration),
            check("width", width, upload.size?.width), check("height", height, upload.size?.height),
            check("longestSide", longestSide, upload.size?.longestSide),
        ].compactMap(\.self)
    }
}
