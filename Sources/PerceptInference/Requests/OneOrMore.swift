/// A single value or a list of values, written as JSON in the form it was given.
///
///     Translation(inputs: "Good morning")
///     Translation(inputs: ["Good morning", "Good night"])
public enum OneOrMore<Value: Sendable & Hashable>: Sendable, Hashable {
    case one(Value)
    case several([Value])

    /// The values, one or more.
    public var values: [Value] {
        switch self {
        case .one(let value): [value]
        case .several(let values): values
        }
    }
}

extension OneOrMore: ExpressibleByArrayLiteral {
    /// Creates a list.
    public init(arrayLiteral elements: Value...) { self = .several(elements) }
}

extension OneOrMore: ExpressibleByUnicodeScalarLiteral, ExpressibleByExtendedGraphemeClusterLiteral,
    ExpressibleByStringLiteral
where Value == String {
    /// Creates a single value.
    public init(stringLiteral value: String) { self = .one(value) }
}

extension OneOrMore: TaskOutput where Value: TaskOutput {
    package var generatedMedia: [GeneratedMedia] { values.generatedMedia }
}

extension OneOrMore: JSONRepresentable where Value: JSONRepresentable {
    package var json: JSONValue {
        switch self {
        case .one(let value): value.json
        case .several(let values): values.json
        }
    }
}
