import ArgumentParser
import PerceptAudio
import PerceptCore

/// How recordings are read, where their bytes alone do not tell.
struct ReadingOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Takes all bytes for samples without a header, such as s16le:44100:2: sample format, Hz, channels.",
            valueName: "format:hz:channels"),
        transform: Self.rawFormat)
    var raw: RawAudioFormat?

    @Flag(
        help: "Has silence in place of samples that are no finite numbers, and says how many, instead of refusing them."
    )
    var replaceNonFinite = false

    func options(isLenient: Bool) -> ReadingOptions {
        ReadingOptions(rawFormat: raw, replacesNonFinite: replaceNonFinite, isLenient: isLenient)
    }

    private static func rawFormat(_ description: String) throws -> RawAudioFormat {
        guard let format = RawAudioFormat(description) else {
            let formats = PCMSampleFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                """
                “\(description)” states no raw format: write format:hz:channels, such as s16le:44100:2, with one of \(formats).
                """)
        }
        return format
    }
}
