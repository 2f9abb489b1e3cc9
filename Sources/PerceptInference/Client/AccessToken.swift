/// The secret token for an inference service, and its origin. Printing it never reveals the secret.
public struct AccessToken: Sendable, Hashable {
    private let secret: String
    /// The environment variable or file that it was read from; `nil` if given in code.
    public let source: String?

    /// Creates a token; surrounding white space is removed.
    ///
    /// - Throws: ``InferenceError`` `.tokenRefused` if it is empty or contains anything but visible ASCII, which a
    ///   header cannot represent (and a line break could inject another header).
    public init(_ secret: String, source: String? = nil) throws(InferenceError) {
        let trimmed = secret.trimmed
        let origin = source.map { "the token from \($0)" } ?? "the token"
        guard !trimmed.isEmpty else {
            throw InferenceError(
                .tokenRefused, problem: "\(origin) is empty",
                remedy: "create one at https://huggingface.co/settings/tokens")
        }
        guard trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw InferenceError(
                .tokenRefused, problem: "\(origin) contains characters other than visible ASCII",
                remedy: "copy it again, on one line, without quotes or spaces")
        }
        self.secret = trimmed
        self.source = source
    }

    /// The value of the `Authorization` header, for transports only: nothing else exposes the secret.
    public var authorizationHeader: String { "Bearer \(secret)" }

    /// Returns `text` with the secret replaced.
    func redacted(from text: String) -> String {
        text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "[token]")
    }

    /// Returns `bytes` with the secret replaced.
    func redacted(from bytes: [UInt8]) -> [UInt8] {
        bytes.replacing(Array(secret.utf8), with: Array("[token]".utf8))
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A placeholder with the source of the token, never the secret.
    public var description: String { source.map { "[token from \($0)]" } ?? "[token]" }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// A mirror without children, which hides the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
