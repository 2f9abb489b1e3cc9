import ArgumentParser
import Percept
import PerceptBatch
import PerceptCore
import PerceptInference

struct Prepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert a recording or image into the upload an endpoint expects, without sending it.")

    @OptionGroup var input: SourceOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write the upload to this file; with several inputs, a folder; - is standard output.", valueName: "out"),
        completion: .file())
    var output: String

    @Option(
        help: ArgumentHelp(
            "Write the receipt, which maps the upload back to the source, to this file.", valueName: "file.json"),
        completion: .file())
    var receipt: String?

    @Option(
        help: ArgumentHelp(
            "Write WebDataset shards into the folder -o: tar archives of this many samples (10000) or of at most this "
                + "size (1G). A result is printed when its shard is complete.",
            valueName: "n|size"))
    var shards: ShardWriter.Limit?

    @Option(
        help: ArgumentHelp(
            "Draw a recording before and after preparation to this file; with several inputs, a folder.",
            valueName: "out.png"), completion: .file())
    var beforeAfter: String?
    @OptionGroup var pictures: SoundPictureOptions

    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Recordings") var audio: AudioPreparationOptions
    @OptionGroup(title: "Images") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup(title: "Many inputs") var flow: FlowOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        guard audio.requestRate == nil else {
            throw ValidationError("a rate of requests requires a verb that accepts several inputs and sends them")
        }
        if shards != nil {
            guard !input.isWorker else {
                throw ValidationError("a worker answers each line at once, but a shard appears when it is complete")
            }
            guard output != "-" else { throw ValidationError("--shards requires a folder for -o") }
            guard receipt == nil else { throw ValidationError("--receipt and --shards: shards have the receipts") }
            guard flow.ledger == nil else {
                throw ValidationError(
                    "--ledger and --shards cannot be combined: a shard is complete or absent; use --share for parts")
            }
        }
        try OutputTarget.validate(output, input, isJSON: general.json)
        if receipt != nil, !input.inputs.isSingle {
            throw ValidationError("--receipt accepts only one input; with several, --json prints all receipts")
        }
    }

    func run() async throws {
        let console = Console(general)
        let sharded = try flow.dryRun ? nil : shards.map { try ShardedOutput(output, $0, input, console) }
        let target = try sharded == nil ? OutputTarget(output, input) : nil
        let upload = sharded?.naming
        if let receipt { try input.identities.checkReplaced(by: receipt) }
        let drawings = try SoundDrawings(
            both: beforeAfter, input, protecting: input.inputs.namedFiles, style: pictures.style)
        let perceiver = Perceiver(
            client: InferenceClient(token: nil), audioPreparation: try audio.preparation(limits, image.reading),
            imagePreparation: image.preparation(limits), limits: resources.limits)
        let run = try BatchRun(
            input, flow, console: console, perceiver: perceiver, progress: "preparing",
            settings: [output, receipt as Any, beforeAfter as Any]
        ) { [receipt] item in
            let fileExtension = { try perceiver.uploadExtension(for: item.source) }
            return PrepareOperation(
                output: try upload.map { try $0(fileExtension()) }
                    ?? target?.naming.output(for: item, fileExtension: fileExtension) ?? output,
                receiptPath: receipt, beforeAfter: try drawings.drawings(for: item).first)
        }
        try await run.run(finish: { try sharded?.finish() }, fail: { sharded?.addFailure($0) }) { prepared, members in
            if let sharded { return try sharded.add(prepared, members) }
            guard try target?.emit(prepared.output) != true else { return console.warnings(prepared) }
            try console.report(prepared, members)
        }
    }
}
