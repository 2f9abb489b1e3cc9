import Foundation
public import PerceptAudio
public import PerceptCore
public import PerceptImage
public import PerceptInference

/// What was sent of a recording or a picture.
public struct SentMedia: Sendable, Hashable {
    public let mediaType: MediaType
    /// Of all uploads together.
    public let byteCount: Int
    /// More than one where a recording was sent in chunks.
    public let uploadCount: Int

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

    /// - Returns: `nil` when nothing was sent.
    init?(_ uploads: [PreparedAudio]) {
        guard let first = uploads.first else { return nil }
        self.init(
            mediaType: first.mediaType, byteCount: uploads.reduce(0) { $0 + $1.byteCount }, uploadCount: uploads.count)
    }
}

extension SentMedia {
    /// `{"mediaType", "byteCount"}`, and `"uploadCount"` where there are several.
    public var json: JSONValue {
        var object: JSONObject = ["mediaType": .string(mediaType.rawValue), "byteCount": .integer(byteCount)]
        if uploadCount > 1 { object["uploadCount"] = .integer(uploadCount) }
        return .object(object)
    }

    /// Reads what ``json`` wrote; `nil` for anything else.
    init?(_ json: JSONValue) {
        guard let mediaType = json["mediaType"]?.stringValue, let byteCount = json["byteCount"]?.integerValue,
            byteCount >= 0
        else { return nil }
        self.init(
            mediaType: MediaType(rawValue: mediaType), byteCount: byteCount,
            uploadCount: max(1, json["uploadCount"]?.integerValue ?? 1))
    }
}

/// The map from what was sent back to its source, of either kind of media.
public enum MediaReceipt: Sendable, Hashable, Encodable {
    case time(TimeReceipt)
    case geometry(GeometryReceipt)

    /// As the receipt itself is encoded.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .time(let receipt): try receipt.encode(to: encoder)
        case .geometry(let receipt): try receipt.encode(to: encoder)
        }
    }
}
