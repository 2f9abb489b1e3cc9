/// The source of a medium: a file, or its contents in memory.
public struct MediaSource: Sendable, Hashable {
    /// The location of the contents.
    public enum Storage: Sendable, Hashable {
        case file(path: String)
        case bytes([UInt8])
    }

    /// The location of the contents.
    public let storage: Storage
    /// The name in errors and reports: the path as given by the caller, or a name for bytes.
    public let name: String

    /// Creates a source from a file. `name` replaces the path in errors, for example for a spooled standard input.
    public static func file(_ path: String, name: String? = nil) -> MediaSource {
        MediaSource(storage: .file(path: path), name: name ?? path)
    }

    /// Creates a source from the contents of a media file in memory.
    public static func bytes(_ bytes: [UInt8], name: String = "bytes in memory") -> MediaSource {
        MediaSource(storage: .bytes(bytes), name: name)
    }

    /// The path, or `nil` if the source is not a file.
    public var path: String? {
        if case .file(let path) = storage { path } else { nil }
    }

    /// Detects the media type from the contents, after a leading ID3 tag.
    ///
    /// - Throws: ``MediaError`` `.inputMissing` for a file that cannot be read, `.malformedInput` for an empty one,
    ///   `.unsupportedFeature` if no known signature matches.
    public func mediaType() throws(MediaError) -> MediaType {
        var prefix = try bytes(at: 0, count: MediaType.sniffedByteCount)
        guard !prefix.isEmpty else {
            throw MediaError(
                .malformedInput, source: name, problem: "the file is empty (0 bytes)",
                remedy: "record or export it again")
        }
        if let offset = MediaType.offsetBehindID3(prefix) {
            let behind = try bytes(at: offset, count: MediaType.sniffedByteCount)
            if let type = MediaType.sniff(behind), type.kind == .audio { return type }
            prefix = Array("ID3".utf8)
        }
        let sniffed = MediaType.sniff(prefix)
        guard let type = try sniffed == nil ? mpegBehindJunk() : sniffed else {
            throw MediaError(
                .unsupportedFeature, source: name, problem: "the first bytes are of no known audio or image format",
                remedy: MediaType.adviceOnReadableMedia)
        }
        return type
    }

    /// MP3 when frames follow some junk: a recorder's own header, or the zeros of a block that was never written.
    private func mpegBehindJunk() throws(MediaError) -> MediaType? {
        MPEGFrameHeader.firstRun(of: 4, in: try bytes(at: 0, count: MediaType.junkByteCount)).map { _ in .mp3 }
    }

    private func bytes(at offset: Int, count: Int) throws(MediaError) -> [UInt8] {
        switch storage {
        case .bytes(let bytes):
            return Array(bytes.dropFirst(offset).prefix(count))
        case .file(let path):
            let file = try InputFile(path: path, name: name)
            return try file.read(at: offset, count: count)
        }
    }
}
