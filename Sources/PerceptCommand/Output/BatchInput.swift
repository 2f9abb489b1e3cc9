import Foundation
import PerceptCore

/// One input of a batch; standard input is kept in a temporary file while this value exists.
struct BatchInput: Sendable {
    let source: MediaSource
    private let spool: SpooledInput?

    /// Opens an input.
    ///
    /// - Throws: ``MediaError`` `.cancelled` if the batch was cancelled, `.inputOutput` if standard input cannot be
    ///   saved.
    init(_ file: String) throws {
        try MediaError.checkCancellation()
        spool = file == "-" ? try SpooledInput() : nil
        source = spool.map { .file($0.path, name: SpooledInput.name) } ?? .file(file)
    }
}

/// Standard input as a temporary file that supports seeking; it is removed with the value.
final class SpooledInput: Sendable {
    static let name = "standard input"

    let path: String

    /// Reads standard input to its end.
    ///
    /// - Throws: ``MediaError`` `.inputOutput` if the temporary file cannot be written.
    init() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("percept-\(UUID().uuidString)").path
        let file = try OutputFile(path: path)
        do {
            while let data = try FileHandle.standardInput.read(upToCount: 1 << 20), !data.isEmpty {
                try MediaError.checkCancellation()
                try file.write(Array(data))
            }
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(.inputOutput, source: Self.name, problem: "reading failed")
        }
        try file.commit()
        self.path = path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
