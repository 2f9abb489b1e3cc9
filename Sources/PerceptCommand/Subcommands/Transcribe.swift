import ArgumentParser
import Percept
import PerceptBatch
import PerceptAudio
import PerceptInference

struct Transcribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Transcribe speech.")

    /// The output formats, separated by commas.
    struct Formats: ExpressibleByArgument, Equatable {
        var formats: [TranscriptFiles.Format]

        init?(argument: String) {
            formats = []
            for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
                guard let format = name == "text" ? .txt : TranscriptFiles.Format(rawValue: String(name)) else {
                    return nil
                }
                if !formats.contains(format) { formats.append(format) }
            }
        }

        static let text = Formats(argument: "text")
        static var allValueStrings: [String] { ["text", "json", "srt", "vtt"] }

        var haveTimes: Bool { formats.contains(.srt) || formats.contains(.vtt) }
    }

    /// The parts of the text that get timestamps.
    enum Timestamps: String, ExpressibleByArgument, CaseIterable {
        case chunk, word

        var wire: AutomaticSpeechRecognition.Timestamps { self == .word ? .words : .enabled(true) }
    }

    @OptionGroup var input: SourceOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write the transcript to this file; with several inputs or formats, a folder; - is standard output.",
            valueName: "out"), completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Set the output format, with -o several separated by commas: text (or txt), json, srt, vtt. The last two "
                + "request word timestamps. (default: text)",
            valueName: "formats"), completion: .list(Formats.allValueStrings))
    var format: Formats?

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
            valueName: "seconds|none"), completion: .list(["none", "30", "300"]))
    var chunk = ChunkLength.none

    @Option(
        help: ArgumentHelp(
            "Draw the waveform and spectrogram with the text above them to this file; with several inputs, a folder.",
            valueName: "out.png"), completion: .file())
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

    private var isWritten: Bool { output != nil && output != "-" }
    private var formats: [TranscriptFiles.Format] { format?.formats ?? [.txt] }

    func validate() throws {
        guard !isWritten else { return }
        guard formats.count == 1 else { throw ValidationError("several formats require -o") }
        guard format?.haveTimes != true || input.inputs.isSingle || general.json else {
            throw ValidationError("subtitles of several inputs require -o: a folder with one file for each")
        }
    }

    func run() async throws {
        var general = general
        if formats == [.json], !isWritten { general.json = true }
        let formats = formats
        let console = Console(general)
        let drawings = try SoundDrawings(
            both: picture, input, protecting: input.inputs.namedFiles, style: pictures.style)
        let naming = try isWritten ? output.map { try OutputNaming($0, input, isFolder: formats.count > 1) } : nil
        let session = service.session()
        var perceiver = try session.perceiver(audio: audio.preparation(limits, leniency), limits: resources.limits)
        perceiver.chunking = chunk.chunking
        let template = TranscribeOperation(
            model: service.model,
            timestamps: timestamps?.wire ?? (format?.haveTimes != true && picture == nil ? nil : .words))
        let run = try BatchRun(
            input, flow, requests: requests, rate: audio.requestRate, service: session, console: console,
            perceiver: perceiver, progress: "transcribing",
            settings: [template, picture as Any, output as Any, formats]
        ) { item in
            var operation = template
            operation.drawing = try drawings.drawings(for: item).first
            operation.files.protectedPaths = item.protectedPaths
            for format in formats {
                operation.files.paths[format] = try naming?.output(for: item) { format.rawValue }
            }
            return operation
        }
        let isSingle = input.inputs.isSingle
        try await run.run { transcript, members in
            var extra = members
            extra["error"] = IncompleteResult.worst(transcript.failures)?.errorJSON
            guard !console.isJSON, naming == nil else {
                let text = "\(Console.printableLine(transcript.file))\(outputText(transcript.files))"
                return try console.report(transcript, text: text, extra)
            }
            if formats == [.txt] {
                let header = isSingle ? "" : "==> \(Console.printableLine(transcript.file)) <==\n"
                try console.report(transcript, text: header + transcript.text, extra)
            } else {
                console.warnings(transcript)
                try console.raw(transcript.contents(as: formats[0]))
            }
        }
    }
}
