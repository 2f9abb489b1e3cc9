/// A remark about a medium or a response that does not stop the work.
///
/// A string literal is a warning without a parameter.
public struct Warning: Sendable, Hashable {
    /// A description on one line, without a full stop.
    public var text: String
    /// The parameter that ``text`` suggests to change at its end.
    public var parameter: Parameter?

    /// Creates a warning.
    public init(_ text: String, parameter: Parameter? = nil) {
        self.text = text
        self.parameter = parameter
    }

    /// Returns the warning with the parameter named in parentheses at the end of ``text``, and no longer as a case.
    ///
    /// - Parameter name: A closure that returns the name; `nil` omits it.
    public func naming(_ name: (Parameter) -> String?) -> Warning {
        Warning(text.naming(parameter, name))
    }

    /// Returns the warning with `subject` and a colon in front of ``text``.
    package func about(_ subject: String) -> Warning { Warning("\(subject): \(text)", parameter: parameter) }
}

extension Warning: CustomStringConvertible {
    /// The text with the parameter in parentheses, such as `… send a part at a time (crop)`.
    public var description: String { naming(\.nameInDescriptions).text }
}

extension Warning: ExpressibleByStringInterpolation {
    /// Creates a warning without a parameter.
    public init(stringLiteral text: String) { self.init(text) }
}

extension String {
    /// Returns the text with the name of a parameter in parentheses at its end, if there is one.
    package func naming(_ parameter: Parameter?, _ name: (Parameter) -> String?) -> String {
        parameter.flatMap(name).map { "\(self) (\($0))" } ?? self
    }
}
