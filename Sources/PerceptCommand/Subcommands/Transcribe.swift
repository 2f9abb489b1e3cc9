import ArgumentParser
import Percept
import PerceptAudio
import PerceptCore
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

    @OptionGroup var input: InputOptions

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
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        var general = general
        if format == .json { general.json = true }
        let console = Console(general)
        var output = SoundPictureOutput(
            waveform: picture, spectrogram: picture, inputs: input.files, style: pictures.style)
        let session = service.session()
        let timestampForms = AgreedTimestampForms()
        try await Batch.run(input.files, console, service: session) { source in
            let plan = try output.plan(for: source, limits: resources.limits)
            var perceiver = try session.perceiver(
                audio: audio.preparation(limits, leniency), limits: resources.limits, console: console)
            perceiver.chunking = chunk.chunking
            perceiver.timestampForms = timestampForms
            let transcript = try await perceiver.transcribe(
                source, model: service.model,
                timestamps: timestamps?.wire ?? (format.subtitles == nil && picture == nil ? nil : .words),
                progress: chunk == .none ? nil : console.progress("transcribing \(source.name)"))
            for warning in transcript.warnings { console.warning("\(source.name): \(warning)") }
            if picture != nil {
                let analysis = try await SoundAnalysis.analyzing(
                    source, reading: audio.reading.options(isLenient: leniency.lenient), parts: plan.parts,
                    columnCount: plan.columnCount, limits: resources.limits)
                try plan.write(analysis, spans: transcript.spans, limits: resources.limits)
            }
            if let subtitles = format.subtitles, !console.isJSON {
                try console.raw(transcript.subtitles(subtitles))
            } else {
                try printResult(transcript, of: source, picture: plan.pictures.first?.path, console)
            }
            try IncompleteResult.check(transcript.gaps.compactMap(\.error))
        }
    }

    private func printResult(
        _ transcript: Transcript, of source: MediaSource, picture: String?, _ console: Console
    ) throws {
        let prefix = input.files.count > 1 ? "\(source.name): " : ""
        var json = try Self.json(source.name, transcript)
        if let picture { json["picture"] = .string(picture) }
        try console.result(prefix + transcript.text, json: json)
    }

    private static func json(_ name: String, _ transcript: Transcript) throws -> JSONObject {
        var object: JSONObject = ["file": .string(name), "text": .string(transcript.text)]
        if transcript.uploads.count > 1 {
            object["uploads"] = .array(try transcript.uploads.map { try JSONValue(encoding: $0) })
        }
        object["sent"] = transcript.sent?.json
        object["receipt"] = try JSONValue(encoding: transcript.receipt)
        if !transcript.warnings.isEmpty { object["warnings"] = transcript.warnings.json }
        if !transcript.chunks.isEmpty {
            object["chunks"] = .array(
                transcript.chunks.map { chunk in
                    ["text": .string(chunk.text), "timestamp": [.number(chunk.start), .number(chunk.end)]]
                })
        }
        guard !transcript.gaps.isEmpty else { return object }
        object["gaps"] = .array(
            transcript.gaps.map { gap in
                ["timestamp": [.double(gap.start), .double(gap.end)], "reason": .string(gap.reason)]
            })
        if let failure = IncompleteResult.worst(transcript.gaps.compactMap(\.error)) {
            object["error"] = failure.errorJSON
        }
        return object
    }
}
