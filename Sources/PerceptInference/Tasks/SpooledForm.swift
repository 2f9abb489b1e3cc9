import Foundation
import PerceptCore

/// A form with files in it, put together in a file of its own: it is sent from there piece by piece, and never held.
///
/// The file is readable by its owner alone and goes away with the value.
final class SpooledForm: Sendable {
    let path: String

    /// - Throws: ``InferenceError`` `.invalidArgument` when a part cannot be read, or there is no room.
    init(_ form: MultipartForm) throws(InferenceError) {
        path = FileManager.default.temporaryDirectory.appending(path: "percept-form-\(UUID().uuidString)").path
        guard
            FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else { throw Self.failure("\(path) cannot be made") }
        for piece in form.pieces {
            var failure: InferenceError?
            try piece.forEachBlock { block in
                guard failure == nil else { return }
                do {
                    try file.write(contentsOf: Data(block))
                } catch {
                    failure = Self.failure("writing it to \(path) failed: \(error.localizedDescription)")
                }
            }
            if let failure { throw failure }
        }
        do {
            try file.close()
        } catch {
            throw Self.failure("writing it to \(path) failed: \(error.localizedDescription)")
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func failure(_ problem: String) -> InferenceError {
        InferenceError(
            .invalidArgument, problem: "the form cannot be put together: \(problem)",
            remedy: "make room there, or name another folder with TMPDIR")
    }
}

extension MediaSource {
    /// Bytes of a file that are held at a time.
    private static let blockByteCount = 1 << 20

    /// The contents in order: of a file block by block, of bytes in memory all at once.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when the file cannot be read.
    func forEachBlock(_ body: (ArraySlice<UInt8>) -> Void) throws(InferenceError) {
        switch storage {
        case .bytes(let bytes):
            body(bytes[...])
        case .file(let path):
            do {
                let file = try InputFile(path: path, name: name)
                var offset = 0
                while offset < file.byteCount {
                    let block = try file.read(at: offset, count: Self.blockByteCount)
                    guard !block.isEmpty else { break }
                    body(block[...])
                    offset += block.count
                }
            } catch {
                throw InferenceError(.invalidArgument, problem: "the upload cannot be read: \(error)")
            }
        }
    }
}
