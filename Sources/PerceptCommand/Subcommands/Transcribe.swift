import ArgumentParser
import Percept
import PerceptCore
import PerceptInference

struct Transcribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Turns speech into text.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, srt, vtt

        var subtitles: Transcript.SubtitleFormat? { Transcript.SubtitleFormat(rawValue: rawValue) }
    }

    /// Which pieces of the text get times.
    enum Timestamps: String, ExpressibleByArgument, CaseIterable {
        case chunk, word

        var wire: AutomaticSpeechRecognition.Timestamps { self == .word ? .words : .enabled(true) }
    }

    @OptionGroup var input: InputOptions

    @Option(help: "How the transcript is printed; srt and vtt ask for times.")
    var format = Format.text

    @Option(help: "Asks for the times of phrases or of words.")
    var timestamps: Timestamps?

    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup(title: "Recordings") var audio: AudioPreparationOptions
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        var general = general
        if format == .json { general.json = true }
        let console = Console(general)
        try await Batch.run(input.files, console) { source in
            let perceiver = try service.perceiver(audio: audio.preparation(), console: console)
            let transcript = try await perceiver.transcribe(
                source, model: service.model,
                timestamps: timestamps?.wire ?? (format.subtitles == nil ? nil : .enabled(true)))
            for warning in transcript.warnings { console.warning("\(source.name): \(warning)") }
            if let subtitles = format.subtitles, !console.isJSON {
                console.raw(transcript.subtitles(subtitles))
                return
            }
            let prefix = input.files.count > 1 ? "\(source.name): " : ""
            console.result(prefix + transcript.text, json: Self.json(source.name, transcript))
        }
    }

    private static func json(_ name: String, _ transcript: Transcript) -> JSONObject {
        var object: JSONObject = ["file": .string(name), "text": .string(transcript.text)]
        guard !transcript.chunks.isEmpty else { return object }
        object["chunks"] = .array(
            transcript.chunks.map { chunk in
                ["text": .string(chunk.text), "timestamp": [.number(chunk.start), .number(chunk.end)]]
            })
        return object
    }
}
