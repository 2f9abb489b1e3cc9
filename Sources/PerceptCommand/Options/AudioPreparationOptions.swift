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

    @Option(help: "Format of the samples; f32 in WAV only.")
    var sampleFormat = AudioEncoding.SampleFormat.s16

    @Option(help: "Format of the file.")
    var audioFormat = AudioEncoding.Container.flac

    @Option(help: "standard: aliases below -110 dB; best: below -130 dB.")
    var resampling = ResamplingQuality.standard

    func preparation() throws -> AudioPreparation {
        var sampleRate: Int?
        if case .hertz(let hertz) = rate { sampleRate = hertz }
        return AudioPreparation(
            sampleRate: sampleRate, channels: channels == .one ? .mono : .keep,
            encoding: try AudioEncoding(container: audioFormat, sampleFormat: sampleFormat), resampling: resampling)
    }
}
