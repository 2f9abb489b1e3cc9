import PerceptCore

/// The command's flags for parameters that the library names at the end of warnings and remedies: "… (crop)".
enum ParameterFlags {
    private static let flags = [
        "isLenient": "--lenient", "crop": "--crop X,Y,WxH", "levels": "--levels auto",
        "chunking": "--chunk SECONDS", "sampleRate": "--rate 16000", "channels": "--channels 1",
        "sampleFormat": "--sample-format s16", "maximumByteCount": "--max-bytes", "longestSide": "--longest-side",
        "image": "--image", "rescalingMismatch": "--rescale-masks", "recordingByteCount": "--recording-bytes",
    ]

    /// Returns the text with the flag instead of the parameter, or after the limit.
    static func adding(to text: String) -> String {
        guard let flag = flags.first(where: { text.hasSuffix("(\($0.key))") }) else {
            return ResourceLimits.Name.addingFlag(to: text)
        }
        return "\(text.dropLast(flag.key.count + 2))(\(flag.value))"
    }
}
