import PerceptCore

/// The command's flags for parameters that the library names at the end of warnings and remedies: "… (crop)".
enum ParameterFlags {
    private static let flags = [
        "isLenient": "--lenient", "crop": "--crop X,Y,WxH", "levels": "--levels auto",
        "longestSide": "--longest-side N",
        "maximumDuration": "--max-duration", "maximumByteCount": "--max-bytes", "chunking": "--chunk SECONDS",
        "trimming": "--trim-silence", "pickedChannel": "--pick-channel left",
        "replacesNonFinite": "--replace-non-finite",
    ]

    /// Returns the text with the flag instead of the parameter, or after the limit.
    static func adding(to text: String) -> String {
        guard let flag = flags.first(where: { text.hasSuffix("(\($0.key))") }) else {
            return ResourceLimits.Name.addingFlag(to: text)
        }
        return "\(text.dropLast(flag.key.count + 2))(\(flag.value))"
    }
}
