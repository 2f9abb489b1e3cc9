import PerceptCore

/// Formats quantities for people.
enum Quantity {
    /// Formats bytes with powers of 1000 and about three digits: `96 kB`, `1.2 MB`.
    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        guard value >= 1000 else { return counted(count, "byte") }
        var unit = ""
        for name in ["kB", "MB", "GB", "TB"] where value >= 999.5 {
            value /= 1000
            unit = name
        }
        return value.fixed(decimals: value < 9.95 ? 1 : 0) + " \(unit)"
    }

    /// Formats a rate: `44.1 kHz`, `16 kHz`.
    static func rate(_ hertz: Int) -> String {
        let digits = (Double(hertz) / 1000).fixed(decimals: 3).reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(digits.reversed()) + " kHz"
    }

    static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
