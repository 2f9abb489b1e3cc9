import PerceptCore
import Testing

@testable import PerceptInference

/// Request bodies against the wire protocol: raw bytes without parameters, base64 JSON with them.
@Suite struct TaskPayloadTests {
    private func text(_ payload: RequestPayload, _ options: RequestOptions = RequestOptions()) throws -> String {
        let body = try EncodedRequest(payload, options: options, for: .router).body
        #expect(body.mediaType == .json)
        return String(decoding: try body.bytes(), as: UTF8.self)
    }

    // `printf '\x89PNG\r\n\x1a\n' | base64`
    private let base64 = "iVBORw0KGgo="

    @Test func rawBytesKeepTheirExactType() throws {
        let recording = MediaInput(bytes: Array("fLaC".utf8), mediaType: .flac)
        let payloads = try [
            (AutomaticSpeechRecognition(audio: recording).payload(), recording),
            (AudioClassification(audio: recording).payload(), recording),
            (ImageClassification(image: picture).payload(), picture),
            (ObjectDetection(image: picture).payload(), picture),
            (ImageSegmentation(image: picture).payload(), picture),
        ]
        for (payload, input) in payloads {
            let encoded = try EncodedRequest(payload, options: RequestOptions(useGPU: true), for: .router)
            #expect(encoded.body == input)
        }
    }

    @Test func unsetParametersAreLeftOut() throws {
        #expect(
            try text(ObjectDetection(image: picture, threshold: 0.5).payload())
                == #"{"inputs":"\#(base64)","parameters":{"threshold":0.5}}"#)
        #expect(
            try text(ImageSegmentation(image: picture, maskThreshold: 0.25, subtask: .panoptic).payload())
                == #"{"inputs":"\#(base64)","parameters":{"mask_threshold":0.25,"subtask":"panoptic"}}"#)
        #expect(
            try text(ImageClassification(image: picture, topK: 3, functionToApply: .sigmoid).payload())
                == #"{"inputs":"\#(base64)","parameters":{"top_k":3,"function_to_apply":"sigmoid"}}"#)
        #expect(
            try text(ImageSegmentation(image: picture, threshold: 1, overlapMaskAreaThreshold: 0).payload())
                == #"{"inputs":"\#(base64)","parameters":{"threshold":1.0,"overlap_mask_area_threshold":0.0}}"#)
    }

    @Test(arguments: [
        (AutomaticSpeechRecognition.Timestamps.enabled(true), "true"), (.enabled(false), "false"), (.words, "\"word\""),
        (.chunks, "\"chunk\""),
    ])
    func timestamps(value: AutomaticSpeechRecognition.Timestamps, json: String) throws {
        let task = AutomaticSpeechRecognition(
            audio: picture, timestamps: value, generationParameters: ["temperature": 0.5, "num_beams": 2])
        #expect(
            try text(task.payload())
                == #"{"inputs":"\#(base64)","parameters":{"return_timestamps":\#(json),"#
                + #""generation_parameters":{"temperature":0.5,"num_beams":2}}}"#)
    }

    @Test func theGPUOptionTravelsInJSONBodies() throws {
        let payload = try ObjectDetection(image: picture, threshold: 0.5).payload()
        #expect(
            try text(payload, RequestOptions(useGPU: true))
                == #"{"inputs":"\#(base64)","parameters":{"threshold":0.5},"options":{"use_gpu":true}}"#)
    }

    @Test func argumentsOutOfRangeAreRefused() {
        func refuses(_ task: some WireTask) -> Bool {
            do throws(InferenceError) {
                _ = try task.payload()
                return false
            } catch {
                return error.kind == .invalidArgument
            }
        }
        #expect(refuses(ObjectDetection(image: picture, threshold: 1.5)))
        #expect(refuses(ObjectDetection(image: picture, threshold: .nan)))
        #expect(refuses(ImageSegmentation(image: picture, maskThreshold: -0.1)))
        #expect(refuses(ImageClassification(image: picture, topK: 0)))
        #expect(refuses(AudioClassification(audio: MediaInput(bytes: [], mediaType: .wav))))
    }
}
