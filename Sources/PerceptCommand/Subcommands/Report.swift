import ArgumentParser
import Percept
import PerceptCore
import PerceptInference

struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the results of a run as one page for a browser.",
        discussion: """
            The results are what transcribe, classify, detect and segment print with --json, and folders of masks. The page holds \
            the pictures and recordings too, and asks the network for nothing.
            """)

    @Argument(
        help: ArgumentHelp(
            "Files of results (.json, .jsonl), folders of them, or - for standard input.", valueName: "dir|file"))
    var inputs: [String]

    @Option(name: [.short, .long], help: ArgumentHelp("The page to write.", valueName: "report.html"))
    var output: String

    @Option(help: ArgumentHelp("What stands above the page.", valueName: "text"))
    var title = "Report"

    @Option(help: ArgumentHelp("Longest side of the pictures in the page, in pixels.", valueName: "n"))
    var pictureSide = 2000

    @Option(
        help: ArgumentHelp(
            "Bytes of a recording in the page at most, K, M and G being powers of 1024; a larger one is played from a copy that fits. (default: 32M)",
            valueName: "bytes"))
    var recordingBytes: ByteCount?

    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    func validate() throws {
        guard inputs.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("Standard input (-) can be read once only.")
        }
        guard output != "-" else { throw ValidationError("The page is a file: name it with -o.") }
        guard pictureSide > 0 else { throw ValidationError("--picture-side is 1 or more.") }
    }

    func run() async throws {
        let console = Console(general)
        try await Batch.run([output], console) { _ in
            let spool = inputs.contains("-") ? try SpooledInput() : nil
            let report = try Percept.Report(
                collecting: inputs.map { input in
                    guard input == "-", let spool else { return .file(input) }
                    return .file(spool.path, name: SpooledInput.name)
                })
            var page = ReportPage(title: title, pictureSide: pictureSide, limits: resources.limits)
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
                    "warnings": .array((report.warnings + warnings).map { .string($0) }),
                ])
        }
    }
}
