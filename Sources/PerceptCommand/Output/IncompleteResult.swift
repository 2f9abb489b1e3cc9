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
