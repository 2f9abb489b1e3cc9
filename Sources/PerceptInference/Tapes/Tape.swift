public import HTTPTypes
public import PerceptCore

/// A list of requests and the answers to them, replayed in place of a service; the file format is in docs/tape.md.
public struct Tape: Sendable, Hashable {
    /// What a person should know about it: where its answers are from.
    public var note: String?
    public var exchanges: [Exchange]

    public init(note: String? = nil, exchanges: [Exchange]) {
        self.note = note
        self.exchanges = exchanges
    }

    /// One answer and the requests it is for.
    public struct Exchange: Sendable, Hashable {
        public var request: RequestMatcher
        public var response: Response
        /// How many matching requests it answers before the next exchange that matches takes over; the last one that
        /// matches goes on answering.
        public var repeatCount: Int

        public init(request: RequestMatcher, response: Response, repeatCount: Int = 1) {
            self.request = request
            self.response = response
            self.repeatCount = repeatCount
        }
    }

    /// Which requests an exchange is for. What is `nil` matches everything.
    public struct RequestMatcher: Sendable, Hashable {
        public var method: String
        /// The path as on the wire, or the end of it from a slash on: `/models/owner/name` matches
        /// `/hf-inference/models/owner/name` too. A query is compared only where this has one.
        public var path: String
        /// The Content-Type without its parameters.
        public var contentType: String?
        /// SHA-256 of the body, 64 hexadecimal digits in lower case.
        public var bodySHA256: String?
        /// What the upload must be. A request that matches otherwise, and meets this of none of the exchanges that it
        /// matches, is answered with 422.
        public var upload: UploadExpectation?

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

    /// An answer.
    public struct Response: Sendable, Hashable {
        public enum Body: Sendable, Hashable {
            case json(JSONValue)
            case text(String)
            /// Written in base64 in the file.
            case bytes([UInt8])
            case empty
        }

        public var status: Int
        /// A Content-Type is added according to the body where there is none.
        public var headers: HTTPFields
        public var body: Body

        public init(status: Int = 200, headers: HTTPFields = [:], body: Body) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }
}

/// What an uploaded recording or picture must be; what is `nil` is not looked at.
public struct UploadExpectation: Sendable, Hashable {
    public var mediaType: MediaType?
    /// Frames per second.
    public var sampleRate: Int?
    public var channelCount: Int?
    /// Bits per sample or per colour channel.
    public var bitDepth: Int?
    /// Seconds.
    public var minimumDuration: Double?
    /// Seconds.
    public var maximumDuration: Double?
    /// Pixels, as are the other two.
    public var width: Int?
    public var height: Int?
    public var longestSide: Int?

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

    /// What of it `upload` does not meet, each as `sampleRate is 44100, expected 16000`.
    public func complaints(about upload: UploadDescription) -> [String] {
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
