import PerceptBatch
import PerceptCore
import PerceptInference
import PerceptSandbox

/// An error as the command reports it: kind, message, remedy, exit code (sysexits.h).
struct Failure {
    let kind: String
    let message: String
    let remedy: String?
    let line: String
    let exitCode: CInt
    /// `true` if another attempt may succeed.
    var isTransient = false
    /// Further facts about a failed request: the status, the request's identifier and the time after which to retry.
    var details: JSONObject = [:]

    static let usage: CInt = 64
    static let badInput: CInt = 65
    static let missingInput: CInt = 66
    static let unavailable: CInt = 69
    static let bug: CInt = 70
    static let cannotCreate: CInt = 73
    static let inputOutput: CInt = 74
    static let tryAgain: CInt = 75
    static let noPermission: CInt = 77

    /// Returns whether `error` comes from the libraries, and not from the parser of arguments.
    static func isOurs(_ error: any Error) -> Bool {
        error is MediaError || error is InferenceError || error is LedgerError || error is CancellationError
    }

    /// Returns the failure that describes `error`; an error of an unknown type is reported as a bug.
    static func reporting(_ error: any Error) -> Failure {
        switch error {
        case let error as MediaError:
            reporting(error)
        case let error as InferenceError:
            reporting(error)
        case let error as ItemFailure:
            Failure(error, line: error.description, exitCode: exitCode(ofKind: error.kind))
        case let error as LedgerError:
            Failure(
                kind: error.kind.rawValue, message: "\(error.source): \(error.problem)", remedy: error.remedy,
                line: error.description, exitCode: exitCode(error.kind))
        case let error as BatchStop:
            Failure(
                kind: "stopped", message: error.description, remedy: nil,
                line: "\(error.description); the remaining inputs were not processed",
                exitCode: reporting(error.underlying).exitCode)
        case let error as SandboxError:
            Failure(
                kind: "endpointNotStarted", message: error.problem, remedy: error.remedy, line: error.description,
                exitCode: unavailable)
        case is CancellationError:
            reporting(MediaError.cancelled)
        default:
            Failure(
                kind: "bug", message: "\(error)", remedy: "please report it", line: "\(error); please report it",
                exitCode: bug)
        }
    }

    /// The failure as it is recorded in a ledger.
    var itemFailure: ItemFailure {
        ItemFailure(kind: kind, message: message, remedy: remedy, isTransient: isTransient, details: details)
    }

    /// Returns the exit code of a recorded kind.
    private static func exitCode(ofKind kind: String) -> CInt {
        MediaError.Kind(rawValue: kind).map(exitCode) ?? InferenceError.Kind(rawValue: kind).map(exitCode) ?? bug
    }

    private static func exitCode(_ kind: LedgerError.Kind) -> CInt {
        switch kind {
        case .otherVerb, .otherVersion, .notALedger: usage
        case .damaged: badInput
        case .missing, .notReadable: missingInput
        case .locked: tryAgain
        case .notWritable: cannotCreate
        case .diskFull, .inputOutput: inputOutput
        }
    }

    private static func reporting(_ error: InferenceError) -> Failure {
        let error = error.naming(\.flag)
        return Failure(ItemFailure(error), line: error.description, exitCode: exitCode(error.kind))
    }

    private static func reporting(_ error: MediaError) -> Failure {
        let error = error.naming(\.flag)
        return Failure(ItemFailure(error), line: error.description, exitCode: exitCode(error.kind))
    }

    private static func exitCode(_ kind: MediaError.Kind) -> CInt {
        switch kind {
        case .malformedInput, .unsupportedFeature, .limitExceeded: badInput
        case .invalidArgument: usage
        case .inputMissing, .inputNotAFile, .inputNotReadable: missingInput
        case .outputNotCreatable: cannotCreate
        case .inputOutput: inputOutput
        case .cancelled: Interruption.exitCode
        }
    }

    private static func exitCode(_ kind: InferenceError.Kind) -> CInt {
        switch kind {
        case .tokenMissing, .tokenRefused: noPermission
        case .rateLimited, .modelLoading, .serviceUnavailable, .connectionLost, .timedOut: tryAgain
        case .creditExhausted, .notFound, .payloadTooLarge, .invalidRequest, .serviceFailed, .unreachable, .redirected,
            .answerMalformed, .answerTooLarge:
            unavailable
        case .invalidArgument: usage
        case .cancelled: Interruption.exitCode
        }
    }

    /// Returns the object that reports the failure in JSON output.
    func json(about subject: JSONObject) -> JSONObject {
        var json = subject
        json["error"] = errorJSON
        return json
    }

    var errorJSON: JSONValue { .object(itemFailure.json) }
}

extension Failure {
    /// Creates the failure for an error whose parameter has been replaced by its flag.
    fileprivate init(_ facts: ItemFailure, line: String, exitCode: CInt) {
        self.init(
            kind: facts.kind, message: facts.message, remedy: facts.remedy, line: line, exitCode: exitCode,
            isTransient: facts.isTransient, details: facts.details)
    }
}

/// The error of an input whose result was printed although parts of it are missing; the printed result names the error.
struct IncompleteResult: Error {
    let failures: [Failure]

    /// Throws if there are any errors.
    ///
    /// - Throws: ``IncompleteResult``.
    static func check(_ errors: [any Error]) throws {
        guard !errors.isEmpty else { return }
        throw IncompleteResult(failures: errors.map(Failure.reporting))
    }

    /// Returns the first error with the highest exit code; `nil` if there are none.
    static func worst(_ errors: [any Error]) -> Failure? {
        errors.map(Failure.reporting).reduce(nil) { worst, failure in
            worst.map { failure.exitCode > $0.exitCode ? failure : $0 } ?? failure
        }
    }
}
