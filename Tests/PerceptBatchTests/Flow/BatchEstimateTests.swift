import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

@testable import PerceptBatch

/// Sizes from `stat`, durations and dimensions from `soxi` and `identify`, as in TestMedia's own list.
@Suite struct BatchEstimateTests {
    private let folder: TemporaryFolder
    private let photo = TestFiles.media("images/photo-orientation-6.jpg")
    private let scene = TestFiles.media("images/scene.png")
    /// 205,046 frames at 48 kHz.
    private let speech = TestFiles.media("audio/kitchen-48000-mono.wav")

    init() throws { folder = try TemporaryFolder() }

    private func batch<Verb: Percept.Operation>(_ verb: Verb, chunking: AudioChunking? = nil) -> Batch<Verb> {
        let client = InferenceClient(token: nil, transport: CountingService { _ in CountingService.reply(500, "") })
        var perceiver = Perceiver(client: client)
        perceiver.chunking = chunking
        return Batch(perceiver) { _ in
            Issue.record("an operation was made")
            return verb
        }
    }

    private func size(_ path: String) throws -> Int { try TestFiles.bytes(of: path).count }

    @Test func mediaAreMeasuredByTheirHeaders() async throws {
        let estimate = try await batch(ClassifyOperation()).estimate(of: BatchInputs([photo, speech, scene]))
        #expect(estimate.inputCount == 3 && estimate.imageCount == 2 && estimate.recordingCount == 1)
        #expect(estimate.byteCount == (try size(photo) + size(speech) + size(scene)))
        #expect(estimate.pixelCount == 1200 * 1600 + 960 * 640)
        #expect(estimate.duration == 205_046 / 48_000.0)
        #expect(estimate.requestCount == 3 && estimate.failureCount == 0 && estimate.duplicateCount == 0)
    }

    @Test func eachChunkIsARequest() async throws {
        let chunking = AudioChunking(maximumChunkDuration: 2, overlap: 0.5)
        let estimate = try await batch(TranscribeOperation(), chunking: chunking).estimate(of: BatchInputs([speech]))
        let chunks = try ChunkedRecording(.file(speech), preparation: .init(), chunking: chunking, limits: .default)
        #expect(estimate.requestCount == chunks.chunks.count && estimate.requestCount > 1)
        let unsplit = try await batch(ClassifyOperation(), chunking: chunking).estimate(of: BatchInputs([speech]))
        #expect(unsplit.requestCount == 1)
        let unsent = try await batch(InspectOperation()).estimate(of: BatchInputs([speech]))
        #expect(unsent.requestCount == 0 && unsent.recordingCount == 1)
    }

    @Test func aPartCountsAlone() async throws {
        let lines = #"{"file":"\#(speech)","offset":1,"duration":2}"# + "\n" + #"{"file":"\#(speech)","offset":4}"#
        let list = try folder.write(Array(lines.utf8), as: "list")
        let inputs = BatchInputs([], lists: [BatchInputs.List(path: list)])
        let estimate = try await batch(ClassifyOperation()).estimate(of: inputs)
        #expect(abs(estimate.duration - (2 + 205_046.0 / 48_000 - 4)) < 1e-9 && estimate.duplicateCount == 0)
    }

    @Test func unreadableInputsAreReportedInOrder() async throws {
        let text = try folder.write(Array("text".utf8), as: "a.txt")
        var failed: [String] = []
        let estimate = try await batch(ClassifyOperation()).estimate(of: BatchInputs(["/none", photo, text])) {
            input, _ in failed.append(input.name)
        }
        #expect(failed == ["/none", text] && estimate.failureCount == 2 && estimate.inputCount == 3)
        #expect(estimate.requestCount == 1)
    }

    @Test func duplicatesCostRequestsOnlyWithoutALedger() async throws {
        let copy = try folder.write(TestFiles.bytes(of: scene), as: "copy.png")
        let inputs = BatchInputs([scene, photo, copy])
        let without = try await batch(ClassifyOperation()).estimate(of: inputs)
        #expect(without.duplicateCount == 1 && without.requestCount == 3)
        let path = folder.file("run.sqlite")
        let new = try LedgerLookup(path: path, verb: "classify", options: [:])
        let with = try await batch(ClassifyOperation()).estimate(of: inputs, in: new)
        #expect(with.duplicateCount == 1 && with.requestCount == 2 && with.finishedCount == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func finishedInputsAndAnsweredContentCostNothing() async throws {
        let path = folder.file("run.sqlite")
        let copy = try folder.write(TestFiles.bytes(of: scene), as: "copy.png")
        let ledger = try Ledger(path: path, verb: "classify", options: [:])
        let perceiver = Perceiver(client: InferenceClient(token: nil, transport: CountingService()))
        let run = Batch(perceiver, ledger: ledger) { _ in ClassifyOperation() }
        for try await outcome in run.outcomes(of: BatchInputs([scene])) { _ = try outcome.result.get() }
        try await ledger.close()
        let before = try TestFiles.bytes(of: path)
        let lookup = try LedgerLookup(path: path, verb: "classify", options: [:])
        let estimate = try await batch(ClassifyOperation()).estimate(of: BatchInputs([scene, photo, copy]), in: lookup)
        #expect(estimate.finishedCount == 1 && estimate.duplicateCount == 1 && estimate.requestCount == 1)
        #expect(try TestFiles.bytes(of: path) == before)
        let others = try LedgerLookup(path: path, verb: "classify", options: ["top": 1])
        let again = try await batch(ClassifyOperation()).estimate(of: BatchInputs([scene]), in: others)
        #expect(again.finishedCount == 0 && again.requestCount == 1)
        let mismatch = #expect(throws: LedgerError.self) {
            _ = try LedgerLookup(path: path, verb: "detect", options: [:])
        }
        #expect(mismatch?.kind == .otherVerb)
    }
}
