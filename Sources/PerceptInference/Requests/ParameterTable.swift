/// The parameters of a type, each with the property that holds its value: the single definition of their names, ranges
/// and defaults.
struct ParameterTable<Owner>: Sendable {
    struct Row: Sendable {
        let parameter: TaskParameter
        let value: @Sendable (Owner) -> JSONValue?
    }

    let rows: [Row]

    init(_ rows: Row...) {
        self.rows = rows
    }

    var parameters: [TaskParameter] { rows.map(\.parameter) }

    /// Returns the set parameters of `owner` in the order of the table, followed by those in `additional`, which
    /// override properties of the same name.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` for a known parameter with a value that is not allowed,
    ///   also in `additional`.
    func json(of owner: Owner, adding additional: JSONObject) throws(InferenceError) -> JSONObject {
        var object = JSONObject()
        for row in rows { object[row.parameter.name] = row.value(owner) }
        for (name, value) in additional { object[name] = value }
        for row in rows {
            guard let value = object[row.parameter.name], !value.isNull else { continue }
            try row.parameter.check(value)
        }
        return object
    }
}

extension ParameterTable.Row {
    typealias Property<Value> = KeyPath<Owner, Value> & Sendable

    private init(
        _ name: String, _ kind: TaskParameter.Kind, _ defaultValue: String?,
        _ value: @escaping @Sendable (Owner) -> JSONValue?
    ) {
        self.init(parameter: TaskParameter(name: name, kind: kind, defaultValue: defaultValue), value: value)
    }

    static func integer(
        _ name: String, _ property: any Property<Int?>, in range: ClosedRange<Int> = 1...(.max),
        default value: Int? = nil
    ) -> Self {
        Self(name, .integer(range), value?.description) { $0[keyPath: property]?.json }
    }

    /// A parameter for an integer of up to 64 bits, signed or unsigned.
    static func seed(_ name: String, _ property: any Property<UInt64?>) -> Self {
        Self(name, .integer(.min ... .max), nil) { $0[keyPath: property]?.json }
    }

    /// A parameter for the texts that stop generation; services accept a single one as a string too.
    static func stop(_ name: String, _ property: any Property<[String]?>) -> Self {
        Self(name, .stringOrStrings, nil) { $0[keyPath: property]?.json }
    }

    static func number(
        _ name: String, _ property: any Property<Double?>,
        in range: ClosedRange<Double> = -.greatestFiniteMagnitude...(.greatestFiniteMagnitude),
        default value: Double? = nil
    ) -> Self {
        Self(name, .number(range), value?.description) { $0[keyPath: property]?.json }
    }

    /// A parameter for a probability or a fraction, 0…1.
    static func fraction(_ name: String, _ property: any Property<Double?>) -> Self {
        number(name, property, in: 0...1)
    }

    static func boolean(_ name: String, _ property: any Property<Bool?>, default value: Bool? = nil) -> Self {
        Self(name, .boolean, value?.description) { $0[keyPath: property]?.json }
    }

    static func string(_ name: String, _ property: any Property<String?>) -> Self {
        Self(name, .string, nil) { $0[keyPath: property]?.json }
    }

    static func strings(
        _ name: String, _ property: any Property<[String]?>, count: ClosedRange<Int> = 0...(.max)
    ) -> Self {
        Self(name, .strings(count), nil) { $0[keyPath: property]?.json }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, _ property: any Property<Choice?>, default value: Choice? = nil
    ) -> Self {
        Self(name, .choice(Choice.allCases.map(\.rawValue)), value?.rawValue) { $0[keyPath: property]?.rawValue.json }
    }

    static func json<Value: JSONRepresentable & Sendable>(_ name: String, _ property: any Property<Value?>) -> Self {
        Self(name, .json, nil) { $0[keyPath: property]?.json }
    }
}

extension TaskParameter {
    /// - Throws: ``InferenceError`` `.invalidArgument` if `value` is not allowed for the parameter.
    func check(_ value: JSONValue) throws(InferenceError) {
        let isAllowed =
            switch kind {
            case .integer(let range):
                value.integerValue.map(range.contains) ?? (isLarge(value) && range.upperBound == .max)
            case .number(let range): value.doubleValue.map(range.contains) ?? false
            case .boolean: value.boolValue != nil
            case .string: value.stringValue != nil
            case .choice(let values): value.stringValue.map(values.contains) ?? false
            case .strings(let count):
                value.arrayValue.map { $0.allSatisfy { $0.stringValue != nil } && count.contains($0.count) } ?? false
            case .stringOrStrings:
                value.stringValue != nil || value.arrayValue?.allSatisfy { $0.stringValue != nil } == true
            case .json: true
            }
        guard !isAllowed else { return }
        let found =
            value.arrayValue == nil && value.objectValue == nil
            ? String(decoding: value.serialized(), as: UTF8.self).excerpt(limit: 60) : value.kindDescription
        throw InferenceError(.invalidArgument, problem: "\(name) is \(found)", remedy: "pass \(kind.expectation)")
    }

    /// Seeds have up to 64 bits.
    private func isLarge(_ value: JSONValue) -> Bool {
        if case .unsignedInteger = value { true } else { false }
    }
}
