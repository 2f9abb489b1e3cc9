public import PerceptCore

/// An encoded recording or image to upload.
public struct MediaInput: Sendable, Hashable {
    /// A file is read when it is sent; it is streamed unless the task's form or the transport needs it in memory.
    public var source: MediaSource
    /// The exact Content-Type to send: servers compare it as a string.
    public var mediaType: MediaType

    /// The size limit of a file that must be read into memory, in bytes.
    static let memoryByteLimit = 1 << 30

    /// Creates an input from encoded bytes of a known type.
    public init(bytes: [UInt8], mediaType: MediaType) {
        source = .bytes(bytes)
        self.mediaType = mediaType
    }

    /// Creates an input from a file of a known type.
    init(fileAt path: String, mediaType: MediaType) {
        source = .file(path)
        self.mediaType = mediaType
    }

    /// Creates an input from a file or bytes, and detects the media type from the contents.
    ///
    ///     let upload = try MediaInput(.file("upload.flac"))
    ///
    /// - Throws: `MediaError` if the source cannot be read, is empty or has an unknown type.
    public init(_ source: MediaSource) throws(MediaError) {
        self.source = source
        mediaType = try source.mediaType()
    }

    /// Creates an input from bytes, and detects the media type from the contents.
    ///
    /// - Throws: `MediaError` if the bytes are empty or have an unknown type.
    public init(sniffing bytes: [UInt8]) throws(MediaError) {
        try self.init(.bytes(bytes))
    }

    /// Returns all bytes.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if the file cannot be read or exceeds 1 GiB.
    package func bytes() throws(InferenceError) -> [UInt8] {
        switch source.storage {
        case .bytes(let bytes):
            return bytes
        case .file(let path):
            let name = source.name
            return try Self.reading { () throws(MediaError) in
                let file = try InputFile(path: path, name: name)
                guard file.byteCount <= Self.memoryByteLimit else {
                    throw MediaError(
                        .limitExceeded, source: name,
                        problem: "the file has \(file.byteCount) bytes; at most \(Self.memoryByteLimit) fit in memory")
                }
                return try file.read(at: 0, count: file.byteCount)
            }
        }
    }

    /// The number of bytes.
    func byteCount() throws(InferenceError) -> Int {
        switch source.storage {
        case .bytes(let bytes): return bytes.count
        case .file(let path):
            let name = source.name
            return try Self.reading { () throws(MediaError) in try InputFile(path: path, name: name).byteCount }
        }
    }

    func base64() throws(InferenceError) -> String { Base64.encode(try bytes()) }

    func requireBytes() throws(InferenceError) {
        guard try byteCount() > 0 else {
            throw InferenceError(.invalidArgument, problem: "the upload is empty (0 bytes)")
        }
    }

    private static func reading<Value>(_ read: () throws(MediaError) -> Value) throws(InferenceError) -> Value {
        do {
            return try read()
        } catch {
            throw InferenceError(.invalidArgument, problem: "the upload cannot be read: \(error)")
        }
    }
}
