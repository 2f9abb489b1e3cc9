import Foundation
import HTTPTypes
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptInference

/// Complaints about clients of this service, a test for each: none of them applies here.
///
/// The order is that of a request's life: what is sent, what comes back, and, in a file of its own, what fails. Each
/// test shows the complaint's own case; the suites of the parts have the others.
@Suite struct ComplaintTests {
    // MARK: What is sent

    /// Endpoints compare Content-Type as a string, and cannot guess it.
    @Test func uploadsHaveTheExactTypeOfTheirBytes() async throws {
        // ISO/IEC 14496-12 §4.3: a file type box of the brand M4A; "RIFF" and "WAVE", "OggS" as their formats have it.
        let recordings: [([UInt8], String)] = [
            ([0, 0, 0, 16] + Array("ftypM4A \0\0\0\0".utf8), "audio/m4a"), (Array("fLaC".utf8), "audio/flac"),
            (Array("RIFF\0\0\0\0WAVEfmt ".utf8), "audio/wav"), (Array("OggS\0\u{2}".utf8), "audio/ogg"),
        ]
        for (bytes, type) in recordings {
            let service = Service(reply(#"{"text":"x"}"#))
            _ = try await client(service).automaticSpeechRecognition(MediaInput(sniffing: bytes))
            #expect(service.requests[0].headers[.contentType] == type)
            #expect(service.requests[0].body == bytes)
        }
        // What was transcoded is what it was made into, whatever it was called.
        let service = Service(reply(#"{"text":"x"}"#))
        _ = try await Perceiver(client: client(service)).transcribe(URL(fileURLWithPath: Self.kitchen))
        #expect(service.requests[0].headers[.contentType] == "audio/flac")
    }

    /// Base64 in JSON without `parameters` is taken for the name of a file.
    @Test func base64AlwaysComesWithParameters() async throws {
        let service = Service(reply(#"{"text":"x"}"#))
        let audio = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
        _ = try await client(service).send(AutomaticSpeechRecognition(audio: audio))
        #expect(service.requests[0].body == Array("fLaC".utf8))
        _ = try await client(service).send(AutomaticSpeechRecognition(audio: audio, timestamps: .words))
        // `printf fLaC | base64`
        #expect(
            service.bodies[1] == #"{"inputs":"ZkxhQw==","parameters":{"return_timestamps":"word"}}"#)
        let payload = RequestPayload.upload(audio, parameters: [:])
        let body = try EncodedRequest(payload, options: RequestOptions(), for: .router).body.bytes()
        #expect(String(decoding: body, as: UTF8.self) == #"{"inputs":"ZkxhQw==","parameters":{}}"#)
    }

    /// Parameters beside raw bytes are dropped in silence.
    @Test func parametersOfMediaAreSentOrRefused() async throws {
        let input = MediaInput(bytes: try TestFiles.bytes(of: Self.scene), mediaType: .png)
        let service = Service(reply("[]"))
        _ = try await client(service).send(ImageClassification(image: input, topK: 3))
        #expect(service.bodies[0].hasSuffix(#""parameters":{"top_k":3}}"#))
        // A container that converts few parameters in a query gets them in the body too, objects among them.
        var dedicated = try client(service)
        dedicated.endpoint = .dedicated(try #require(URL(string: "https://example.org")))
        _ = try await dedicated.send(ImageClassification(image: input, topK: 3))
        #expect(service.requests[1].url.query() == nil)
        #expect(service.bodies[1] == service.bodies[0])
        let edit = ImageToImage(image: input, targetSize: PixelSize(width: 8, height: 8))
        _ = try? await dedicated.send(edit)
        #expect(service.bodies[2].hasSuffix(#""parameters":{"target_size":{"width":8,"height":8}}}"#))
    }

    /// Whisper refuses more than 30 seconds (3000 mel features) unless it is asked for times.
    @Test func longRecordingsForWhisper() async throws {
        let silence = [Float](repeating: 0, count: 8000 * 31)
        let long = try Recording(sampleRate: 8000, channels: .mono, planes: [silence])
        let service = Service(reply(#"{"text":"x"}"#))
        let perceiver = Perceiver(client: try client(service))
        _ = try await perceiver.transcribe(long, model: "openai/whisper-large-v3")
        #expect(service.bodies[0].hasSuffix(#""parameters":{"return_timestamps":true}}"#))
        // In chunks each is short enough, and goes raw.
        var chunking = perceiver
        chunking.chunking = AudioChunking(maximumChunkDuration: 20)
        let transcript = try await chunking.transcribe(long, model: "openai/whisper-large-v3")
        #expect(transcript.uploads.count == 2)
        #expect(service.requests[1].headers[.contentType] == "audio/flac")
        // A model whose name does not tell: its refusal says what helps. The words are those of transformers.
        let refusal = Service(
            reply(
                #"{"error":"You have passed more than 3000 mel input features (> 30 seconds) which automatically "#
                    + #"enables "#
                    + #"long-form generation which requires the model to predict timestamp tokens."}"#, status: 400))
        let error = try await failure {
            try await Perceiver(client: client(refusal)).transcribe(long, model: "owner/dictation")
        }
        #expect(error.kind == .invalidRequest)
        #expect(error.problem.contains("30 seconds"))
        #expect(error.remedy == "request timestamps, or send chunks of at most 30 seconds")
        #expect(error.parameter == .chunking)
        #expect(error.serviceMessage?.contains("3000 mel") == true)
        #expect(refusal.requests.count == 1)
    }

    /// Photos exceed what a service takes.
    @Test func uploadsAreMadeToFitAndARefusalSaysHowLargeTheyWere() async throws {
        let service = Service(reply("[]"))
        var perceiver = Perceiver(client: try client(service))
        perceiver.imagePreparation.maximumByteCount = 20_000
        _ = try await perceiver.detectObjects(in: URL(fileURLWithPath: Self.photo))
        #expect(service.requests[0].body.count <= 20_000)
        let refusing = Service(reply("length limit exceeded", status: 413, type: "text/plain"))
        let error = try await failure {
            try await Perceiver(client: client(refusing)).detectObjects(in: URL(fileURLWithPath: Self.photo))
        }
        #expect(error.kind == .payloadTooLarge)
        #expect(error.problem.contains("\(refusing.requests[0].body.count) bytes"))
        #expect(error.remedy?.contains("smaller image") == true)
    }

    // MARK: What comes back

    /// Times of a phrase that the recording's end cuts off.
    @Test func theLastPhraseMayHaveNoEnd() async throws {
        let answer = #"{"text":" a b","chunks":[{"text":" a","timestamp":[0,1]},{"text":" b","timestamp":[1,null]}]}"#
        let perceiver = Perceiver(client: try client(Service(reply(answer))))
        let transcript = try await perceiver.transcribe(
            URL(fileURLWithPath: Self.kitchen), timestamps: .enabled(true))
        #expect(transcript.chunks.map(\.end) == [1, nil])
        // It is known where the recording ends, and a subtitle ends there.
        let end = try #require(transcript.receipt).source.duration
        let expected = String(format: "00:00:%06.3f", end).replacing(".", with: ",")
        #expect(transcript.subtitles(.srt).contains("00:00:01,000 --> \(expected)"))
    }

    /// Segments and answers whose score is null, or is not there.
    @Test func scoresMayBeMissing() async throws {
        let mask = Base64.encode(
            try Mask(size: PixelSize(width: 1, height: 1), pixels: [255]).image().encoded(as: .png))
        let answer = #"[{"label":"a","score":null,"mask":"\#(mask)"},{"label":"b","mask":"\#(mask)"}]"#
        let perceiver = Perceiver(client: try client(Service(reply(answer))))
        let found = try await perceiver.segment(
            URL(fileURLWithPath: Self.scene), threshold: 0.9, rescalingMasks: true)
        #expect(found.segments.map(\.label) == ["a", "b"])
        #expect(found.segments.allSatisfy { $0.score == nil })
    }

    /// The same answer as a list and as a bare object, flat and nested.
    @Test func listsAndBareObjectsAreTheSame() async throws {
        func labels(_ answer: String) async throws -> [String] {
            try await client(Service(reply(answer))).textClassification("x").map(\.label)
        }
        for answer in [#"[[{"label":"A","score":1}]]"#, #"[{"label":"A","score":1}]"#, #"{"label":"A","score":1}"#] {
            #expect(try await labels(answer) == ["A"])
        }
        let image = MediaInput(bytes: try TestFiles.bytes(of: Self.scene), mediaType: .png)
        for answer in [#"[{"generated_text":"a cat"}]"#, #"{"generated_text":"a cat"}"#] {
            #expect(
                try await client(Service(reply(answer))).imageToText(image).map(\.generatedText) == ["a cat"])
        }
        for answer in [
            #"{"sequence":"x","labels":["A"],"scores":[1]}"#, #"[{"sequence":"x","labels":["A"],"scores":[1]}]"#,
            #"[{"label":"A","score":1}]"#,
        ] {
            let result = try await client(Service(reply(answer))).zeroShotClassification("x", candidateLabels: ["A"])
            #expect(result.labels == ["A"])
        }
        for answer in [
            #"{"answer":"A","score":1,"start":0,"end":1}"#, #"[{"answer":"A","score":1,"start":0,"end":1}]"#,
        ] {
            #expect(try await client(Service(reply(answer))).questionAnswer(question: "x", context: "y").answer == "A")
        }
    }

    /// Boxes of a picture that was sent smaller, and sideways photos: x by the ratio of the widths, y by that of the
    /// heights.
    @Test func boxesLieOnThePhotoAsItIsSeen() async throws {
        let answer = #"[{"label":"a","score":1,"box":{"xmin":0,"ymin":100,"xmax":150,"ymax":500}}]"#
        let service = Service(reply(answer))
        var perceiver = Perceiver(client: try client(service))
        perceiver.imagePreparation.exactSize = PixelSize(width: 300, height: 200)
        // Stored as 1600 × 1200 with orientation 6: 1200 × 1600 as it is seen.
        let found = try await perceiver.detectObjects(in: URL(fileURLWithPath: Self.photo))
        // 1200/300 and 1600/200; what lies below the picture is cut off.
        #expect(found.objects.map(\.box) == [BoundingBox(xMin: 0, yMin: 800, xMax: 600, yMax: 1600)])
    }

    /// A photo's orientation is in its pixels when it is sent, and nowhere else.
    @Test func photosAreSentUprightWithoutATag() async throws {
        let service = Service(reply("[]"))
        _ = try await Perceiver(client: client(service)).detectObjects(in: URL(fileURLWithPath: Self.photo))
        let upload = MediaSource.bytes(service.requests[0].body)
        let header = try ImageReader(upload).header
        #expect(header.orientation == .upright)
        #expect(header.size == PixelSize(width: 1000, height: 1333))
    }

    /// A fixed threshold, and so "no objects".
    @Test func theThresholdIsTheCallers() async throws {
        let answer = #"[{"label":"a","score":0.2,"box":{"xmin":0,"ymin":0,"xmax":9,"ymax":9}}]"#
        let service = Service(reply(answer))
        let perceiver = Perceiver(client: try client(service))
        let picture = URL(fileURLWithPath: Self.scene)
        #expect(try await perceiver.detectObjects(in: picture, threshold: 0.1).objects.count == 1)
        #expect(service.bodies[0].hasSuffix(#""parameters":{"threshold":0.1}}"#))
        #expect(try await perceiver.detectObjects(in: picture, threshold: 0.3).objects.isEmpty)
        #expect(try await perceiver.detectObjects(in: picture).objects.count == 1)
    }

    /// Speech that is called WAV, and is FLAC.
    @Test func generatedMediaAreWhatTheirBytesAre() async throws {
        let flac = try TestFiles.bytes(of: TestFiles.media("audio/harbour-44100-stereo.flac"))
        let service = Service(
            TransportReply(status: 200, headers: [.contentType: "audio/wav"], body: flac))
        let speech = try await client(service).textToSpeech("x")
        #expect(speech.mediaType == .flac)
        #expect(speech.fileExtension == "flac")
        // Its own reader makes of it what was asked for.
        #expect(try Recording(decoding: .bytes(speech.bytes)).channels.count == 2)
    }

    // MARK: What the library has

    /// A client for Swift without the service's own tasks.
    @Test func theClassicTasksAreMethods() async throws {
        let service = Service(reply(#"[{"token":1,"token_str":"a","score":1,"sequence":"a"}]"#))
        _ = try await client(service).fillMask("[MASK]")
        #expect(
            service.requests[0].url.absoluteString
                == "https://router.huggingface.co/hf-inference/models/\(FillMask.defaultModel)")
        #expect(service.bodies[0] == #"{"inputs":"[MASK]"}"#)
        let methods = Set(TaskCatalogue.tasks.flatMap(\.methods))
        for method in [
            "fillMask", "summarization", "questionAnswer", "tableQuestionAnswer", "textClassification",
            "textGeneration", "tokenClassification", "translation", "zeroShotClassification", "conversational",
            "featureExtraction", "automaticSpeechRecognition", "audioClassification", "imageClassification",
            "objectDetection", "imageSegmentation",
        ] {
            #expect(methods.contains(method), "\(method)")
        }
    }
}
