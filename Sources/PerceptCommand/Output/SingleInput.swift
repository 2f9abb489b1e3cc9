import PerceptBatch
import PerceptCore

/// The input of a verb that takes one; standard input is kept in a temporary file while this value exists.
struct SingleInput: Sendable {
    let source: MediaSource
    private let spool: SpooledInput?

    /// Opens an input.
    ///
    /// - Throws: ``MediaError`` `.cancelled` if the task was cancelled, `.inputOutput` if standard input cannot be
    ///   saved.
    init(_ file: String) throws {
        try MediaError.checkCancellation()
        spool = file == "-" ? try SpooledInput(path: file) : nil
        source = spool.map { .file($0.path, name: SpooledInput.name) } ?? .file(file)
    }
}
