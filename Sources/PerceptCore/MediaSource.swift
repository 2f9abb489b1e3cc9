#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

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
    ///
    /// On Linux, a byte of a path that is not UTF-8 is the code point U+10FE00 plus the byte; in JSON it is the lone
    /// surrogate U+DC00 plus the byte, as in Python (PEP 383).
    public static func file(_ path: String, name: String? = nil) -> MediaSource {
        MediaSource(storage: .file(path: path), name: name ?? path)
    }

    /// Creates a source from the contents of a media file in memory.
    public static func bytes(_ bytes: [UInt8], name: String = "bytes in memory") -> MediaSource {
        MediaSource(storage: .bytes(bytes), name: name)
    }

    /// Creates a source from a file URL.
    public init(_ url: URL) { self = .file(url.path) }

    /// Creates a source from the contents of a media file.
    public init(_ data: Data) { self = .bytes([UInt8](data)) }

    /// Creates a source from the contents of a media file.
    public init(_ bytes: [UInt8]) { self = .bytes(bytes) }

    private init(storage: Storage, name: String) {
        self.storage = storage
        self.name = name
    }

    /// The path, or `nil` if the source is not a file.
    public var path: String? {
        if case .file(let path) = storage { path } else { nil }
    }

    /// Detects the media type from the contents, after any leading ID3 tags.
    ///
    /// - Throws: ``MediaError`` `.inputMissing` for a file that cannot be read, `.malformedInput` for an empty one,
    ///   `.unsupportedFeature` if no known signature matches.
    public func mediaType() throws(MediaError) -> MediaType {
        let prefix = try bytes(at: 0, count: MediaType.sniffedByteCount)
        guard !prefix.isEmpty else {
            throw MediaError(
                .malformedInput, source: name, problem: "the file is empty (0 bytes)",
                remedy: "record or export it again")
        }
        if MediaType.offsetBehindID3(prefix) != nil {
            let rest = try bytes(at: leadingTagByteCount(), count: MediaType.sniffedByteCount)
            if let type = MediaType.sniff(rest), [.audio, .video].contains(type.kind) { return type }
            return .mp3
        }
        if let type = MediaType.sniff(prefix) { return type }
        guard let type = try mpegBehindJunk() else { throw .unknownFormat(prefix, source: name) }
        return type
    }

    /// Returns MP3 if frames follow some junk, such as a recorder's own header or zeros.
    private func mpegBehindJunk() throws(MediaError) -> MediaType? {
        MPEGFrameHeader.firstRun(of: 4, in: try bytes(at: 0, count: MediaType.junkByteCount)).map { _ in .mp3 }
    }

    /// The bytes of the ID3v2 tags that the file begins with; 0 when there are none.
    ///
    /// - Throws: ``MediaError`` `.inputMissing` for a file that cannot be read.
    package func leadingTagByteCount() throws(MediaError) -> Int {
        var offset = 0
        // Taggers that do not look put one tag before the other.
        for _ in 0..<16 {
            guard let size = MediaType.offsetBehindID3(try bytes(at: offset, count: 10)) else { break }
            offset += size
        }
        return offset
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

extension MediaError {
    /// If `true`, the bytes begin like no known format.
    package var isUnknownFormat: Bool { kind == .unsupportedFeature && parameter == .rawFormat }

    /// The error for bytes that begin like no known format: shows the first eight, as hex and as text.
    fileprivate static func unknownFormat(_ prefix: [UInt8], source: String) -> MediaError {
        let first = prefix.prefix(8)
        let hex = first.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        let text = String(
            decoding: first.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
        return MediaError(
            .unsupportedFeature, source: source,
            problem: "unknown format: the file begins with \(hex) (“\(text)”)",
            remedy: "\(MediaType.adviceOnReadableMedia), or state the raw format if it holds samples without a header",
            parameter: .rawFormat)
    }
}
