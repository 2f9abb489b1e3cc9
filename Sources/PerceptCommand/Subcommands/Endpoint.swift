import ArgumentParser
import PerceptCore
import PerceptInference
import PerceptSandbox

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct Endpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve recorded responses on localhost. No model is run.",
        discussion: """
            Prints the URL and serves requests until it is interrupted. Every upload is decoded and described on \
            standard error. A request that is not on the tape gets a 404 response that describes the request.

            Faults. Each affects one request unless a count follows, as in loading:2 or slow-start:1:0.5:
            \(SandboxFault.Kind.allCases.map { "  \($0.rawValue): \($0.effect)" }.joined(separator: "\n"))
            """)

    @Option(
        help: ArgumentHelp("Serve the responses of this tape (format: docs/tape.md).", valueName: "tape"),
        completion: .file(extensions: ["json"]))
    var tape: String

    @Option(help: ArgumentHelp("Listen on this port; 0 selects a free one.", valueName: "n"))
    var port: UInt16 = 0

    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp(
            "Fail in this way before serving responses from the tape (repeatable).",
            valueName: "kind[:count[:seconds]]"), completion: .list(SandboxFault.Kind.allCases.map(\.rawValue)))
    var faults: [String] = []

    @OptionGroup var general: GeneralOptions

    func validate() throws {
        do {
            _ = try faults.map(SandboxFault.init(parsing:))
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        let console = Console(general)
        let plan = FaultPlan(try faults.map(SandboxFault.init(parsing:)))
        try await RunReport.run(about: ["file": .string(tape)], console) {
            let endpoint = try await SandboxEndpoint.start(
                tape: try Tape(contentsOf: tape), port: port, faults: plan,
                onRequest: { console.notice($0.description) })
            try console.result(
                endpoint.url.absoluteString,
                json: ["file": .string(tape), "url": .string(endpoint.url.absoluteString)])
            await withTaskCancellationHandler {
                await endpoint.waitUntilStopped()
            } onCancel: {
                Task { await endpoint.stop() }
            }
        }
    }
}
