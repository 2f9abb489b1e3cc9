/// Labels numbered in order of first appearance.
struct ClassNames: Sendable, Hashable {
    private(set) var names: [String] = []
    private var indices: [String: Int] = [:]

    init(_ names: [String] = []) {
        for name in names { _ = index(of: name) }
    }

    /// Returns the index of a label, from 0; adds the label if it is new.
    mutating func index(of name: String) -> Int {
        if let known = indices[name] { return known }
        indices[name] = names.count
        names.append(name)
        return names.count - 1
    }

    func knownIndex(of name: String) -> Int? { indices[name] }
}
