import ArgumentParser
import Percept
import PerceptBatch

struct Classify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Classify a recording or image.")

    @OptionGroup var input: SourceOptions

    @Option(help: ArgumentHelp("Print at most N classes.", valueName: "n"))
    var top: Int?

    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Recordings") var audio: AudioPreparationOptions
    @OptionGroup(title: "Images") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup(title: "Many inputs") var flow: FlowOptions
    @OptionGroup var requests: RequestFlowOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        if let top, top < 1 { throw ValidationError("invalid value “\(top)” for --top: must be at least 1") }
    }

    func run() async throws {
        let console = Console(general)
        let session = service.session()
        let operation = ClassifyOperation(model: service.model, topCount: top)
        let perceiver = try session.perceiver(
            audio: audio.preparation(limits, image.reading), image: image.preparation(limits), limits: resources.limits)
        let run = try BatchRun(
            input, flow, requests: requests, rate: audio.requestRate, service: session, console: console,
            perceiver: perceiver, settings: [operation]
        ) { _ in operation }
        let isSingle = input.inputs.isSingle
        try await run.run { classification, members in
            let prefix = isSingle ? "" : "\(Console.printableLine(classification.file)): "
            let lines = classification.text.split(separator: "\n").map { prefix + $0 }
            try console.report(classification, text: lines.joined(separator: "\n"), members)
        }
    }
}
