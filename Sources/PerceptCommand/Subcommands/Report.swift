import ArgumentParser
import Percept
import PerceptBatch
import PerceptCore
import PerceptInference

struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the results of a run as one HTML page.",
        usage: "percept report [<options>] <dir|file> ... --output <report.html>",
        discussion: """
            The inputs are the results that transcribe, classify, detect and segment print with --json, and folders of \
            masks. The page contains the images and recordings too, and loads nothing from the network.
            """)

    @Argument(
        help: ArgumentHelp(
            "Result files (.json, .jsonl), folders of them, or - for standard input.", valueName: "dir|file"),
        completion: .file())
    var inputs: [String]

    @Option(
        name: [.short, .long], help: ArgumentHelp("Write the page to this file.", valueName: "report.html"),
        completion: .file(extensions: ["html"]))
    var output: String

    @Option(help: ArgumentHelp("Set the title of the page.", valueName: "text"))
    var title = "Report"

    @Option(help: ArgumentHelp("Limit the longest side of images in the page to N pixels.", valueName: "n"))
    var pictureSide = 2000

    @Option(
        help: ArgumentHelp(
            "Limit a recording in the page to this many bytes; K, M and G are powers of 1024. A larger one is replaced "
                + "by a reduced copy. (default: 32M)",
            valueName: "bytes"))
    var recordingBytes: ByteCount?

    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        guard inputs.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input (-) can be read only once")
        }
        guard output != "-" else {
            throw ValidationError("invalid value “-” for --output: the page must be written to a file")
        }
        guard pictureSide > 0 else {
            throw ValidationError("invalid value “\(pictureSide)” for --picture-side: must be at least 1")
        }
    }

    func run() async throws {
        let console = Console(general)
        try await RunReport.run(about: ["file": .string(output)], console) {
            let spool = inputs.contains("-") ? try SpooledInput(path: "-") : nil
            let report = try Percept.Report(
                collecting: inputs.map { input in
                    guard input == "-", let spool else { return .file(input) }
                    return .file(spool.path, name: SpooledInput.name)
                })
            var page = ReportPage(title: title, imageSide: pictureSide, limits: resources.limits)
            if let recordingBytes { page.recordingByteCount = recordingBytes.value }
            for warning in report.warnings { console.warning(warning) }
            let warnings = try await page.write(
                report, to: output, protecting: inputs, progress: console.progress("writing \(output)"))
            withExtendedLifetime(spool) {}
            for warning in warnings { console.warning(warning) }
            try console.result(
                "\(Console.printableLine(output)): \(counted(report.entries.count, "file"))",
                json: [
                    "output": .string(output), "files": .array(report.entries.map { .string($0.name) }),
                    "warnings": .array((report.warnings + warnings).map { .string($0.naming(\.flag).text) }),
                ])
        }
    }
}
