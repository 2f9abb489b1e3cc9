public import ArgumentParser
public import PerceptAudio

extension ResamplingQuality: ExpressibleByArgument {}
extension AudioEncoding.Container: ExpressibleByArgument {}
extension AudioEncoding.SampleFormat: ExpressibleByArgument {}

/// What recordings are made into.
struct AudioPreparationOptions: ParsableArguments {
    /// A number, or `keep` for the source's own.
    enum Rate: ExpressibleByArgument, Equatable {
        case keep
        case hertz(Int)

        init?(argument: String) {
            if argument == "keep" {
                self = .keep
            } else if let hertz = Int(argument), Resampler.sampleRates.contains(hertz) {
                self = .hertz(hertz)
            } else {
                return nil
            }
        }

        var defaultValueDescription: String {
            switch self {
            case .keep: "keep"
            case .hertz(let hertz): "\(hertz)"
            }
        }
    }

    enum Channels: String, ExpressibleByArgument, CaseIterable {
        case one = "1"
        case keep
    }

    @Option(help: ArgumentHelp("Sample rate in Hz (1 to 768000), or keep.", valueName: "hz|keep"))
    var rate = Rate.hertz(16_000)

    @Option(help: "One channel, mixed by the layout, or all of them.")
    var channels = Channels.one

    @Option(
        help: ArgumentHelp(
            "One channel as it is, without the others: a number from 1 on, left, right, center, or a name that inspect --json gives.",
            valueName: "n|name"),
        transform: Self.channelChoice)
    var pickChannel: ChannelChoice?

    @Option(help: "Format of the samples; f32 in WAV only.")
    var sampleFormat = AudioEncoding.SampleFormat.s16

    @Option(
        help: ArgumentHelp(
            "Adds triangular noise of one step to either side (TPDF) before rounding; equal seeds give equal bytes. Without it there is none.",
            valueName: "seed"))
    var dither: UInt64?

    @Option(help: "Format of the file.")
    var audioFormat = AudioEncoding.Container.flac

    @Option(help: "standard: aliases below -110 dB; best: below -130 dB.")
    var resampling = ResamplingQuality.standard

    @Flag(
        help: """
            Leaves out silence at both ends: below -50 dBFS RMS in 10 ms of every channel; a quarter second of it stays. \
            Times are still those of the source.
            """)
    var trimSilence = false

    @Flag(help: "One gain for all of it, so that its peak is -1 dBFS; no limiter.")
    var normalize = false

    @Option(help: ArgumentHelp("Refuses what lasts longer, after silence is left out.", valueName: "seconds"))
    var maxDuration: Double?

    @OptionGroup var reading: ReadingOptionGroup

    func validate() throws {
        guard pickChannel == nil || channels != .keep else {
            throw ValidationError("Pass --pick-channel or --channels keep, not both.")
        }
        if let maxDuration, !(maxDuration > 0 && maxDuration.isFinite) {
            throw ValidationError("--max-duration is more than 0.")
        }
    }

    private static func channelChoice(_ description: String) throws -> ChannelChoice {
        guard let choice = ChannelChoice(description) else {
            throw ValidationError(
                "“\(description)” is no channel: write a number from 1 on, left, right, center, or a name that inspect --json gives."
            )
        }
        return choice
    }

    private var preparedChannels: AudioPreparation.Channels {
        if let pickChannel { return .single(pickChannel) }
        return channels == .one ? .mono : .keep
    }

    /// 10^(-1/20).
    private static let normalizedPeak = 0.891_250_938_133_745_6

    func preparation(_ limits: UploadLimitOptions, _ leniency: LeniencyOption) throws -> AudioPreparation {
        var sampleRate: Int?
        if case .hertz(let hertz) = rate { sampleRate = hertz }
        return AudioPreparation(
            sampleRate: sampleRate, channels: preparedChannels,
            encoding: try AudioEncoding(
                container: audioFormat, sampleFormat: sampleFormat, dither: dither.map { Dither(seed: $0) }),
            resampling: resampling,
            trimming: trimSilence ? SilenceTrimming() : nil, normalizedPeak: normalize ? Self.normalizedPeak : nil,
            maximumByteCount: limits.maxBytes?.value, maximumDuration: maxDuration,
            reading: reading.options(isLenient: leniency.lenient))
    }
}
