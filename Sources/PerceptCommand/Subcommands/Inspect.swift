import ArgumentParser
import Percept
import PerceptBatch
import PerceptAudio
import PerceptCore
import PerceptInference

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Describe a recording or image.")

    @OptionGroup var input: SourceOptions
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Check whether a service accepts the file unchanged: \(Self.profileNames).", valueName: "profile"),
        completion: .list(ServiceProfile.all.map(\.name)))
    var profile: String?

    @Option(
        help: ArgumentHelp(
            "Draw the waveform to this file; with several inputs, a folder. The same path as --spectrogram draws both "
                + "into one image.",
            valueName: "out.png"), completion: .file())
    var waveform: String?
    @Option(
        help: ArgumentHelp(
            "Draw the spectrogram to this file; with several inputs, a folder.", valueName: "out.png"),
        completion: .file())
    var spectrogram: String?
    @Option(
        help: ArgumentHelp(
            "Draw a saved transcript, or events with label, start and end in seconds, above the waveform or "
                + "spectrogram.",
            valueName: "file.json"), completion: .file(extensions: ["json"]))
    var spans: String?
    @OptionGroup var pictures: SoundPictureOptions

    @OptionGroup(title: "Recordings") var reading: ReadingOptionGroup
    @OptionGroup var leniency: LeniencyOption
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup(title: "Many inputs") var flow: FlowOptions
    @OptionGroup var general: GeneralOptions

    private static var profileNames: String { ServiceProfile.all.map(\.name).joined(separator: ", ") }

    func validate() throws {
        if let profile, ServiceProfile.named(profile) == nil {
            throw ValidationError("unknown profile “\(profile)”: choose one of \(Self.profileNames)")
        }
        if spans != nil, !input.inputs.isSingle { throw ValidationError("--spans accepts only one input") }
        if spans != nil, waveform == nil, spectrogram == nil {
            throw ValidationError("--spans requires --waveform or --spectrogram")
        }
    }

    func run() async throws {
        let console = Console(general)
        let drawings = try SoundDrawings(
            waveform: waveform, spectrogram: spectrogram, input,
            protecting: input.inputs.namedFiles + [spans].compactMap(\.self), style: pictures.style)
        let perceiver = Perceiver(
            client: InferenceClient(token: nil),
            audioPreparation: AudioPreparation(reading: reading.options(isLenient: leniency.lenient)),
            limits: resources.limits)
        let template = InspectOperation(
            profile: profile.flatMap(ServiceProfile.named),
            spans: try spans.map { try SavedResponse(.file($0)).spans() } ?? [])
        let run = try BatchRun(
            input, flow, console: console, perceiver: perceiver,
            settings: [template, waveform as Any, spectrogram as Any]
        ) { item in
            var operation = template
            operation.drawings = try drawings.drawings(for: item)
            return operation
        }
        try await run.run { try console.report($0, $1) }
    }
}
