/// A value with a JSON representation: the parts of responses, and responses themselves.
package protocol JSONRepresentable {
    /// The value as JSON.
    var json: JSONValue { get }
}

extension JSONValue: JSONRepresentable {
    /// The value itself.
    package var json: JSONValue { self }
}

extension JSONObject: JSONRepresentable {
    /// The object as JSON.
    package var json: JSONValue { .object(self) }
}

extension String: JSONRepresentable {
    /// The string as JSON.
    package var json: JSONValue { .string(self) }
}

extension Bool: JSONRepresentable {
    /// The boolean as JSON.
    package var json: JSONValue { .bool(self) }
}

extension Int: JSONRepresentable {
    /// The integer as JSON.
    package var json: JSONValue { .integer(self) }
}

extension UInt64: JSONRepresentable {
    /// The integer as JSON.
    package var json: JSONValue { Int(exactly: self).map { .integer($0) } ?? .unsignedInteger(UInt(self)) }
}

extension Double: JSONRepresentable {
    /// The number as JSON; `null` when written if it is not finite.
    package var json: JSONValue { .double(self) }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
    /// The elements as a JSON array.
    package var json: JSONValue { .array(map(\.json)) }
}

extension JSONObject {
    /// Creates an object of the members that have a value, in order, followed by the members of `additional` that are
    /// not among them.
    init(_ members: KeyValuePairs<String, (any JSONRepresentable)?>, additional: JSONObject = [:]) {
        self = JSONObject(members.compactMap { key, value in value.map { (key, $0.json) } }).adding(additional)
    }

    /// Returns the object with those members of `others` appended that it lacks.
    func adding(_ others: JSONObject) -> JSONObject {
        var object = self
        for (key, value) in others where object[key] == nil { object[key] = value }
        return object
    }
}
