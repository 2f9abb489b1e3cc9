import PerceptCore
public import PerceptInference

/// The digest of the options that results depend on.
///
/// Options are equal if they are equal as JSON: the order of members does not matter, nor does 1 or 1.0.
public struct OptionsDigest: Sendable, Hashable {
    /// The SHA-256 of the canonical JSON text, as 64 lower-case hexadecimal digits.
    public let hexadecimal: String

    /// Creates the digest of a JSON object.
    public init(_ options: JSONObject) {
        hexadecimal = SHA256.hexadecimalDigest(of: Self.canonical(.object(options)).serialized())
    }

    /// Returns the value with members in the order of the UTF-8 bytes of their names, and whole numbers as integers.
    static func canonical(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            let names = Set(object.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return .object(JSONObject(names.map { ($0, canonical(object[$0] ?? .null)) }))
        case .array(let elements): return .array(elements.map(canonical))
        case .double(let number): return Int(exactly: number).map(JSONValue.integer) ?? value
        default: return value
        }
    }
}
