/// A range of 16-bit samples as a file stores them, both ends included.
///
/// Encoded as `{"low", "high"}`.
public struct SampleRange: Sendable, Hashable, Codable {
    /// The smallest sample.
    public let low: Int
    /// The largest sample.
    public let high: Int

    /// The largest 16-bit sample.
    public static let maximum = 65535

    /// Returns `nil` unless 0 ≤ `low` ≤ `high` ≤ 65535.
    public init?(low: Int, high: Int) {
        guard 0 <= low, low <= high, high <= Self.maximum else { return nil }
        self.low = low
        self.high = high
    }

    /// Decodes a range; one that ``init(low:high:)`` rejects is an error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let low = try container.decode(Int.self, forKey: .low)
        let high = try container.decode(Int.self, forKey: .high)
        guard let range = SampleRange(low: low, high: high) else {
            throw DecodingError.dataCorruptedError(
                forKey: .high, in: container, debugDescription: "\(low)…\(high) is not a range of 16-bit samples")
        }
        self = range
    }

    private enum CodingKeys: String, CodingKey {
        case low, high
    }

    /// True if the range spans fewer than 8192 steps, an eighth of all: 8191 is narrow, 8192 is not. A single value is
    /// not narrow, since there is nothing to stretch.
    public var isNarrow: Bool { high > low && high - low < (Self.maximum + 1) / 8 }

    /// The warning about an image that uses this range; `nil` unless the range is narrow.
    package var warning: Warning? {
        guard isNarrow else { return nil }
        return Warning(
            "its 16-bit pixels use only \(self) of 0…\(Self.maximum), which models see as almost one shade; "
                + "stretch them",
            parameter: .levels)
    }
}

extension SampleRange: CustomStringConvertible {
    /// The range as `low…high`.
    public var description: String { "\(low)…\(high)" }
}
