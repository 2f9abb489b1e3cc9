import HTTPTypes

extension HTTPFields {
    /// The value of a header by its name, whatever its case.
    func value(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }

    /// Sets a header by its name; one that is no header name is left out.
    mutating func set(_ name: String, _ value: String) {
        if let name = HTTPField.Name(name) { self[name] = value }
    }
}
