import PerceptCore

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// An error about a ledger as a whole, with what was found and expected, and a remedy.
///
/// Nothing was changed in a ledger that cannot be opened.
public struct LedgerError: Error, Sendable, Hashable {
    /// The cause of an error.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The ledger was written by another kind of run.
        case otherVerb
        /// The ledger was written by another version of Percept.
        case otherVersion
        /// The file is not a ledger.
        case notALedger
        /// The contents of the file are inconsistent.
        case damaged
        /// Another run writes the ledger.
        case locked
        /// The file does not exist.
        case missing
        /// The file cannot be opened for reading.
        case notReadable
        /// The file or its lock cannot be created or opened for writing.
        case notWritable
        /// The file system or the quota is exhausted.
        case diskFull
        /// Reading or writing failed for another reason.
        case inputOutput
    }

    /// The cause of the error.
    public var kind: Kind
    /// The path of the ledger, as named by the caller.
    public var source: String
    /// A description of what was found and, unless obvious, expected, without a full stop.
    public var problem: String
    /// A suggested remedy, without a full stop.
    public var remedy: String?

    /// Creates an error.
    public init(_ kind: Kind, source: String, problem: String, remedy: String? = nil) {
        self.kind = kind
        self.source = source
        self.problem = problem
        self.remedy = remedy
    }

    static func damaged(_ source: String, _ detail: String) -> LedgerError {
        LedgerError(
            .damaged, source: source, problem: "the ledger is damaged (\(detail))",
            remedy: "restore it from a copy, or move it away to start anew")
    }

    /// Translates an error of SQLite or of a file.
    static func translating(_ error: any Error, source: String) -> LedgerError {
        if let error = error as? LedgerError { return error }
        guard let error = error as? SQLiteError else {
            return LedgerError(.inputOutput, source: source, problem: "\(error)")
        }
        switch error.kind {
        case .notADatabase:
            return LedgerError(
                .notALedger, source: source, problem: "not a ledger (not an SQLite file)",
                remedy: "choose another file; this one was not changed")
        case .corrupt:
            return .damaged(source, error.message)
        case .full:
            return LedgerError(
                .diskFull, source: source, problem: "the ledger cannot grow: the disk is full",
                remedy: "free some space and repeat; what was recorded is kept")
        case .busy:
            return LedgerError(
                .locked, source: source, problem: "the ledger is in use by another process",
                remedy: "wait for it to end")
        case .notWritable:
            return LedgerError(
                .notWritable, source: source, problem: "the ledger may not be written (permission denied)",
                remedy: "check the permissions of the file and its folder")
        case .notReadable:
            return LedgerError(
                .notReadable, source: source, problem: "the ledger cannot be opened",
                remedy: "check the permissions of the file and its folder")
        case .other:
            return LedgerError(
                .inputOutput, source: source,
                problem: "the ledger cannot be read or written: \(error.message)",
                remedy: "check the disk and its quota")
        }
    }
}

extension LedgerError: LocalizedError, CustomStringConvertible {
    /// The ``description``.
    public var errorDescription: String? { description }

    /// One line: the path, the problem and the remedy.
    public var description: String { "\(source): \(problem)" + (remedy.map { "; \($0)" } ?? "") }
}

/// Calls `body` and throws its error as a ``LedgerError``.
func withLedgerErrors<Value>(
    _ source: String, _ body: () throws -> Value
) throws(LedgerError) -> Value {
    do { return try body() } catch { throw .translating(error, source: source) }
}
