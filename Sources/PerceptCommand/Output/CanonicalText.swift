/// A text that is equal for equal values, in every run: the structure of a value with the elements of sets and
/// dictionaries in order.
///
/// It identifies the options of a run in a ledger. `String(reflecting:)` will not do: the order of a set changes from
/// one process to the next.
enum CanonicalText {
    static func of(_ value: Any) -> String {
        let mirror = Mirror(reflecting: value)
        let children = mirror.children.map { (label: $0.label, text: of($0.value)) }
        let type = String(describing: mirror.subjectType)
        switch mirror.displayStyle {
        case .set, .dictionary:
            return "\(type)[\(children.map(\.text).sorted().joined(separator: ", "))]"
        case .collection:
            return "[\(children.map(\.text).joined(separator: ", "))]"
        case .optional:
            return children.first?.text ?? "nil"
        case .class, .foreignReference:
            return type
        case .struct, .tuple, .enum:
            guard !children.isEmpty else { return String(describing: value) }
            let members = children.map { child in child.label.map { "\($0): \(child.text)" } ?? child.text }
            return "\(type)(\(members.joined(separator: ", ")))"
        case nil: return String(describing: value)
        @unknown default: return String(describing: value)
        }
    }
}
