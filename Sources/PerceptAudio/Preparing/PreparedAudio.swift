public import PerceptCore

/// A recording in the format an endpoint expects, with the map back to its source.
public struct PreparedAudio: Sendable, Hashable {
    /// The encoded recording; empty if it was written to a file.
    public let bytes: [UInt8]
    /// The size of the encoded recording in bytes.
    public let byteCount: Int
    /// The media type of the encoded recording.
    public let mediaType: MediaType
    /// The map back to the source.
    public let receipt: TimeReceipt
    /// Warnings for the user, such as channels that cancel or samples that were clamped.
    public let warnings: [Warning]

    /// Creates a prepared recording from its parts.
    public init(
        bytes: [UInt8], byteCount: Int, mediaType: MediaType, receipt: TimeReceipt, warnings: [Warning] = []
    ) {
        self.bytes = bytes
        self.byteCount = byteCount
        self.mediaType = mediaType
        self.receipt = receipt
        self.warnings = warnings
    }
}
