import PerceptCore

extension AccessToken {
    /// Looks for a token in the standard places, in this order: `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`, the file
    /// `HF_TOKEN_PATH`, `$HF_HOME/token`, `${XDG_CACHE_HOME:-~/.cache}/huggingface/token`, `~/.huggingface/token`.
    ///
    /// White space is trimmed and empty values are skipped. If `HF_HUB_DISABLE_IMPLICIT_TOKEN` is set to a true value
    /// (`1`, `ON`, `YES`, `TRUE`), the result is `nil`.
    ///
    /// - Parameter environment: The environment variables; `nil` for those of the process.
    /// - Throws: ``InferenceError`` `.tokenRefused` if the first token found is malformed.
    public static func discover(
        environment: [String: String]? = nil
    ) throws(InferenceError) -> AccessToken? {
        try discover(
            environment: environment ?? ProcessEnvironment.variables,
            homeDirectory: ProcessEnvironment.homeDirectory)
    }

    /// Looks for a token with another replacement for `~` and another way to read files.
    package static func discover(
        environment: [String: String], homeDirectory: String,
        readFile: (_ path: String) -> String? = Self.contents(ofFileAt:)
    ) throws(InferenceError) -> AccessToken? {
        let disabled = environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"]?.uppercased() ?? ""
        if ["1", "ON", "YES", "TRUE"].contains(disabled) { return nil }

        for variable in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
            if let token = try found(environment[variable], in: variable) { return token }
        }
        func directory(_ variable: String) -> String? {
            environment[variable].map { expandingTilde($0, homeDirectory) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        let cache = directory("XDG_CACHE_HOME") ?? "\(homeDirectory)/.cache"
        let paths = [
            directory("HF_TOKEN_PATH"), directory("HF_HOME").map { "\($0)/token" }, "\(cache)/huggingface/token",
            "\(homeDirectory)/.huggingface/token",
        ]
        for case let path? in paths {
            if let token = try found(readFile(path), in: path) { return token }
        }
        return nil
    }

    /// Reads a token from a file.
    ///
    /// - Throws: ``InferenceError`` `.tokenRefused` if the file cannot be read or contains no well-formed token.
    public init(fileAt path: String) throws(InferenceError) {
        guard let contents = Self.contents(ofFileAt: path) else {
            throw InferenceError(
                .tokenRefused, problem: "cannot read the token file \(path)",
                remedy: "check the path and its permissions")
        }
        try self.init(contents, source: path)
    }

    /// Returns the text of a file, or `nil` if it cannot be read, is not a regular file, or is far too large to be a
    /// token.
    package static func contents(ofFileAt path: String) -> String? {
        guard let file = try? InputFile(path: path), file.byteCount <= 65_536,
            let bytes = try? file.read(at: 0, count: file.byteCount)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func found(_ text: String?, in source: String) throws(InferenceError) -> AccessToken? {
        guard let text, !text.trimmed.isEmpty else { return nil }
        return try AccessToken(text, source: source)
    }

    private static func expandingTilde(_ path: String, _ homeDirectory: String) -> String {
        let path = path.trimmed
        return path == "~" || path.hasPrefix("~/") ? homeDirectory + path.dropFirst() : path
    }
}
