import Percept
import PerceptInference
import PerceptSandbox
import PerceptTestSupport
import Synchronization

/// The sandbox with the tape of TestMedia, and what was sent to it.
final class DemoEndpoint: Sendable {
    let perceiver: Perceiver
    private let endpoint: SandboxEndpoint
    private let log: Log

    private final class Log: Sendable {
        let reports = Mutex<[SandboxEndpoint.RequestReport]>([])
    }

    init(tape: Tape? = nil) async throws {
        let log = Log()
        endpoint = try await SandboxEndpoint.start(
            tape: try tape ?? Tape(contentsOf: TestFiles.media("tapes/demo.json")),
            onRequest: { report in log.reports.withLock { $0.append(report) } })
        self.log = log
        var client = InferenceClient(token: nil, endpoint: .url(endpoint.url))
        client.retry.maximumRetries = 0
        perceiver = Perceiver(client: client)
    }

    var uploads: [UploadDescription] {
        log.reports.withLock { $0.compactMap(\.upload) }
    }

    func stop() async {
        await endpoint.stop()
    }
}
