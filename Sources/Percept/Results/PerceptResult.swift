public import PerceptCore
public import PerceptInference

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A result that is written as one JSON object and read back: by the command, the page, the ledger and other tools.
///
/// ``json`` and ``init(json:)`` also make it `Codable`.
public protocol PerceptResult: Sendable, Codable {
    /// The name of the source.
    var file: String { get set }
    /// The warnings about the source and the response, without the name of the source.
    var warnings: [Warning] { get set }
    /// The paths of the files that were written for the source.
    var outputPaths: [String] { get }
    /// The errors of the requests whose parts of the source the result does not cover.
    var failures: [InferenceError] { get }
    /// The result as JSON. Members that have no value are `null` or missing.
    var json: JSONObject { get }

    /// Creates a result from its JSON.
    ///
    /// - Throws: `MediaError` `.malformedInput` if a required member is missing or has another type.
    init(json: JSONObject) throws(MediaError)

    /// Returns the result with the parameters of ``warnings`` and remedies named in their text, and no longer as cases.
    ///
    /// - Parameter name: A closure that returns the name; `nil` omits it.
    func naming(_ name: (Parameter) -> String?) -> Self
}

extension PerceptResult {
    /// The default: none.
    public var outputPaths: [String] { [] }

    /// The default: none.
    public var failures: [InferenceError] { [] }

    /// The default: names the parameters of ``warnings``.
    public func naming(_ name: (Parameter) -> String?) -> Self {
        var result = self
        result.warnings = warnings.map { $0.naming(name) }
        return result
    }

    /// Encodes ``json``.
    public func encode(to encoder: any Encoder) throws { try JSONValue.object(json).encode(to: encoder) }

    /// Decodes a JSON object as ``init(json:)`` does.
    public init(from decoder: any Decoder) throws {
        guard case .object(let object) = try JSONValue(from: decoder) else {
            throw MediaError.unreadableResult("\(Self.self)", "it is not an object")
        }
        try self.init(json: object)
    }
}

extension Array where Element: Hashable {
    /// The elements, each only where it occurs first.
    var withoutRepetitions: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

/// Reads the members of a result's JSON.
struct ResultMembers {
    let object: JSONObject
    /// The name of the result in errors, such as `transcript`.
    let name: String

    init(_ object: JSONObject, of name: String) {
        self.object = object
        self.name = name
    }

    func string(_ key: String) throws(MediaError) -> String { try required(key) { $0.stringValue } }
    func integer(_ key: String) throws(MediaError) -> Int { try required(key) { $0.integerValue } }
    func double(_ key: String) throws(MediaError) -> Double { try required(key) { $0.doubleValue } }
    func bool(_ key: String) throws(MediaError) -> Bool { try required(key) { $0.boolValue } }

    /// Returns the strings of a list, or none if it is missing.
    func strings(_ key: String) -> [String] { object[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    /// Returns the elements of a list.
    func list<Element>(
        _ key: String, _ element: (JSONValue) -> Element?
    ) throws(MediaError) -> [Element] {
        let values = try required(key) { $0.arrayValue }
        let elements = values.compactMap(element)
        guard elements.count == values.count else {
            throw MediaError.unreadableResult(name, "an element of “\(key)” is incomplete")
        }
        return elements
    }

    /// Returns a member; missing and `null` members are errors.
    func required<Value>(_ key: String, _ value: (JSONValue) -> Value?) throws(MediaError) -> Value {
        guard let member = object[key].flatMap(value) else {
            throw MediaError.unreadableResult(name, "“\(key)” is missing or has another type")
        }
        return member
    }

    /// Decodes a member; `nil` if it is missing or `null`.
    func decoded<Value: Decodable>(_ key: String, as type: Value.Type) throws(MediaError) -> Value? {
        guard let member = object[key], !member.isNull else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(member.serialized()))
        } catch {
            throw MediaError.unreadableResult(name, "“\(key)” cannot be read (\(error))")
        }
    }

    /// Decodes a member; a missing one is an error.
    func required<Value: Decodable>(_ key: String, as type: Value.Type) throws(MediaError) -> Value {
        guard let value = try decoded(key, as: type) else {
            throw MediaError.unreadableResult(name, "“\(key)” is missing")
        }
        return value
    }
}

extension MediaError {
    static func unreadableResult(_ name: String, _ reason: String) -> MediaError {
        MediaError(
            .malformedInput, problem: "the JSON is not a valid \(name.lowercased()): \(reason)",
            remedy: "pass the JSON of a result as it was written")
    }
}

extension JSONValue {
    /// Creates a value from an encodable one, with keys in alphabetical order; `null` if it cannot be encoded, which
    /// the receipts and headers of this package always can.
    package init(encoding value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        self = (try? encoder.encode(value)).flatMap { try? JSONValue(parsing: Array($0)) } ?? .null
    }

    /// Creates a number, or `null`.
    package init(_ value: Double?) { self = value.map { .double($0) } ?? .null }

    /// Creates an integer, or `null`.
    package init(_ value: Int?) { self = value.map { .integer($0) } ?? .null }
}

extension JSONValue {
    /// The number, or `nil` for any other value and for numbers that are not finite.
    var finiteValue: Double? { doubleValue.flatMap { $0.isFinite ? $0 : nil } }
}

extension BoundingBox {
    /// The box as `{"xmin","ymin","xmax","ymax"}`; integers have no fraction.
    public var json: JSONValue {
        ["xmin": .number(xMin), "ymin": .number(yMin), "xmax": .number(xMax), "ymax": .number(yMax)]
    }

    /// Creates a box from ``json``; `nil` if a side is missing or not finite. Inverted sides are exchanged.
    public init?(json: JSONValue?) {
        guard let xMin = json?["xmin"]?.doubleValue, let yMin = json?["ymin"]?.doubleValue,
            let xMax = json?["xmax"]?.doubleValue, let yMax = json?["ymax"]?.doubleValue
        else { return nil }
        let box = BoundingBox(xMin: xMin, yMin: yMin, xMax: xMax, yMax: yMax)
        guard box.isFinite else { return nil }
        self = box.standardized
    }
}
