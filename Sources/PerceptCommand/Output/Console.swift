import Percept
import PerceptBatch
import PerceptCore
import PerceptInference
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Prints results to standard output and everything else to standard error.
struct Console: Sendable {
    let isJSON: Bool
    let isQuiet: Bool

    init(_ options: GeneralOptions) {
        isJSON = options.json
        isQuiet = options.quiet
    }

    /// Prints the warnings and the result about one source.
    ///
    /// - Parameters:
    ///   - text: the text for people; by default that of the result.
    ///   - extra: members to add to the JSON; see `JSONObject.adding(_:)`.
    /// - Throws: ``MediaError`` `.inputOutput` if it cannot be written.
    func report(
        _ result: some PrintableResult, text: String? = nil, _ extra: JSONObject = [:]
    ) throws(MediaError) {
        let result = result.naming(\.flag)
        try report(result, json: result.json.adding(extra), text: text ?? result.text)
    }

    /// Prints the warnings about one source, and JSON or text about it; the JSON gets the warnings.
    func report(_ result: some PerceptResult, json: JSONObject, text: String) throws(MediaError) {
        warnings(result)
        var json = json
        json["warnings"] = .array(result.warnings.map { .string($0.naming(\.flag).text) })
        try self.result(text, json: json)
    }

    /// Prints the warnings about one source.
    func warnings(_ result: some PerceptResult) {
        for warning in result.warnings { self.warning(warning.about(result.file)) }
    }

    /// Prints a result: `json` on one line if JSON was requested, otherwise `text`.
    ///
    /// - Throws: ``MediaError`` `.inputOutput` if it cannot be written.
    func result(
        _ text: @autoclosure () -> String, json: @autoclosure () -> JSONObject
    ) throws(MediaError) {
        let line =
            isJSON
            ? JSONValue.object(json()).serialized() : Self.printable(text()).fileNameBytes
        try Self.writeResult(line + [UInt8(ascii: "\n")])
    }

    /// Prints text unchanged, for a file or a pipe.
    ///
    /// - Throws: ``MediaError`` `.inputOutput` if it cannot be written.
    func raw(_ text: String) throws(MediaError) {
        try Self.writeResult(Array(text.utf8))
    }

    /// Writes a result; a closed pipe is not an error, since its reader has seen what it wanted.
    static func writeResult(_ bytes: [UInt8]) throws(MediaError) {
        let failure = shownProgress.withLock { shown in
            if let shown, isatty(STDOUT_FILENO) == 1 {
                _ = writeAll(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
                defer { _ = writeAll(shown.fileNameBytes, to: STDERR_FILENO) }
                return writeAll(bytes, to: STDOUT_FILENO)
            }
            return writeAll(bytes, to: STDOUT_FILENO)
        }
        guard let failure, failure != EPIPE else { return }
        throw .writing("standard output", failure)
    }

    /// A Boolean value that indicates whether standard output still has a reader; `false` for a closed pipe.
    static var hasReader: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) <= 0 || output.revents & Int16(POLLERR | POLLHUP) == 0
    }

    func error(_ text: String) {
        Self.tell("percept: \(Self.printableLine(text))\n")
    }

    /// Prints a warning with the flag of its parameter.
    func warning(_ warning: Warning) {
        guard !isQuiet else { return }
        Self.tell("percept: warning: \(Self.printableLine(warning.naming(\.flag).text))\n")
    }

    func notice(_ text: String) {
        guard !isQuiet else { return }
        Self.tell("percept: \(Self.printableLine(text))\n")
    }

    /// True if standard error is a terminal on which progress is shown.
    var showsProgress: Bool { !isQuiet && isatty(STDERR_FILENO) == 1 }

    /// Returns a closure that shows progress on a terminal; `nil` elsewhere, so that no progress is computed.
    func progress(_ label: String) -> (@Sendable (Double) -> Void)? {
        guard showsProgress else { return nil }
        let label = Self.printableLine(label)
        return { fraction in Self.show(progress: fraction < 1 ? "\(label) \(Int(fraction * 100)) %" : nil) }
    }

    /// The line of progress at the bottom of the terminal.
    private static let shownProgress = Mutex<String?>(nil)

    /// Replaces the line of progress on the terminal; `nil` removes it.
    static func show(progress: String?) {
        shownProgress.withLock { shown in
            guard progress != shown else { return }
            shown = progress
            _ = writeAll("\r\u{1B}[K\(progress ?? "")".fileNameBytes, to: STDERR_FILENO)
        }
    }

    /// Replaces control characters other than line breaks and tabs, so that labels and texts from outside cannot
    /// control a terminal.
    static func printable(_ text: String) -> String {
        replacing(text) { $0.isControl && $0 != "\n" && $0 != "\t" }
    }

    /// Replaces control characters and line breaks of any kind, so that names from outside cannot pass for lines of
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

    /// Writes text; failures are ignored, since there is nowhere to report them.
    static func tell(_ text: String, _ stream: Stream = .errors) {
        shownProgress.withLock { shown in
            // The line of progress makes way, and is shown again below the text.
            let (before, after) = shown.map { ("\r\u{1B}[K", $0) } ?? ("", "")
            _ = writeAll((before + text + after).fileNameBytes, to: stream == .output ? STDOUT_FILENO : STDERR_FILENO)
        }
    }
}

extension Unicode.Scalar {
    /// A Boolean value that indicates whether this is a control character: C0, DEL or C1, or a byte of a file name that
    /// is one in Latin-1.
    fileprivate var isControl: Bool {
        properties.generalCategory == .control || nameByte.map { $0 < 0xA0 } ?? false
    }
}

extension MediaSource {
    /// The name without control characters and line breaks, for results that are lines of text.
    var printableName: String { Console.printableLine(name) }
}
