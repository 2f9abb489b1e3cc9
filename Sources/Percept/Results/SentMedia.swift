public import PerceptAudio
public import PerceptCore
public import PerceptImage
public import PerceptInference

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The upload of a recording or an image.
public struct SentMedia: Sendable, Hashable {
    /// The media type.
    public let mediaType: MediaType
    /// The number of bytes of all uploads together.
    public let byteCount: Int
    /// The number of uploads; more than one if a recording was sent in chunks.
    public let uploadCount: Int

    /// Creates a description of uploads.
    public init(mediaType: MediaType, byteCount: Int, uploadCount: Int = 1) {
        self.mediaType = mediaType
        self.byteCount = byteCount
        self.uploadCount = uploadCount
    }

    init(_ audio: PreparedAudio) {
        self.init(mediaType: audio.mediaType, byteCount: audio.byteCount)
    }

    init(_ image: PreparedImage) {
        self.init(mediaType: image.mediaType, byteCount: image.byteCount)
    }

    /// Creates a description of several uploads; `nil` if there are none.
    init?(_ uploads: [PreparedAudio]) {
        guard let first = uploads.first else { return nil }
        self.init(
            mediaType: first.mediaType, byteCount: uploads.reduce(0) { $0 + $1.byteCount }, uploadCount: uploads.count)
    }
}

extension SentMedia {
    /// The description as `{"mediaType", "byteCount"}`, with `"uploadCount"` if there are several uploads.
    public var json: JSONValue {
        var object: JSONObject = ["mediaType": .string(mediaType.rawValue), "byteCount": .integer(byteCount)]
        if uploadCount > 1 { object["uploadCount"] = .integer(uploadCount) }
        return .object(object)
    }

    /// Parses the output of ``json``; `nil` for anything else.
    public init?(json: JSONValue) {
        guard let mediaType = json["mediaType"]?.stringValue, let byteCount = json["byteCount"]?.integerValue,
            byteCount >= 0
        else { return nil }
        self.init(
            mediaType: MediaType(rawValue: mediaType), byteCount: byteCount,
            uploadCount: max(1, json["uploadCount"]?.integerValue ?? 1))
    }
}

/// The map from an upload back to its source, for recordings and images.
public enum MediaReceipt: Sendable, Hashable, Codable {
    /// The receipt of a recording.
    case time(TimeReceipt)
    /// The receipt of an image.
    case geometry(GeometryReceipt)

    /// Encodes the receipt without the case.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .time(let receipt): try receipt.encode(to: encoder)
        case .geometry(let receipt): try receipt.encode(to: encoder)
        }
    }

    /// Decodes the receipt of an image or, if that fails, of a recording.
    public init(from decoder: any Decoder) throws {
        if let receipt = try? GeometryReceipt(from: decoder) {
            self = .geometry(receipt)
        } else {
            self = .time(try TimeReceipt(from: decoder))
        }
    }
}
