import ArgumentParser
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
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
        var drawing = SoundPictureOutput(
            waveform: beforeAfter, spectrogram: beforeAfter, inputs: input.files, style: pictures.style)
        let planning = { (source: MediaSource) in
            let preparation = MediaPreparation(
                audio: try audio.preparation(limits, image.reading), image: image.preparation(limits))
            let path = try naming.output(for: source, fileExtension: preparation.fileExtension(for: source))
            return (
                preparation: preparation, path: path, drawing: try drawing.plan(for: source, limits: resources.limits)
            )
        }
        try await Batch.runSideBySide(input.files, console, planning: planning) {
            [receipt, limits = resources.limits] source, plan, console in
            let path = plan.path
            let prepared = try await plan.preparation.prepare(
                source, toFile: path, limits: limits, progress: console.progress("preparing \(source.name)"))
            let summary = try Summary(prepared)
            for warning in summary.warnings { console.warning("\(source.name): \(warning)") }
            if let receipt {
                let file = try OutputFile(path: receipt, protecting: [source.path, path].compactMap(\.self))
                try file.write(summary.receipt.serializedForReading())
                try file.commit()
            }
            var drawn: JSONValue?
            if let picture = plan.drawing.pictures.first?.path {
                if case .audio(let audio) = prepared {
                    let comparison = try await SoundPicture.comparing(
                        source, with: .file(path), receipt: audio.receipt, reading: plan.preparation.audio.reading,
                        style: plan.drawing.style, limits: limits)
                    try PictureOutput.write(
                        comparison.image(limits: limits), to: picture, protecting: plan.drawing.inputs + [path])
                    drawn = .string(picture)
                } else {
                    console.warning("\(source.name): not a recording; there is no sound to draw")
                }
            }
            var json: JSONObject = [
                "file": .string(source.name), "output": .string(path),
                "mediaType": .string(summary.mediaType.rawValue), "byteCount": .integer(summary.byteCount),
                "receipt": summary.receipt,
            ]
            json["beforeAfter"] = drawn
            try console.result(
                "\(source.printableName) → \(Console.printableLine(path)): \(summary.text)", json: json)
        }
    }

    /// The properties that a prepared recording and a prepared image share.
    private struct Summary {
        let mediaType: MediaType
        let byteCount: Int
        let receipt: JSONValue
        let warnings: [String]
        let text: String

        init(_ prepared: PreparedMedia) throws {
            switch prepared {
            case .audio(let audio):
                (mediaType, byteCount, warnings) = (audio.mediaType, audio.byteCount, audio.warnings)
                receipt = try JSONValue(encoding: audio.receipt)
                let upload = audio.receipt.upload
                text = """
                    \(mediaType), \(upload.sampleRate) Hz, \(counted(upload.channelCount, "channel")), \
                    \(counted(upload.frameCount, "frame")) (\(decimal(upload.duration, 3)) s), \(byteCount) bytes
                    """
            case .image(let image):
                (mediaType, byteCount, warnings) = (image.mediaType, image.byteCount, image.warnings)
                receipt = try JSONValue(encoding: image.receipt)
                text = "\(mediaType), \(image.receipt.uploadSize) of \(image.receipt.sourceSize), \(byteCount) bytes"
            }
        }
    }
}
