import Foundation
import PerceptInference

/// Results to standard output, everything else to standard error.
struct Console: Sendable {
    let isJSON: Bool
    let isQuiet: Bool

    init(_ options: GeneralOptions) {
        isJSON = options.json
        isQuiet = options.quiet
    }

    /// A result: `json` as one line where JSON is asked for, else `text` for a person.
    func result(_ text: @autoclosure () -> String, json: @autoclosure () -> JSONObject) {
        if isJSON {
            Self.write(JSONValue.object(json()).serialized() + [UInt8(ascii: "\n")], to: .standardOutput)
        } else {
            line(text())
        }
    }

    /// Text for a person on standard output.
    func line(_ text: String) {
        Self.write(Array(Self.printable(text).utf8) + [UInt8(ascii: "\n")], to: .standardOutput)
    }

    /// Bytes for a file or a pipe, as they are.
    func raw(_ text: String) {
        Self.write(Array(text.utf8), to: .standardOutput)
    }

    func error(_ text: String) {
        Self.write(Array("percept: \(Self.printable(text))\n".utf8), to: .standardError)
    }

    func warning(_ text: String) {
        guard !isQuiet else { return }
        Self.write(Array("percept: warning: \(Self.printable(text))\n".utf8), to: .standardError)
    }

    func notice(_ text: String) {
        guard !isQuiet else { return }
        Self.write(Array("percept: \(Self.printable(text))\n".utf8), to: .standardError)
    }

    /// Shows how far work is, on a terminal only; `nil` elsewhere, so that nothing is computed for it.
    func progress(_ label: String) -> (@Sendable (Double) -> Void)? {
        guard !isQuiet, isatty(FileHandle.standardError.fileDescriptor) == 1 else { return nil }
        let label = Self.printable(label)
        return { fraction in
            // Back to the start of the line, and erase to its end when done.
            let text = fraction < 1 ? "\r\(label) \(Int(fraction * 100)) %" : "\r\u{1B}[K"
            Self.write(Array(text.utf8), to: .standardError)
        }
    }

    /// Labels and names come from outside: no control character of theirs reaches a terminal.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.properties.generalCategory == .control
                    return isControl && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar
                }))
    }

    /// A reader that has gone away is no failure of ours: what cannot be shown is dropped.
    private static func write(_ bytes: [UInt8], to handle: FileHandle) {
        try? handle.write(contentsOf: Data(bytes))
    }
}
