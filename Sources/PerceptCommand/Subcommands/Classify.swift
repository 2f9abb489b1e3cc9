import ArgumentParser
import Percept

struct Classify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Classify a recording or image.")

    @OptionGroup var input: InputOptions

    @Option(help: ArgumentHelp("Print at most N classes.", valueName: "n"))
    var top: Int?

    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Recordings") var audio: AudioPreparationOptions
    @OptionGroup(title: "Images") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        if let top, top < 1 { throw ValidationError("invalid value “\(top)” for --top: must be at least 1") }
    }

    func run() async throws {
        let console = Console(general)
        let session = service.session()
        let operation = ClassifyOperation(model: service.model, topCount: top)
        try await Batch.run(input.files, console, service: session) { source in
            let perceiver = try session.perceiver(
                audio: audio.preparation(limits, image.reading), image: image.preparation(limits),
                limits: resources.limits, console: console)
            let classification = try await perceiver.perform(operation, on: source)
            let prefix = input.files.count > 1 ? "\(source.printableName): " : ""
            let lines = classification.text.split(separator: "\n").map { prefix + $0 }
            try console.report(classification, text: lines.joined(separator: "\n"))
        }
    }
}
