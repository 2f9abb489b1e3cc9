import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A request body in a temporary file, from which it is streamed without being held in memory.
///
/// Only the owner can read the file. It is deleted with the value.
final class SpooledBody: Sendable {
    let path: String

    /// - Throws: ``InferenceError`` `.invalidArgument` if a piece cannot be read or the disk is full.
    init(_ pieces: [BodyPiece]) throws(InferenceError) {
        path = ProcessEnvironment.temporaryPath("percept-body")
        let descriptor = path.withFileName { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw Self.failure("\(path) cannot be created: \(systemMessage(errno))") }
        do throws(InferenceError) {
            for piece in pieces {
                try piece.forEachBlock { block throws(InferenceError) in
                    if let code = writeAll(Array(block), to: descriptor) { throw Self.failure(writing: path, code) }
                }
            }
        } catch {
            close(descriptor)
            throw error
        }
        if close(descriptor) != 0 { throw Self.failure(writing: path, errno) }
    }

    deinit { Folder.remove(path) }

    private static func failure(writing path: String, _ code: CInt) -> InferenceError {
        failure("writing it to \(path) failed: \(systemMessage(code))")
    }

    private static func failure(_ problem: String) -> InferenceError {
        InferenceError(
            .invalidArgument, problem: "cannot assemble the request body: \(problem)",
            remedy: "free disk space there, or set TMPDIR to another folder")
    }
}

/// A piece of an assembled body.
enum BodyPiece: Sendable {
    case plain(MediaSource)
    /// Base64 in the standard alphabet, as one text: padding only at the end, no line breaks.
    case base64(MediaSource)

    var source: MediaSource {
        switch self {
        case .plain(let source), .base64(let source): source
        }
    }

    /// Passes the contents to `body` in order, block by block.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if a file cannot be read, and any error that `body` throws.
    func forEachBlock(
        _ body: (ArraySlice<UInt8>) throws(InferenceError) -> Void
    ) throws(InferenceError) {
        switch self {
        case .plain(let source):
            try source.forEachBlock(body)
        case .base64(let source):
            // Three bytes become four characters, so the remainder of a block is carried over to the next.
            var rest: [UInt8] = []
            try source.forEachBlock { block throws(InferenceError) in
                let bytes = rest + block
                let count = bytes.count / 3 * 3
                try body(Array(Base64.encode(Array(bytes[..<count])).utf8)[...])
                rest = Array(bytes[count...])
            }
            try body(Array(Base64.encode(rest).utf8)[...])
        }
    }
}

extension [BodyPiece] {
    /// The size limit of a body that is assembled in memory, in bytes.
    private static let heldByteLimit = 8 << 20

    /// Indicates whether to assemble the body in a file: it contains a file, or too many bytes in memory.
    var deserveFile: Bool {
        contains { $0.source.path != nil } || reduce(0) { $0 + $1.source.heldByteCount } > Self.heldByteLimit
    }

    /// Returns all bytes.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if a file cannot be read or the body exceeds 1 GiB.
    func bytes() throws(InferenceError) -> [UInt8] {
        let limit = MediaInput.memoryByteLimit
        var bytes: [UInt8] = []
        for piece in self {
            try piece.forEachBlock { block throws(InferenceError) in
                guard block.count <= limit - bytes.count else {
                    throw InferenceError(
                        .invalidArgument,
                        problem: "the body is too large to hold in memory (at most \(limit) bytes)")
                }
                bytes += block
            }
        }
        return bytes
    }
}

extension MediaSource {
    /// The block size for reading a file, in bytes.
    private static let blockByteCount = 1 << 20

    fileprivate var heldByteCount: Int {
        if case .bytes(let bytes) = storage { bytes.count } else { 0 }
    }

    /// Passes the contents to `body` in order, block by block.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if the file cannot be read, and any error that `body` throws.
    func forEachBlock(
        _ body: (ArraySlice<UInt8>) throws(InferenceError) -> Void
    ) throws(InferenceError) {
        switch storage {
        case .bytes(let bytes):
            for start in stride(from: 0, to: bytes.count, by: Self.blockByteCount) {
                try body(bytes[start..<min(start + Self.blockByteCount, bytes.count)])
            }
        case .file(let path):
            let file = try Self.reading { () throws(MediaError) in try InputFile(path: path, name: name) }
            var offset = 0
            while offset < file.byteCount {
                let block = try Self.reading { () throws(MediaError) in
                    try file.read(at: offset, count: Self.blockByteCount)
                }
                guard !block.isEmpty else { break }
                try body(block[...])
                offset += block.count
            }
        }
    }

    private static func reading<Value: ~Copyable>(_ body: () throws(MediaError) -> Value) throws(InferenceError)
        -> Value
    {
        do {
            return try body()
        } catch {
            throw InferenceError(.invalidArgument, problem: "the upload cannot be read: \(error)")
        }
    }
}
