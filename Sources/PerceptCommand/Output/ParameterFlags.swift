import PerceptCore

/// The command's flags for parameters that the library names at the end of warnings and remedies: "… (crop)".
enum ParameterFlags {
    private static let flags = [
        "isLenient": "--lenient", "crop": "--crop X,Y,WxH", "levels": "--levels auto",
        "longestSide": "--longest-side N", "maximumByteCount": "--max-bytes", "maximumDuration": "--max-duration",
        "chunking": "--chunk SECONDS", "trimming": "--trim-silence", "pickedChannel": "--pick-channel left",
        "replacesNonFinite": "--replace-non-finite", "sampleRate": "--rate 16000", "channels": "--channels 1",
        "sampleFormat": "--sample-format s16", "image": "--image", "rescalingMismatch": "--rescale-masks",
        "recordingByteCount": "--recording-bytes",
    ]

    /// Returns the text with the flag instead of the parameter, or after the limit.
    static func adding(to text: String) -> String {
        guard let flag = flags.first(where: { text.hasSuffix("(\($0.key))") }) else {
            return ResourceLimits.Name.addingFlag(to: text)
        }
        return "\(text.dropLast(flag.key.count + 2))(\(flag.value))"
    }
}
