public import PerceptCore
public import Testing

/// Expects `body` to throw a ``MediaError`` of `kind`, and returns it.
@discardableResult
public func expectMediaError(
    _ kind: MediaError.Kind, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> MediaError? {
    do {
        try body()
        Issue.record("no error was thrown; expected \(kind)", sourceLocation: sourceLocation)
    } catch let error as MediaError {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record("not a media error: \(error)", sourceLocation: sourceLocation)
    }
    return nil
}

extension Duration {
    /// The time limit of waiting that a test does not measure: longer than any machine takes, however many tests run at
    /// the same time.
    public static let patience = Duration.seconds(600)
}
