/// The error of an input whose result was printed although parts of it are missing; the result has the error too.
struct IncompleteResult: Error {
    let failures: [Failure]

    /// - Throws: ``IncompleteResult`` when there is any error.
    static func check(_ errors: [any Error]) throws {
        guard !errors.isEmpty else { return }
        throw IncompleteResult(failures: errors.map(Failure.reporting))
    }

    /// The first of those with the highest exit code; `nil` when there is none.
    static func worst(_ errors: [any Error]) -> Failure? {
        errors.map(Failure.reporting).reduce(nil) { worst, failure in
            worst.map { failure.exitCode > $0.exitCode ? failure : $0 } ?? failure
        }
    }
}
