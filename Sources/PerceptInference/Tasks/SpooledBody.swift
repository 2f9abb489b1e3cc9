import Foundation
import PerceptCore

/// A body in a file of its own: it is sent from there piece by piece, and never held.
///
/// The file is readable by its owner alone and goes away with the value.
final class SpooledBody: Sendable {
    let path: String

    /// - Throws: ``InferenceError`` `.invalidArgument` when a piece cannot be read, or there is no room.
    init(_ pieces: [BodyPiece]) throws(InferenceError) {
        path = FileManager.default.temporaryDirectory.appending(path: "percept-body-\(UUID().uuidString)").path
        guard
            FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else { throw Self.failure("\(path) cannot be made") }
        for piece in pieces {
            try piece.forEachBlock { block throws(InferenceError) in
                try writing { try file.write(contentsOf: Data(block)) }
            }
        }
        try writing { try file.close() }
    }

    private func writing(_ body: () throws -> Void) throws(InferenceError) {
        do {
            try body()
        } catch {
            throw Self.failure("writing it to \(path) failed: \(error.localizedDescription)")
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func failure(_ problem: String) -> InferenceError {
        InferenceError(
            .invalidArgument, problem: "the body cannot be put together: \(problem)",
            remedy: "make room there, or name another folder with TMPDIR")
    }
}

/// A stretch of a body that is put together of several.
enum BodyPiece: Sendable {
    case plain(MediaSource)
    /// Standard base64, as one text: padding at the end alone, no line breaks.
    case base64(MediaSource)

    var source: MediaSource {
        switch self {
        case .plain(let source), .base64(let source): source
        }
    }

    /// The contents in order, block by block.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when a file cannot be read; what `body` throws.
    func forEachBlock(
        _ body: (ArraySlice<UInt8>) throws(InferenceError) -> Void
    ) throws(InferenceError) {
        switch self {
        case .plain(let source):
            try source.forEachBlock(body)
        case .base64(let source):
            // Three bytes make four characters, whichever block they are in.
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
    /// Bytes in memory that are put together there, too.
    private static let heldByteLimit = 8 << 20

    /// Whether what there is would be held twice, or a file at all.
    var deserveFile: Bool {
        contains { $0.source.path != nil } || reduce(0) { $0 + $1.source.heldByteCount } > Self.heldByteLimit
    }

    /// All of it.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when a file cannot be read, or it is more than 1 GiB.
    func bytes() throws(InferenceError) -> [UInt8] {
        let limit = MediaInput.memoryByteLimit
        var bytes: [UInt8] = []
        for piece in self {
            try piece.forEachBlock { block throws(InferenceError) in
                guard block.count <= limit - bytes.count else {
                    throw InferenceError(
                        .invalidArgument,
                        problem: "the body is larger than the \(limit) bytes that are held in memory")
                }
                bytes += block
            }
        }
        return bytes
    }
}

extension MediaSource {
    /// Bytes of a file that are held at a time.
    private static let blockByteCount = 1 << 20

    fileprivate var heldByteCount: Int {
        if case .bytes(let bytes) = storage { bytes.count } else { 0 }
    }

    /// The contents in order, block by block.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when the file cannot be read; what `body` throws.
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
