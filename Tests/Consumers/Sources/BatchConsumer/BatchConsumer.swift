import Foundation
import PerceptBatch
import PerceptSandbox

/// Classifies every image of a folder with a ledger, twice; the second run sends nothing.
@main struct BatchConsumer {
    static func main() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("consumer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for number in 0..<3 {
            let shade = UInt8(60 * number)
            let image = try Image(
                size: PixelSize(width: 8, height: 8), layout: Image.Layout(colorModel: .gray, bitDepth: .eight),
                bytes: [UInt8](repeating: shade, count: 64))
            let path = folder.appendingPathComponent("\(number).png").path
            try image.write(to: path, as: ImageEncoding(path: path))
        }
        let tape = try Tape(
            parsing: Array(
                #"""
                {"format": "percept-tape", "version": 1,
                 "exchanges": [{"repeat": 3, "request": {"path": "/models/google/vit-base-patch16-224"},
                                "response": {"json": [{"label": "cat", "score": 0.9}]}}]}
                """#.utf8))
        let endpoint = try await SandboxEndpoint.start(tape: tape)
        for run in 1...2 {
            let ledger = try Ledger(
                path: folder.appendingPathComponent("run.sqlite").path, verb: ClassifyOperation.name, options: [:])
            let client = InferenceClient(token: nil, endpoint: .url(endpoint.url))
            let batch = Batch(Perceiver(client: client), ledger: ledger) { _ in ClassifyOperation() }
            var labels: [String] = []
            for try await outcome in batch.outcomes(of: BatchInputs([folder.path])) {
                labels += try outcome.result.get().classes.map(\.label)
                guard outcome.isFromLedger == (run == 2) else { fatalError("expected results of run 1 in run 2") }
            }
            try await ledger.close()
            guard labels == ["cat", "cat", "cat"] else { fatalError("expected three cats, got \(labels)") }
        }
        await endpoint.stop()
        print("BatchConsumer: three images, classified once")
    }
}
