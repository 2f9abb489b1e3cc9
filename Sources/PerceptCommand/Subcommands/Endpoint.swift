import ArgumentParser
import Foundation
import PerceptCore
import PerceptInference
import PerceptSandbox

struct Endpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A loopback endpoint that replays a tape; it pretends no inference.",
        discussion: """
            Prints its URL and answers until it is interrupted. Every upload is decoded, and what it is goes to standard \
            error; a request that the tape does not hold gets a 404 that says what was asked for.

            Faults, each for one request unless a COUNT follows, as in loading:2 or slow-start:1:0.5:
            \(SandboxFault.Kind.allCases.map { "  \($0.rawValue): \($0.effect)" }.joined(separator: "\n"))
            """)

    @Option(help: ArgumentHelp("The tape (docs/tape.md says how one is written).", valueName: "tape"))
    var tape: String

    @Option(help: ArgumentHelp("The port; 0 for any that is free.", valueName: "n"))
    var port: UInt16 = 0

    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp(
            "A way to fail, used up before the tape answers; repeatable.", valueName: "kind[:count[:seconds]]"))
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
        try await Batch.run([tape], console) { source in
            let endpoint = try await SandboxEndpoint.start(
                tape: try Tape(contentsOf: tape), port: port, faults: plan,
                onRequest: { console.notice($0.description) })
            try console.result(
                endpoint.url.absoluteString,
                json: ["file": .string(source.name), "url": .string(endpoint.url.absoluteString)])
            await withTaskCancellationHandler {
                await endpoint.waitUntilStopped()
            } onCancel: {
                Task { await endpoint.stop() }
            }
        }
    }
}
