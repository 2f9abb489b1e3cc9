/// A secret that opens the inference service, and where it came from; printing it in whatever way never shows it.
public struct AccessToken: Sendable, Hashable {
    private let secret: String
    /// The environment variable or file that it was read from; `nil` for one given in code.
    public let source: String?

    /// Takes a token; white space around it is dropped.
    ///
    /// - Throws: ``InferenceError`` `.tokenRefused` when it is empty or holds anything but visible ASCII, which a header
    ///   cannot carry (and a line break in it would forge one).
    public init(_ secret: String, source: String? = nil) throws(InferenceError) {
        let trimmed = Self.trimmed(secret)
        let origin = source.map { "the token from \($0)" } ?? "the token"
        guard !trimmed.isEmpty else {
            throw InferenceError(
                .tokenRefused, problem: "\(origin) is empty",
                remedy: "create one at https://huggingface.co/settings/tokens")
        }
        guard trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw InferenceError(
                .tokenRefused, problem: "\(origin) holds characters other than visible ASCII",
                remedy: "copy it again, on one line, without quotes or spaces")
        }
        self.secret = trimmed
        self.source = source
    }

    /// The value of the `Authorization` header. For transports only: the one place where the secret leaves this type.
    public var authorizationHeader: String { "Bearer \(secret)" }

    /// `text` with the secret replaced wherever it stands.
    func redacted(from text: String) -> String {
        text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "[token]")
    }

    /// `bytes` with the secret replaced wherever it stands.
    func redacted(from bytes: [UInt8]) -> [UInt8] {
        bytes.replacing(Array(secret.utf8), with: Array("[token]".utf8))
    }

    static func trimmed(_ text: String) -> String {
        let isVisible: (Character) -> Bool = { !$0.isWhitespace && $0 != "\u{FEFF}" }
        guard let first = text.firstIndex(where: isVisible), let last = text.lastIndex(where: isVisible) else {
            return ""
        }
        return String(text[first...last])
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { source.map { "[token from \($0)]" } ?? "[token]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
