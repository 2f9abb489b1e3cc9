public import PerceptCore

/// An encoded recording or picture as it is sent.
public struct MediaInput: Sendable, Hashable {
    /// A file is not read before it is sent, and where neither the task's form nor the transport ask for more, piece by
    /// piece.
    public var source: MediaSource
    /// Sent as the exact Content-Type: servers compare it as a string.
    public var mediaType: MediaType

    /// Bytes of a file that are read where it must be in memory as a whole.
    static let memoryByteLimit = 1 << 30

    public init(bytes: [UInt8], mediaType: MediaType) {
        source = .bytes(bytes)
        self.mediaType = mediaType
    }

    /// Takes a file whose type is known.
    init(fileAt path: String, mediaType: MediaType) {
        source = .file(path)
        self.mediaType = mediaType
    }

    /// Takes a file, or bytes, whose type they tell themselves.
    ///
    ///     let upload = try MediaInput(.file("upload.flac"))
    ///
    /// - Throws: `MediaError` when it cannot be read, is empty or of no known type.
    public init(_ source: MediaSource) throws(MediaError) {
        self.source = source
        mediaType = try source.mediaType()
    }

    /// Takes bytes whose type they tell themselves.
    ///
    /// - Throws: `MediaError` when they are empty or of no known type.
    public init(sniffing bytes: [UInt8]) throws(MediaError) {
        try self.init(.bytes(bytes))
    }

    /// All of it.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` for a file that cannot be read, or exceeds 1 GiB.
    public func bytes() throws(InferenceError) -> [UInt8] {
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
                        problem: "a file of \(file.byteCount) bytes; \(Self.memoryByteLimit) are held in memory")
                }
                return try file.read(at: 0, count: file.byteCount)
            }
        }
    }

    /// How many bytes there are.
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
            throw InferenceError(.invalidArgument, problem: "there is nothing to send: the upload has 0 bytes")
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
