import ArgumentParser
import Percept
import PerceptCore
import PerceptInference

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
        try await Batch.run(input.files, console, service: session) { source in
            let perceiver = try session.perceiver(
                audio: audio.preparation(limits, image.reading), image: image.preparation(limits),
                limits: resources.limits, console: console)
            let classification = try await perceiver.classify(source, model: service.model, topCount: top)
            for warning in classification.warnings { console.warning("\(source.name): \(warning)") }
            let prefix = input.files.count > 1 ? "\(source.printableName): " : ""
            try Self.report(classification, source.name, prefix: prefix, console)
        }
    }

    private static func report(
        _ classification: Classification, _ name: String, prefix: String, _ console: Console
    ) throws {
        let receipt = try JSONValue(encoding: classification.receipt)
        try console.result(
            classification.classes.map { "\(prefix)\(scoreText($0.score))  \($0.label)" }.joined(separator: "\n"),
            json: [
                "file": .string(name),
                "classes": .array(
                    classification.classes.map { ["label": .string($0.label), "score": .number($0.score)] }),
                "sent": classification.sent.json, "receipt": receipt,
            ])
    }
}
