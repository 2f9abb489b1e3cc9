/// A JSON value (RFC 8259) that keeps all digits of integers and the order of object members.
///
/// Responses contain 64-bit seeds, which `Double` would round, and routers read only the first keys of a request, so
/// their order matters.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits in an `Int`.
    case integer(Int)
    /// A positive integer above `Int.max` that fits in 64 bits.
    case unsignedInteger(UInt)
    /// Any other number. A value that is not finite is written as `null`, since JSON cannot represent it.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// True for `null`.
    public var isNull: Bool { self == .null }

    /// The boolean, or `nil` for any other value.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The string, or `nil` for any other value.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number as an integer, or `nil`. A `double` without a fraction (`5.0`) counts.
    public var integerValue: Int? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int(exactly: value)
        default: nil
        }
    }

    /// Any number as a `Double`, rounded to nearest; `nil` for any other value.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsignedInteger(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// A string, number or boolean as text for a query or form field; `nil` for any other value.
    var scalarText: String? {
        switch self {
        case .string(let value): value
        case .bool, .integer, .unsignedInteger, .double: String(decoding: serialized(), as: UTF8.self)
        case .null, .array, .object: nil
        }
    }

    /// The elements of an array, or `nil` for any other value.
    public var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The object, or `nil` for any other value.
    public var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member of an object, or `nil` if it is missing or this is not an object.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// The element of an array, or `nil` if it is missing or this is not an array.
    public subscript(index: Int) -> JSONValue? {
        guard let array = arrayValue, array.indices.contains(index) else { return nil }
        return array[index]
    }

    /// The kind of value for error messages: `an array of 3`, `a string`.
    package var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .unsignedInteger, .double: "a number"
        case .string: "a string"
        case .array(let elements): elements.isEmpty ? "an empty array" : "an array of \(elements.count)"
        case .object(let object): object.isEmpty ? "an empty object" : "an object"
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Creates `null`.
    public init(nilLiteral: ()) { self = .null }
    /// Creates a boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Creates an integer.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// Creates a number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Creates a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Creates an array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// Creates an object.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

/// The members of a JSON object, in order. If several members have the same name, the last one counts.
///
/// Two objects are equal if they have the same members in any order.
public struct JSONObject: Sendable {
    private var members: [(key: String, value: JSONValue)]

    /// Creates an object without members.
    public init() { members = [] }

    /// Creates an object of members in order.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        self.members = members.map { (key: $0.0, value: $0.1) }
    }

    /// The value of a member. Setting `nil` removes the member; setting another value keeps its position.
    public subscript(key: String) -> JSONValue? {
        get { members.last { $0.key == key }?.value }
        set {
            guard let newValue else { return members.removeAll { $0.key == key } }
            if let index = members.lastIndex(where: { $0.key == key }) {
                members[index].value = newValue
            } else {
                members.append((key: key, value: newValue))
            }
        }
    }

    /// True if the object has no members.
    public var isEmpty: Bool { members.isEmpty }
    /// The names of the members, in order.
    public var keys: [String] { members.map(\.key) }

    private var unordered: [String: JSONValue] {
        Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
}

extension JSONObject: Sequence {
    /// Returns an iterator over the members.
    public func makeIterator() -> some IteratorProtocol<(key: String, value: JSONValue)> {
        members.makeIterator()
    }
}

extension JSONObject: Hashable {
    /// Returns true if both objects have the same members in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool { left.unordered == right.unordered }
    /// Hashes the members regardless of their order.
    public func hash(into hasher: inout Hasher) { hasher.combine(unordered) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Creates an object of members in order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
