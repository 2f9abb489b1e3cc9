import ArgumentParser
import PerceptBatch
import PerceptCore
import PerceptInference

struct ShowLedger: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Show the counts, failures and results of a run with --ledger.")

    @Argument(help: ArgumentHelp("The ledger.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "List the failed inputs.")
    var failed = false

    @Option(
        help: ArgumentHelp(
            "Write every result as one line of JSON, in the order of the inputs, to this file; - is standard output.",
            valueName: "file|-"), completion: .file())
    var export: String?

    @OptionGroup var general: GeneralOptions

    func run() throws {
        let console = Console(general)
        let ledger = try LedgerReader(path: file)
        if let export {
            guard export != "-" else { return try ledger.export { try Console.writeResult($0) } }
            return try ledger.export(to: export)
        }
        if failed {
            return try ledger.forEachEntry(failedOnly: true) { entry in
                let json = try JSONValue(parsing: Array(entry.json.utf8)).objectValue ?? [:]
                let failure = json["error"]?.objectValue.flatMap(ItemFailure.init(json:))
                try console.result("\(entry.key): \(failure?.description ?? "failed")", json: json)
            }
        }
        let counts = try ledger.counts()
        try console.result(text(counts), json: json(counts, verb: ledger.verb))
    }

    private func text(_ counts: LedgerCounts) -> String {
        var lines = ["\(Console.printableLine(file)): \(counts.answered) answered, \(counts.failed) failed"]
        if counts.transient > 0 { lines[0] += " (\(counts.transient) may succeed in another run)" }
        lines += counts.failures.map { "\($0.count)  \($0.kind)\($0.isTransient ? ", transient" : "")" }
        if counts.outdated > 0 { lines.append("\(counts.outdated) of them with other options than the latest run's") }
        return lines.joined(separator: "\n")
    }

    private func json(_ counts: LedgerCounts, verb: String) -> JSONObject {
        [
            "file": .string(file), "verb": .string(verb), "answered": .integer(counts.answered),
            "failed": .integer(counts.failed), "transient": .integer(counts.transient),
            "failures": .array(
                counts.failures.map {
                    ["kind": .string($0.kind), "transient": .bool($0.isTransient), "count": .integer($0.count)]
                }), "outdated": .integer(counts.outdated),
        ]
    }
}
