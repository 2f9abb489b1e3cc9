import Foundation
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

/// Real media over a real socket, to an endpoint that decodes what it gets and answers with the known truth.
@Suite struct PerceiverTests {
    private static let harbour = URL(fileURLWithPath: TestFiles.media("audio/harbour-44100-stereo.flac"))
    private static let scene = URL(fileURLWithPath: TestFiles.media("images/scene.png"))
    private static let photo = URL(fileURLWithPath: TestFiles.media("images/photo-orientation-6.jpg"))

    @Test(arguments: ["harbour-44100-stereo.flac", "kitchen-48000-mono.wav"])
    func speechIsTranscribed(_ name: String) async throws {
        let demo = try await DemoEndpoint()
        let truth = try #require(try Truth.speech(in: name))
        let url = URL(fileURLWithPath: TestFiles.media("audio/\(name)"))
        let transcript = try await demo.perceiver.transcribe(url)
        #expect(transcript.text == truth.spoken)
        #expect(transcript.chunks.isEmpty)
        let upload = try #require(demo.uploads.first)
        #expect(upload.mediaType == .flac)
        #expect((upload.sampleRate, upload.channelCount, upload.bitDepth) == (16_000, 1, 16))
        #expect(upload.frameCount == transcript.receipt?.upload.frameCount)
        let source = try #require(transcript.receipt).source
        #expect(
            transcript.receipt?.upload.frameCount == (source.frameCount * 16_000 + source.sampleRate - 1)
                / source.sampleRate)
        await demo.stop()
    }

    @Test func timesAreThoseOfTheSource() async throws {
        let demo = try await DemoEndpoint()
        let truth = try #require(try Truth.speech(in: "harbour-44100-stereo.flac"))
        let transcript = try await demo.perceiver.transcribe(Self.harbour, timestamps: .enabled(true))
        #expect(transcript.chunks.map(\.text) == truth.chunks.map(\.text))
        #expect(transcript.chunks.compactMap(\.start) == truth.chunks.compactMap(\.timestamp.first))
        #expect(transcript.chunks.compactMap(\.end) == truth.chunks.compactMap(\.timestamp.last))
        await demo.stop()
    }

    /// A photo stored sideways, sent at a quarter of its size: what comes back lies on the upright original.
    @Test func boxesLieOnTheUprightOriginal() async throws {
        let demo = try await DemoEndpoint()
        var perceiver = demo.perceiver
        perceiver.imagePreparation.longestSide = 400
        let found = try await perceiver.detectObjects(in: Self.photo)
        #expect(demo.uploads.first?.size == PixelSize(width: 300, height: 400))
        #expect(found.receipt?.sourceSize == PixelSize(width: 1200, height: 1600))
        let truth = try Truth.objects(in: "photo-orientation-6.jpg")
        #expect(found.objects.map(\.label) == truth.map(\.label))
        #expect(truth.count == 3)
        for (object, known) in zip(found.objects, truth) {
            // Half a pixel of the quarter-size grid is what rounding there can do: two pixels here.
            #expect(object.box.largestDifference(from: known.box) <= 2, "\(object.label): \(object.box)")
        }
        await demo.stop()
    }

    @Test func masksLieOnTheOriginal() async throws {
        let demo = try await DemoEndpoint()
        let segmentation = try await demo.perceiver.segment(Self.scene)
        let truth = try Truth.objects(in: "scene.png")
        #expect(segmentation.segments.map(\.label) == truth.map(\.label))
        for (segment, known) in zip(segmentation.segments, truth) {
            let file = TestFiles.media("images/\(try #require(known.mask))")
            #expect(segment.mask == Mask(try Image(decoding: .file(file))))
            #expect(segment.mask.area == known.area)
            #expect(segment.mask.boundingBox == known.box)
        }
        await demo.stop()
    }

    @Test func masksOfASmallerUploadAreScaledToTheUprightOriginal() async throws {
        let demo = try await DemoEndpoint()
        var perceiver = demo.perceiver
        perceiver.imagePreparation.longestSide = 400
        let segments = try await perceiver.segment(Self.photo).segments
        let truth = try Truth.objects(in: "photo-orientation-6.jpg")
        #expect(segments.count == truth.count)
        for (segment, known) in zip(segments, truth) {
            #expect(segment.mask.size == PixelSize(width: 1200, height: 1600))
            #expect(abs(Double(segment.mask.area) / Double(known.area) - 1) < 0.01)
            let box = try #require(segment.mask.boundingBox)
            #expect(box.largestDifference(from: known.box) <= 4)
        }
        await demo.stop()
    }

    /// Sent in a letterbox, or the part of it in which all objects are: boxes and masks lie on the upright original.
    @Test(arguments: [true, false]) func aLetterboxComesOffAgain(isCropped: Bool) async throws {
        let truth = try Truth.objects(in: "photo-orientation-6.jpg")
        var preparation = ImagePreparation(preset: .yolo)
        if isCropped { preparation.crop = PixelRectangle(x: 101, y: 150, width: 1050, height: 1401) }
        let receipt = try preparation.prepare(.file(Self.photo.path)).receipt
        #expect(receipt.uploadSize == PixelSize(width: 640, height: 640) && receipt.padding.left > 70)
        // What a model would answer about the letterbox: whole pixels of it, and one box in the padding alone.
        let boxes = truth.map { object -> JSONValue in
            let box = receipt.uploadBox(for: object.box)
            return [
                "label": .string(object.label), "score": 0.9,
                "box": [
                    "xmin": .integer(Int(box.xMin)), "ymin": .integer(Int(box.yMin)), "xmax": .integer(Int(box.xMax)),
                    "ymax": .integer(Int(box.yMax)),
                ],
            ]
        }
        let ghost: JSONValue = [
            "label": "ghost", "score": 0.4, "box": ["xmin": 3, "ymin": 100, "xmax": 60, "ymax": 200],
        ]
        // The left half of the letterbox: padding, and content as far as its middle.
        let half = (0..<640 * 640).map { UInt8($0 % 640 < 320 ? 255 : 0) }
        let mask = try Mask(size: receipt.uploadSize, pixels: half).image().encoded(as: .png)
        let tape = Tape(exchanges: [
            Tape.Exchange(
                request: Tape.RequestMatcher(path: "/models/facebook/detr-resnet-50"),
                response: Tape.Response(body: .json(.array(boxes + [ghost])))),
            Tape.Exchange(
                request: Tape.RequestMatcher(path: "/models/facebook/detr-resnet-50-panoptic"),
                response: Tape.Response(
                    body: .json([["label": "left", "score": nil, "mask": .string(Base64.encode(mask))]]))),
        ])
        let demo = try await DemoEndpoint(tape: tape)
        var perceiver = demo.perceiver
        perceiver.imagePreparation = preparation
        let found = try await perceiver.detectObjects(in: Self.photo)
        #expect(demo.uploads.first?.size == PixelSize(width: 640, height: 640))
        #expect(found.receipt == receipt)
        #expect(found.objects.map(\.label) == truth.map(\.label))
        #expect(truth.count == 3)
        for (object, known) in zip(found.objects, truth) {
            // A pixel of the letterbox is two and a half of the original at most.
            #expect(object.box.largestDifference(from: known.box) <= 2.5, "\(object.label): \(object.box)")
        }
        #expect(found.warnings == ["1 of 4 boxes lies outside the image and was dropped"])
        let segment = try #require(try await perceiver.segment(Self.photo).segments.first)
        #expect(segment.mask.size == PixelSize(width: 1200, height: 1600))
        // The middle of the letterbox is that of the crop.
        let crop = receipt.crop
        let middle = Double(crop.x) + Double(crop.width) / 2
        let box = try #require(segment.mask.boundingBox)
        #expect((box.xMin, box.yMin, box.yMax) == (Double(crop.x), Double(crop.y), Double(crop.y + crop.height)))
        #expect(abs(box.xMax - middle) <= 2.5)
        await demo.stop()
    }

    @Test func valuesInMemoryAreTakenToo() async throws {
        let demo = try await DemoEndpoint()
        let recording = try Recording(decoding: .file(Self.harbour.path))
        #expect(
            try await demo.perceiver.transcribe(recording).text == Truth.speech(in: "harbour-44100-stereo.flac")?.spoken
        )
        let bytes = try TestFiles.bytes(of: Self.scene.path)
        #expect(try await demo.perceiver.detectObjects(in: MediaSource.bytes(bytes)).objects.count == 3)
        let image = try Image(decoding: .bytes(bytes))
        #expect(try await demo.perceiver.detectObjects(in: image).objects.map(\.label) == ["ball", "crate", "cone"])
        await demo.stop()
    }

    @Test func whatIsClassifiedItsBytesTell() async throws {
        let demo = try await DemoEndpoint()
        let folder = try TemporaryFolder()
        let misnamed = try folder.write(TestFiles.bytes(of: Self.scene.path), as: "sound.wav")
        let classes = try await demo.perceiver.classify(MediaSource.file(misnamed)).classes
        #expect(classes.map(\.label) == ["ball", "crate", "traffic cone"])
        #expect(try await demo.perceiver.classify(Self.harbour).classes.first?.label == "neu")
        await demo.stop()
    }

    @Test func aThresholdIsKeptToWhateverTheServiceSends() async throws {
        let demo = try await DemoEndpoint()
        let found = try await demo.perceiver.detectObjects(in: Self.scene, threshold: 0.98)
        #expect(found.objects.map(\.label) == ["ball", "crate"])
        await demo.stop()
    }

    @Test func aMaskOfAnotherSizeIsRefusedOrRescaledOnRequest() async throws {
        // One white pixel: the whole picture, once it is rescaled.
        let pixel = try Mask(size: PixelSize(width: 1, height: 1), pixels: [255]).image().encoded(as: .png)
        let answer: JSONValue = [["label": "all", "score": nil, "mask": .string(Base64.encode(pixel))]]
        let tape = Tape(exchanges: [
            Tape.Exchange(
                request: Tape.RequestMatcher(path: "/models/facebook/detr-resnet-50-panoptic"),
                response: Tape.Response(body: .json(answer)))
        ])
        let demo = try await DemoEndpoint(tape: tape)
        let error = await #expect(throws: InferenceError.self) { try await demo.perceiver.segment(Self.scene) }
        #expect(error?.parameter == .rescalingMasks)
        let segments = try await demo.perceiver.segment(Self.scene, rescalingMasks: true).segments
        #expect(segments.first?.mask.area == 960 * 640)
        #expect(segments.first?.score == nil)
        await demo.stop()
    }

    @Test func anEndpointThatIsDownIsUnreachable() async throws {
        let demo = try await DemoEndpoint()
        await demo.stop()
        do {
            _ = try await demo.perceiver.detectObjects(in: Self.scene)
            Issue.record("there was an answer")
        } catch let error as InferenceError {
            #expect(error.kind == .unreachable)
        }
    }

    @Test func theRouterIsNotAskedWithoutAToken() async throws {
        let perceiver = Perceiver(client: InferenceClient(token: nil))
        do {
            // The file does not exist: the missing token is found out before anything is read.
            _ = try await perceiver.transcribe(URL(fileURLWithPath: "/nonexistent.wav"))
            Issue.record("there was an answer")
        } catch let error as InferenceError {
            #expect(error.kind == .tokenMissing)
        }
    }

    @Test func onlyLocalFilesAreRead() async throws {
        let demo = try await DemoEndpoint()
        let remote = try #require(URL(string: "https://example.org/talk.wav"))
        await #expect(throws: MediaError.self) { try await demo.perceiver.transcribe(remote) }
        await demo.stop()
    }
}

extension BoundingBox {
    /// How far the edge that differs most is from that of another box, in pixels.
    func largestDifference(from other: BoundingBox) -> Double {
        let differences = [xMin - other.xMin, yMin - other.yMin, xMax - other.xMax, yMax - other.yMax]
        return differences.reduce(0) { max($0, abs($1)) }
    }
}
