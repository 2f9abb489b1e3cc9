public import PerceptCore

/// One of several disjoint shares of all inputs, for machines that divide a run between them.
///
/// The share of an input depends on its key and the number of shares only: the first 8 bytes of the SHA-256 of the
/// key in UTF-8, as a big-endian number, modulo ``count``. So it does not change when other inputs are added.
public struct Share: Sendable, Hashable {
    /// The index of the share, from 0.
    public let index: Int
    /// The number of shares.
    public let count: Int

    /// The only share.
    public static let all = Share(unchecked: 0, of: 1)

    private init(unchecked index: Int, of count: Int) {
        self.index = index
        self.count = count
    }

    /// Creates a share.
    ///
    /// - Throws: `MediaError` `.invalidArgument` unless 0 ≤ `index` < `count`.
    public init(index: Int, count: Int) throws(MediaError) {
        try self.init(index, count, text: "\(index)/\(count)")
    }

    /// Parses `I/N`, such as `0/4`, the first of four shares.
    ///
    /// - Throws: `MediaError` `.invalidArgument` unless both are decimal integers and 0 ≤ I < N.
    public init(_ text: String) throws(MediaError) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map(Self.number)
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else {
            throw Self.invalid(text, "expected I/N, such as 0/4 for the first of four")
        }
        try self.init(index, count, text: text)
    }

    private init(_ index: Int, _ count: Int, text: String) throws(MediaError) {
        guard count >= 1 else { throw Self.invalid(text, "the number of shares must be at least 1") }
        guard (0..<count).contains(index) else {
            throw Self.invalid(text, "the index must be from 0 to \(count - 1), the number of shares minus one")
        }
        self.init(unchecked: index, of: count)
    }

    /// Returns true if the input with this key belongs to the share.
    public func contains(_ key: String) -> Bool { count == 1 || Self.index(of: key, count: count) == index }

    /// Returns the index of the share that an input belongs to.
    public static func index(of key: String, count: Int) -> Int {
        let hash = SHA256.digest(of: Array(key.utf8)).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(hash % UInt64(count))
    }

    private static func number(_ digits: Substring) -> Int? {
        let isNumber = digits.drop { $0 == "-" }.allSatisfy { ("0"..."9").contains($0) }
        return isNumber ? Int(digits) : nil
    }

    private static func invalid(_ text: String, _ expectation: String) -> MediaError {
        MediaError(.invalidArgument, problem: "invalid share “\(text)”: \(expectation)")
    }
}

extension Share: CustomStringConvertible {
    /// The index and the number of shares, such as `0/4`.
    public var description: String { "\(index)/\(count)" }
}
