public import PerceptCore

/// A prepared image with the map back to its source.
public struct PreparedImage: Sendable, Hashable {
    /// The encoded image; empty if it was written to a file.
    public let bytes: [UInt8]
    /// The size of the encoded image in bytes.
    public let byteCount: Int
    /// The format of the encoded image.
    public let mediaType: MediaType
    /// The map between the upload and its source.
    public let receipt: GeometryReceipt
    /// Warnings for the user, such as a colour profile that was not applied, or damage outside the pixels.
    public let warnings: [Warning]
}

extension PreparedImage {
    /// Returns the image with one more warning, if there is one.
    func warning(of warning: Warning?) -> PreparedImage {
        guard let warning else { return self }
        return PreparedImage(
            bytes: bytes, byteCount: byteCount, mediaType: mediaType, receipt: receipt, warnings: warnings + [warning])
    }

    /// Writes the bytes to a file, which appears complete or not at all, and removes them from memory.
    func moved(toFile path: String, protecting inputs: [String]) throws(MediaError) -> PreparedImage {
        let file = try OutputFile(path: path, protecting: inputs)
        try file.write(bytes)
        try file.commit()
        return PreparedImage(
            bytes: [], byteCount: byteCount, mediaType: mediaType, receipt: receipt, warnings: warnings)
    }
}
