public import PerceptCore
public import Testing

/// Expects `body` to throw a ``MediaError`` of `kind`, and gives it for a closer look.
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
