import Foundation
import PerceptCore
import PerceptInference

/// Results to standard output, everything else to standard error.
struct Console: Sendable {
    let isJSON: Bool
    let isQuiet: Bool
    /// `nil` where all is said at once.
    private let turn: ConsoleTurn?
    private let noted = NotedWarnings()

    init(_ options: GeneralOptions) {
        isJSON = options.json
        isQuiet = options.quiet
        turn = nil
    }

    /// The same for one of several inputs, but for its turn to be waited for.
    init(_ console: Console, turn: ConsoleTurn, input name: String) {
        isJSON = console.isJSON
        isQuiet = console.isQuiet
        self.turn = turn
        begin(name)
    }

    /// From here on warnings are about the input `name`, and stand in its JSON too; about no input when `nil`.
    func begin(_ name: String?) {
        noted.begin(name)
    }

    /// A result: `json` as one line where JSON is asked for, else `text` for a person.
    ///
    /// The JSON of an input gets its warnings as the member `warnings`.
    ///
    /// - Throws: ``MediaError`` `.inputOutput` when it cannot be written.
    func result(
        _ text: @autoclosure () -> String, json: @autoclosure () -> JSONObject
    ) throws(MediaError) {
        let line =
            isJSON
            ? JSONValue.object(noted.added(to: Self.namingFlags(json()))).serialized()
            : Array(Self.printable(text()).utf8)
        try write(line + [UInt8(ascii: "\n")])
    }

    /// Warnings say the same in JSON as on standard error.
    private static func namingFlags(_ json: JSONObject) -> JSONObject {
        var json = json
        if case .array(let warnings) = json["warnings"] {
            json["warnings"] = .array(
                warnings.map { warning in
                    warning.stringValue.map { .string(ParameterFlags.adding(to: $0)) } ?? warning
                })
        }
        return json
    }

    /// Text for a file or a pipe, as it is.
    ///
    /// - Throws: ``MediaError`` `.inputOutput` when it cannot be written.
    func raw(_ text: String) throws(MediaError) {
        try write(Array(text.utf8))
    }

    private func write(_ result: [UInt8]) throws(MediaError) {
        guard let turn else { return try Self.writeResult(result) }
        try turn.result(result)
    }

    /// A reader that has gone away has seen what it wanted; anything else that stops a result is an error.
    static func writeResult(_ bytes: [UInt8]) throws(MediaError) {
        guard let failure = writeAll(bytes, to: STDOUT_FILENO), failure != EPIPE else { return }
        throw .writing("standard output", failure)
    }

    /// Whether somebody still takes results; a pipe says when its reader has gone.
    static var hasReader: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) <= 0 || output.revents & Int16(POLLERR | POLLHUP) == 0
    }

    func error(_ text: String) {
        say("percept: \(Self.printableLine(text))\n")
    }

    func warning(_ text: String) {
        let text = ParameterFlags.adding(to: text)
        noted.add(text)
        guard !isQuiet else { return }
        say("percept: warning: \(Self.printableLine(text))\n")
    }

    func notice(_ text: String) {
        guard !isQuiet else { return }
        say("percept: \(Self.printableLine(text))\n")
    }

    private func say(_ text: String) {
        guard let turn else { return Self.tell(text) }
        turn.message(text)
    }

    /// Shows how far work is, on a terminal only; `nil` elsewhere, so that nothing is computed for it.
    func progress(_ label: String) -> (@Sendable (Double) -> Void)? {
        guard !isQuiet, isatty(STDERR_FILENO) == 1 else { return nil }
        let label = Self.printableLine(label)
        return { [turn] fraction in
            // Of several inputs at a time it is the first that is watched.
            guard turn?.hasCome ?? true else { return }
            // Back to the start of the line, and erase to its end when done.
            let text = fraction < 1 ? "\r\(label) \(Int(fraction * 100)) %" : "\r\u{1B}[K"
            Self.tell(text)
        }
    }

    /// Replaces control characters other than line breaks and tabs: labels and texts come from outside, and must not control a
    /// terminal.
    static func printable(_ text: String) -> String {
        replacing(text) { $0.isControl && $0 != "\n" && $0 != "\t" }
    }

    /// Replaces control characters, and whatever else breaks a line: names come from outside, and must not pass for lines of
    /// this command.
    static func printableLine(_ text: String) -> String {
        replacing(text) { $0.isControl || $0 == "\u{2028}" || $0 == "\u{2029}" }
    }

    private static func replacing(_ text: String, where isReplaced: (Unicode.Scalar) -> Bool) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isReplaced($0) ? "\u{FFFD}" : $0 }))
    }

    enum Stream {
        case output, errors
    }

    /// Where nobody can be told, there is nothing to do about it.
    static func tell(_ text: String, _ stream: Stream = .errors) {
        _ = writeAll(Array(text.utf8), to: stream == .output ? STDOUT_FILENO : STDERR_FILENO)
    }
}

extension Unicode.Scalar {
    /// C0, DEL and C1.
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}

extension MediaSource {
    /// The name for results that are lines of text.
    var printableName: String { Console.printableLine(name) }
}
