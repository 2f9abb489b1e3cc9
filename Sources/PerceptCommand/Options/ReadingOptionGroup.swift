import ArgumentParser
import PerceptAudio
import PerceptCore

/// The options for reading recordings.
struct ReadingOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the input as raw samples without a header: sample format, sample rate in Hz and number of "
                + "channels, such as s16le:44100:2.",
            valueName: "format:hz:channels"),
        transform: Self.rawFormat)
    var raw: RawAudioFormat?

    @Flag(help: "Replace NaN and infinite samples with silence and report how many, instead of failing.")
    var replaceNonFinite = false

    func options(isLenient: Bool) -> ReadingOptions {
        ReadingOptions(rawFormat: raw, replacesNonFinite: replaceNonFinite, isLenient: isLenient)
    }

    private static func rawFormat(_ description: String) throws -> RawAudioFormat {
        guard let format = RawAudioFormat(description) else {
            let formats = PCMSampleFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                """
                expected format:hz:channels, such as s16le:44100:2, where format is one of \(formats)
                """)
        }
        return format
    }
}

/// The option for reading damaged inputs.
struct LeniencyOption: ParsableArguments {
    @Flag(
        help: """
            Decode the intact part of a damaged recording or image and report how much is missing, instead of failing. \
            Missing parts of a recording become silence.
            """)
    var lenient = false
}
