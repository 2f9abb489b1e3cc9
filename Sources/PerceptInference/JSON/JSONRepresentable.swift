/// A value that has a JSON form: what answers are made of, and so the answers themselves.
public protocol JSONRepresentable {
    var json: JSONValue { get }
}

extension JSONValue: JSONRepresentable {
    public var json: JSONValue { self }
}

extension JSONObject: JSONRepresentable {
    public var json: JSONValue { .object(self) }
}

extension String: JSONRepresentable {
    public var json: JSONValue { .string(self) }
}

extension Bool: JSONRepresentable {
    public var json: JSONValue { .bool(self) }
}

extension Int: JSONRepresentable {
    public var json: JSONValue { .integer(self) }
}

extension UInt64: JSONRepresentable {
    public var json: JSONValue { Int(exactly: self).map { .integer($0) } ?? .unsignedInteger(UInt(self)) }
}

extension Double: JSONRepresentable {
    public var json: JSONValue { .double(self) }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
    public var json: JSONValue { .array(map(\.json)) }
}

extension JSONObject {
    /// The members that have a value, in this order, and behind them those of `additional` that are not among them.
    init(_ members: KeyValuePairs<String, (any JSONRepresentable)?>, additional: JSONObject = [:]) {
        self = JSONObject(members.compactMap { key, value in value.map { (key, $0.json) } }).adding(additional)
    }

    /// The same members, and behind them those of `others` that are not among them.
    func adding(_ others: JSONObject) -> JSONObject {
        var object = self
        for (key, value) in others where object[key] == nil { object[key] = value }
        return object
    }
}
