import ArgumentParser
import Percept
import PerceptBatch
import PerceptAudio
import PerceptInference

struct Transcribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Transcribe speech.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, srt, vtt

        var subtitles: Transcript.SubtitleFormat? { Transcript.SubtitleFormat(rawValue: rawValue) }
    }

    /// The parts of the text that get timestamps.
    enum Timestamps: String, ExpressibleByArgument, CaseIterable {
        case chunk, word

        var wire: AutomaticSpeechRecognition.Timestamps { self == .word ? .words : .enabled(true) }
    }

    @OptionGroup var input: SourceOptions

    @Option(help: "Set the output format; srt and vtt request word timestamps.")
    var format = Format.text

    @Option(help: "Request timestamps of phrases (chunk) or words.")
    var timestamps: Timestamps?

    /// A number of seconds, or `none` for the whole recording at once.
    enum ChunkLength: ExpressibleByArgument, Equatable {
        case none
        case seconds(Double)

        init?(argument: String) {
            if argument == "none" {
                self = .none
            } else if let seconds = Double(argument), seconds.isFinite,
                seconds >= AudioChunking.shortestChunkDuration
            {
                self = .seconds(seconds)
            } else {
                return nil
            }
        }

        var defaultValueDescription: String {
            switch self {
            case .none: "none"
            case .seconds(let seconds): "\(seconds)"
            }
        }

        var chunking: AudioChunking? {
            if case .seconds(let seconds) = self { AudioChunking(maximumChunkDuration: seconds) } else { nil }
        }
    }

    @Option(
        help: ArgumentHelp(
            "Split longer recordings into chunks of at most this many seconds (1 or more), in pauses if possible.",
            valueName: "seconds|none"))
    var chunk = ChunkLength.none

    @Option(
        help: ArgumentHelp(
            "Draw the waveform and spectrogram with the text above them to this file; with several inputs, a folder.",
            valueName: "out.png"))
    var picture: String?
    @OptionGroup var pictures: SoundPictureOptions

    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Recordings") var audio: AudioPreparationOptions
    @OptionGroup var leniency: LeniencyOption
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup(title: "Many inputs") var flow: FlowOptions
    @OptionGroup var requests: RequestFlowOptions
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        var general = general
        if format == .json { general.json = true }
        let console = Console(general)
        let drawings = SoundDrawings(both: picture, input, protecting: input.sources, style: pictures.style)
        let session = service.session()
        var perceiver = try session.perceiver(audio: audio.preparation(limits, leniency), limits: resources.limits)
        perceiver.chunking = chunk.chunking
        let template = TranscribeOperation(
            model: service.model,
            timestamps: timestamps?.wire ?? (format.subtitles == nil && picture == nil ? nil : .words))
        let run = try BatchRun(
            input, flow, requests: requests, rate: audio.requestRate, service: session, console: console,
            perceiver: perceiver, progress: "transcribing", settings: [template, picture]
        ) { item in
            var operation = template
            operation.drawing = try drawings.drawings(for: item).first
            return operation
        }
        let isSingle = input.inputs.isSingle
        try await run.run { transcript, members in
            if let subtitles = format.subtitles, !console.isJSON {
                console.warnings(transcript)
                try console.raw(transcript.subtitles(subtitles))
            } else {
                let prefix = isSingle ? "" : "\(transcript.file): "
                var extra = members
                extra["error"] = IncompleteResult.worst(transcript.failures)?.errorJSON
                try console.report(transcript, text: prefix + transcript.text, extra)
            }
        }
    }
}
