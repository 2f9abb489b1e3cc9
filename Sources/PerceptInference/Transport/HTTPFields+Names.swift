import HTTPTypes

extension HTTPFields {
    /// Returns the value of a header by its case-insensitive name.
    func value(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }

    /// Sets a header by its name; ignores an invalid name.
    mutating func set(_ name: String, _ value: String) {
        if let name = HTTPField.Name(name) { self[name] = value }
    }
}
