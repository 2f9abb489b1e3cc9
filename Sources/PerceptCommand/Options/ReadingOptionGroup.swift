import ArgumentParser
import PerceptAudio
import PerceptCore

/// The options for reading recordings.
struct ReadingOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the input as raw samples without a header: sample format, sample rate in Hz and number of "
                + "channels, such as s16le:44100:2. mulaw, alaw (both 8000 Hz and one channel unless given), gsm (full "
                + "rate, 8000 Hz unless given) and g722 (16000 Hz; requires ffmpeg) may stand alone, such as "
                + "mulaw:8000.",
            valueName: "format:hz:channels"),
        completion: .list(RawAudioFormat.Encoding.all.map(\.name)), transform: Self.rawFormat)
    var raw: RawAudioFormat?

    @Option(
        help: ArgumentHelp(
            "Read this audio track of a file with several: a number starting at 1, default for the one that the file "
                + "marks as default, or a language code such as eng or en. Without it, the first is read, with a "
                + "warning that lists them.",
            valueName: "n|default|language"),
        completion: .list(["default"] + AudioTrackChoice.commonLanguages), transform: Self.audioTrack)
    var audioTrack: AudioTrackChoice?

    @Flag(help: "Replace NaN and infinite samples with silence and report how many, instead of failing.")
    var replaceNonFinite = false

    func options(isLenient: Bool) -> ReadingOptions {
        ReadingOptions(
            rawFormat: raw, audioTrack: audioTrack, replacesNonFinite: replaceNonFinite, isLenient: isLenient)
    }

    private static func rawFormat(_ description: String) throws -> RawAudioFormat {
        do throws(RawAudioFormat.Invalid) {
            return try RawAudioFormat(parsing: description)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private static func audioTrack(_ description: String) throws -> AudioTrackChoice {
        guard let choice = AudioTrackChoice(description) else {
            throw ValidationError("expected a number starting at 1, default, or a language code such as eng or en")
        }
        return choice
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
