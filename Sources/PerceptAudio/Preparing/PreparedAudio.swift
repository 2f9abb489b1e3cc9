public import PerceptCore

/// A recording as an endpoint wants it, with the map back to its source.
public struct PreparedAudio: Sendable, Hashable {
    /// The encoded recording; empty when it was written to a file.
    public let bytes: [UInt8]
    public let byteCount: Int
    public let mediaType: MediaType
    public let receipt: TimeReceipt
    /// What a person should know: channels that cancel, samples that were clamped.
    public let warnings: [String]

    public init(
        bytes: [UInt8], byteCount: Int, mediaType: MediaType, receipt: TimeReceipt, warnings: [String] = []
    ) {
        self.bytes = bytes
        self.byteCount = byteCount
        self.mediaType = mediaType
        self.receipt = receipt
        self.warnings = warnings
    }
}
