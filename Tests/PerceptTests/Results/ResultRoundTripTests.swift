import Foundation
import Percept
import PerceptInference
import PerceptTestSupport
import Testing

/// Every result is written as JSON and read back; the keys are those that docs and scripts rely on.
@Suite struct ResultRoundTripTests {
    private static let scene = MediaSource.file(TestFiles.media("images/scene.png"))
    private static let harbour = MediaSource.file(TestFiles.media("audio/harbour-44100-stereo.flac"))

    private func checkRoundTrip<Result: PerceptResult & Equatable>(_ result: Result) throws {
        #expect(try Result(json: result.json) == result)
        let encoded = try JSONEncoder().encode(result)
        #expect(try JSONDecoder().decode(Result.self, from: encoded) == result)
        #expect(throws: (any Error).self) { try Result(json: [:]) }
        #expect(throws: (any Error).self) { try JSONDecoder().decode(Result.self, from: Data("[1]".utf8)) }
    }

    @Test func detections() async throws {
        let demo = try await DemoEndpoint()
        let folder = try TemporaryFolder()
        let files = DetectionFiles(annotatedPath: folder.file("scene.png"), cropFolder: folder.file("crops"))
        var found = try await demo.perceiver.perform(
            DetectOperation(filter: ResultFilter(count: 2), files: files), on: Self.scene)
        await demo.stop()
        #expect(found.objects.count == 2 && found.droppedCount > 0 && found.indices?.count == 2)
        #expect(
            found.json.keys == ["file", "detections", "output", "crops", "sent", "receipt", "warnings"])
        #expect(
            Set(try #require(found.json["detections"]?[0]?.objectValue).keys)
                == ["label", "score", "box", "index", "crop"])
        // The number of dropped objects is not part of the JSON.
        found.droppedCount = 0
        try checkRoundTrip(found)
        let image = try Image(decoding: .file(folder.file("scene.png")))
        #expect(image.size == found.receipt?.sourceSize)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("crops")).count == 2)
    }

    @Test func classification() async throws {
        let demo = try await DemoEndpoint()
        for source in [Self.scene, Self.harbour] {
            let classification = try await demo.perceiver.perform(ClassifyOperation(topCount: 2), on: source)
            #expect(classification.json.keys == ["file", "classes", "sent", "receipt", "warnings"])
            try checkRoundTrip(classification)
        }
        await demo.stop()
    }

    @Test func segmentation() async throws {
        let demo = try await DemoEndpoint()
        let folder = try TemporaryFolder()
        let files = SegmentationFiles(
            folder: folder.file("masks"), formats: [.coco], overlayPath: folder.file("over.png"))
        let found = try await demo.perceiver.perform(SegmentOperation(files: files), on: Self.scene)
        await demo.stop()
        #expect(
            found.json.keys == [
                "file", "segments", "output", "files", "overlay", "sent", "receipt", "warnings",
            ])
        let read = try Segmentation(json: found.json)
        // JSON has the names of the masks, not the masks.
        #expect(read.entries == found.entries && read.segments.isEmpty && !found.segments.isEmpty)
        try checkRoundTrip(read)
    }

    @Test func transcript() async throws {
        let demo = try await DemoEndpoint()
        var transcript = try await demo.perceiver.perform(
            TranscribeOperation(timestamps: .words), on: Self.harbour)
        await demo.stop()
        transcript.picture = "harbour.png"
        transcript.gaps = [Transcript.Gap(start: 1, end: 2.5, reason: "the service failed")]
        #expect(
            transcript.json.keys == ["file", "text", "chunks", "gaps", "picture", "sent", "receipt", "warnings"])
        #expect(transcript.json["gaps"]?[0] == ["timestamp": [1.0, 2.5], "reason": "the service failed"])
        try checkRoundTrip(transcript)
    }

    @Test func inspection() async throws {
        let perceiver = Perceiver(client: InferenceClient(token: nil))
        for source in [Self.scene, Self.harbour] {
            let operation = InspectOperation(profile: ServiceProfile.named("fal"))
            let inspection = try await perceiver.perform(operation, on: source)
            #expect(inspection.verdict?.fits == false)
            try checkRoundTrip(inspection)
        }
    }

    /// A film: its tracks, and a microphone that was off.
    @Test func inspectionOfTracksAndChannels() throws {
        let tracks = [
            AudioTrack(
                index: 1, codec: "AAC", language: "eng", title: "Main", sampleRate: 48_000, channelCount: 2,
                isDefault: true),
            AudioTrack(index: 2, codec: "unknown codec"),
        ]
        let header = RecordingHeader(
            mediaType: .mp4, container: "MP4", codec: "AAC", bitDepth: nil, sampleRate: 48_000, channels: .stereo,
            frameCount: nil, tracks: tracks, trackIndex: 1)
        let levels = Levels(
            peak: 0.5, rms: 0.25, dcOffset: 0, clippedRunCount: 0, silenceRatio: 0, integratedLoudness: nil,
            channels: [
                ChannelLevels(peak: 0.5, rms: 0.25, dcOffset: 0), ChannelLevels(peak: 0, rms: 0, dcOffset: 0),
            ])
        let inspection = Inspection(
            file: "film.mp4", byteCount: 9, content: .recording(header, frameCount: 48_000, levels))
        let json = inspection.json
        #expect(
            json["tracks"]?[0] == [
                "index": 1, "codec": "AAC", "language": "eng", "title": "Main", "sampleRate": 48_000,
                "channelCount": 2, "isDefault": true,
            ])
        #expect(json["trackIndex"] == 1)
        #expect(
            json["channelLevels"]?[1]
                == ["peak": 0.0, "peakDecibels": .null, "rms": 0.0, "rmsDecibels": .null, "dcOffset": 0.0])
        try checkRoundTrip(inspection)
    }

    @Test func preparation() async throws {
        let folder = try TemporaryFolder()
        let perceiver = Perceiver(client: InferenceClient(token: nil))
        for (source, name) in [(Self.scene, "a.jpg"), (Self.harbour, "a.flac")] {
            let operation = PrepareOperation(output: folder.file(name), receiptPath: folder.file("\(name).json"))
            let preparation = try await perceiver.perform(operation, on: source)
            #expect(preparation.json.keys == ["file", "output", "mediaType", "byteCount", "receipt", "warnings"])
            try checkRoundTrip(preparation)
            let receipt = try JSONDecoder().decode(
                MediaReceipt.self, from: Data(contentsOf: URL(fileURLWithPath: folder.file("\(name).json"))))
            #expect(receipt == preparation.receipt)
        }
    }

    /// A page is made from results in memory, with the image in memory too.
    @Test func aPageIsMadeInMemory() async throws {
        let demo = try await DemoEndpoint()
        let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.media("images/scene.png")))
        let found = try await demo.perceiver.detectObjects(in: data)
        await demo.stop()
        #expect(found.file == data.mediaName)
        let report = Report([found], media: [found.file: data.mediaSource()])
        #expect(report.warnings.isEmpty)
        let page = try await ReportPage(imageSide: 200).html(report)
        let text = String(decoding: page.html, as: UTF8.self)
        #expect(text.contains("class=\"medium\"") && text.contains(found.objects[0].label) && page.warnings.isEmpty)
    }

    @Test func aCancelledCallThrowsCancellationError() async throws {
        let demo = try await DemoEndpoint()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await demo.perceiver.detectObjects(in: Self.scene)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        await demo.stop()
    }

    @Test func errorsSpeak() async throws {
        let perceiver = Perceiver(client: InferenceClient(token: nil))
        do {
            _ = try await perceiver.perform(InspectOperation(), on: .bytes([1, 2, 3], name: "three bytes"))
            Issue.record("no error")
        } catch {
            #expect(error.localizedDescription.hasPrefix("three bytes: unknown format"))
        }
        do {
            _ = try await perceiver.transcribe(Self.harbour)
            Issue.record("no error")
        } catch {
            #expect((error as? InferenceError)?.kind == .tokenMissing)
            #expect(error.localizedDescription == "\(error)")
        }
    }
}
