public import ArgumentParser
public import PerceptAudio

extension ResamplingQuality: ExpressibleByArgument {}
extension AudioEncoding.Container: ExpressibleByArgument {}
extension AudioEncoding.SampleFormat: ExpressibleByArgument {}

/// The options for preparing recordings.
struct AudioPreparationOptions: ParsableArguments {
    /// A sample rate, `keep` for that of the source, or a rate of requests: both are called `--rate`.
    enum Rate: ExpressibleByArgument, Equatable {
        case keep
        case hertz(Int)
        case requests(RequestRate)

        init?(argument: String) {
            if argument == "keep" {
                self = .keep
            } else if let rate = RequestRate(argument: argument) {
                self = .requests(rate)
            } else if let hertz = Int(argument), Resampler.sampleRates.contains(hertz) {
                self = .hertz(hertz)
            } else {
                return nil
            }
        }
    }

    enum Channels: String, ExpressibleByArgument, CaseIterable {
        case one = "1"
        case keep
    }

    @Option(
        help: ArgumentHelp(
            "Set the sample rate in Hz (1 to 768000), or keep the source's. With a slash, send at most this many "
                + "requests: 60/min, 5/s or 1000/h. (default: 16000)",
            valueName: "hz|keep|n/unit"), completion: .list(["16000", "keep"]))
    private var rate: [Rate] = []

    @Option(help: "Downmix to one channel according to the channel layout, or keep all channels.")
    var channels = Channels.one

    @Option(
        help: ArgumentHelp(
            "Use one channel and discard the others: a number starting at 1, left, right, center, or a name from the "
                + "channelLayout of inspect --json.",
            valueName: "n|name"), completion: .list(["left", "right", "center"]),
        transform: Self.channelChoice)
    var pickChannel: ChannelChoice?

    @Option(help: "Set the sample format; f32 requires --audio-format wav.")
    var sampleFormat = AudioEncoding.SampleFormat.s16

    @Option(
        help: ArgumentHelp(
            "Add triangular dither (TPDF, ±1 step) before rounding; equal seeds give equal bytes. Off by default.",
            valueName: "seed"))
    var dither: UInt64?

    @Option(help: "Set the file format.")
    var audioFormat = AudioEncoding.Container.flac

    @Option(help: "Set the resampling quality: standard keeps aliases below -110 dB, best below -130 dB.")
    var resampling = ResamplingQuality.standard

    @Flag(
        help: """
            Remove silence (below -50 dBFS RMS over 10 ms in every channel) from both ends, except for a quarter \
            second. Times in results still refer to the source.
            """)
    var trimSilence = false

    @Flag(help: "Scale the whole recording to a peak of -1 dBFS; no limiter is used.")
    var normalize = false

    @Option(help: ArgumentHelp("Reject recordings longer than this, measured after trimming.", valueName: "seconds"))
    var maxDuration: Double?

    @OptionGroup var reading: ReadingOptionGroup

    func validate() throws {
        guard pickChannel == nil || channels != .keep else {
            throw ValidationError("--pick-channel cannot be used with --channels keep")
        }
        if let maxDuration, !(maxDuration > 0 && maxDuration.isFinite) {
            throw ValidationError("invalid value “\(maxDuration)” for --max-duration: must be more than 0")
        }
    }

    private static func channelChoice(_ description: String) throws -> ChannelChoice {
        guard let choice = ChannelChoice(description) else {
            throw ValidationError(
                "expected a number starting at 1, left, right, center, or a name from the channelLayout of "
                    + "inspect --json")
        }
        return choice
    }

    /// The maximum rate of requests, if one was given.
    var requestRate: RequestRate? {
        rate.lazy.compactMap { if case .requests(let rate) = $0 { rate } else { nil } }.last
    }

    /// The sample rate; `nil` keeps that of the source.
    private var sampleRate: Int? {
        for rate in rate.reversed() {
            switch rate {
            case .hertz(let hertz): return hertz
            case .keep: return nil
            case .requests: continue
            }
        }
        return 16_000
    }

    private var preparedChannels: AudioPreparation.Channels {
        if let pickChannel { return .single(pickChannel) }
        return channels == .one ? .mono : .keep
    }

    /// The peak of -1 dBFS: 10^(-1/20).
    private static let normalizedPeak = 0.891_250_938_133_745_6

    func preparation(_ limits: UploadLimitOptions, _ leniency: LeniencyOption) throws -> AudioPreparation {
        AudioPreparation(
            sampleRate: sampleRate, channels: preparedChannels,
            encoding: try AudioEncoding(
                container: audioFormat, sampleFormat: sampleFormat, dither: dither.map { Dither(seed: $0) }),
            resampling: resampling,
            trimming: trimSilence ? SilenceTrimming() : nil, normalizedPeak: normalize ? Self.normalizedPeak : nil,
            maximumByteCount: limits.maxBytes?.value, maximumDuration: maxDuration,
            reading: reading.options(isLenient: leniency.lenient))
    }
}
