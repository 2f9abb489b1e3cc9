/// A parameter of a task: its name on the wire, its allowed values, and the service's default.
package struct TaskParameter: Sendable, Hashable {
    /// The allowed values of a parameter.
    package enum Kind: Sendable, Hashable {
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case boolean
        case string
        /// One of these strings.
        case choice([String])
        /// A list of strings; the range is the allowed number of elements.
        case strings(ClosedRange<Int>)
        /// A string, or a list of strings.
        case stringOrStrings
        /// Any other value: an object, or one of several forms.
        case json
    }

    /// The name on the wire.
    package var name: String
    /// The allowed values.
    package var kind: Kind
    /// The documented default of the service; `nil` if the default depends on the model.
    package var defaultValue: String?
}

extension TaskParameter.Kind {
    /// The allowed values in words: `an integer of 1 or more`, `true or false`.
    package var expectation: String {
        switch self {
        case .integer(let range): "an integer \(Self.words(range.lowerBound, range.upperBound, .max, .min))"
        case .number(let range):
            "a number "
                + Self.words(range.lowerBound, range.upperBound, .greatestFiniteMagnitude, -.greatestFiniteMagnitude)
        case .boolean: "true or false"
        case .string: "a string"
        case .choice(let values): "one of " + values.joined(separator: ", ")
        case .strings(let count):
            switch (count.lowerBound, count.upperBound) {
            case (0, .max): "a list of strings"
            case (let least, .max): "a list of \(least) or more strings"
            case (let least, let most): "a list of \(least) to \(most) strings"
            }
        case .stringOrStrings: "a string or a list of strings"
        case .json: "a JSON value"
        }
    }

    private static func words<Number: Comparable>(
        _ lower: Number, _ upper: Number, _ greatest: Number, _ least: Number
    ) -> String {
        switch (lower == least, upper == greatest) {
        case (true, true): "of any size"
        case (_, true): "of \(lower) or more"
        case (true, _): "of \(upper) or less"
        case (false, false): "from \(lower) to \(upper)"
        }
    }
}
