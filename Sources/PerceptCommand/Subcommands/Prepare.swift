import ArgumentParser
import Percept
import PerceptCore
import PerceptInference

struct Prepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert a recording or image into the upload an endpoint expects, without sending it.")

    @OptionGroup var input: InputOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Write the upload to this file; with several inputs, a folder.", valueName: "out"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Write the receipt, which maps the upload back to the source, to this file.", valueName: "file.json"))
    var receipt: String?

    @Option(
        help: ArgumentHelp(
            "Draw a recording before and after preparation to this file; with several inputs, a folder.",
            valueName: "out.png"))
    var beforeAfter: String?
    @OptionGroup var pictures: SoundPictureOptions

    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Recordings") var audio: AudioPreparationOptions
    @OptionGroup(title: "Images") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        if receipt != nil, input.files.count > 1 {
            throw ValidationError("--receipt accepts only one input; with several, --json prints all receipts")
        }
    }

    func run() async throws {
        let console = Console(general)
        var naming = OutputNaming(output, inputs: input.files)
        var drawings = SoundDrawings(
            both: beforeAfter, inputs: input.files, protecting: input.files, style: pictures.style)
        let planning = { (source: MediaSource) in
            let perceiver = Perceiver(
                client: InferenceClient(token: nil), audioPreparation: try audio.preparation(limits, image.reading),
                imagePreparation: image.preparation(limits), limits: resources.limits)
            let path = try naming.output(for: source) { try perceiver.uploadExtension(for: source) }
            let operation = PrepareOperation(
                output: path, receiptPath: receipt, beforeAfter: try drawings.drawings(for: source).first)
            return (operation: operation, perceiver: perceiver)
        }
        try await Batch.runSideBySide(input.files, console, planning: planning) { source, plan, console in
            let progress = console.progress("preparing \(source.name)")
            try console.report(try await plan.perceiver.perform(plan.operation, on: source, progress: progress))
        }
    }
}
