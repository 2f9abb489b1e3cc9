public import PerceptCore

/// A picture as an endpoint wants it, with the map back to its source.
public struct PreparedImage: Sendable, Hashable {
    /// The encoded picture; empty when it was written to a file.
    public let bytes: [UInt8]
    public let byteCount: Int
    public let mediaType: MediaType
    public let receipt: GeometryReceipt
    /// What a person should know: a colour profile that was not applied, damage beside the pixels.
    public let warnings: [String]
}

extension PreparedImage {
    /// The same with one more warning, where there is one.
    func warning(of warning: String?) -> PreparedImage {
        guard let warning else { return self }
        return PreparedImage(
            bytes: bytes, byteCount: byteCount, mediaType: mediaType, receipt: receipt, warnings: warnings + [warning])
    }

    /// Writes the bytes to a file, which appears whole or not at all; they are in memory no longer then.
    func moved(toFile path: String, protecting inputs: [String]) throws(MediaError) -> PreparedImage {
        let file = try OutputFile(path: path, protecting: inputs)
        try file.write(bytes)
        try file.commit()
        return PreparedImage(
            bytes: [], byteCount: byteCount, mediaType: mediaType, receipt: receipt, warnings: warnings)
    }
}
