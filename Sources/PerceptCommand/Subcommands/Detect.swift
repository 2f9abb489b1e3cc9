import ArgumentParser
import Percept
import PerceptCore
import PerceptImage
import PerceptInference

struct Detect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Finds objects in a picture, and draws their boxes.")

    @OptionGroup var input: InputOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The annotated picture (.png or .jpg); with several inputs, a folder.", valueName: "annotated"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The least score that counts, 0 to 1; else all that the service reports.", valueName: "score"))
    var threshold: Double?

    @OptionGroup var labels: LabelOptions
    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Pictures") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        try validateThreshold(threshold)
        if labels.font != nil && output == nil { throw ValidationError("--font is for the picture that -o names.") }
    }

    func run() async throws {
        let console = Console(general)
        var naming = output.map { OutputNaming($0, inputs: input.files) }
        try await Batch.run(input.files, console) { source in
            let path = try naming?.output(for: source, fileExtension: PictureOutput.fileExtension(for: source))
            if let path {
                _ = try PictureOutput.encoding(for: path)
                try labels.typeface.check()
            }
            let perceiver = try service.perceiver(
                image: image.preparation(limits), limits: resources.limits, console: console)
            let found = try await perceiver.detectObjects(in: source, model: service.model, threshold: threshold)
            for warning in found.warnings { console.warning("\(source.name): \(warning)") }
            if let path {
                let annotated = try Image(decoding: source, limits: resources.limits, lenient: image.reading.lenient)
                    .annotated(with: found.objects, style: BoxStyle(typeface: labels.typeface))
                try PictureOutput.write(annotated.image, to: path, protecting: source.path.map { [$0] } ?? [])
                annotated.dropped.report(console, source.name)
            }
            let json = try Self.json(source.name, found, path)
            try console.result(Self.text(source.name, found.objects, path), json: json)
        }
    }

    private static func text(_ name: String, _ objects: [Detection], _ path: String?) -> String {
        let lines = objects.map { "\(scoreText($0.score))  \($0.label)  \(boxText($0.box))" }
        let summary = "\(name): \(counted(objects.count, "object"))\(path.map { " → \($0)" } ?? "")"
        return ([summary] + lines).joined(separator: "\n")
    }

    private static func json(_ name: String, _ found: Detections, _ path: String?) throws -> JSONObject {
        var json: JSONObject = [
            "file": .string(name),
            "detections": .array(
                found.objects.map { object in
                    [
                        "label": .string(object.label), "score": .number(object.score), "box": object.box.json,
                    ]
                }),
        ]
        if let path { json["output"] = .string(path) }
        json["sent"] = found.sent.json
        json["receipt"] = try JSONValue(encoding: found.receipt)
        return json
    }
}

extension [DroppedBox] {
    /// Says on standard error which boxes could not be drawn.
    func report(_ console: Console, _ name: String) {
        for box in self { console.warning("\(name): box \(box.index) is not drawn: it is \(box.reason.rawValue)") }
    }
}

func validateThreshold(_ threshold: Double?) throws {
    if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold is 0 to 1.") }
}
