import PerceptCore
import Testing

@testable import PerceptInference

/// Every response form that services of different versions send.
@Suite struct TaskDecodingTests {
    @Test(arguments: [
        #"[{"label":"a","score":0.5},{"label":"b","score":null}]"#, #"[[{"label":"a","score":0.5},{"label":"b"}]]"#,
        #" [ {"score":5e-1,"label":"a"}, {"label":"b","score":null} ] "#,
    ])
    func classesNestedOrFlat(text: String) throws {
        let expected = [ClassScore(label: "a", score: 0.5), ClassScore(label: "b", score: nil)]
        #expect(try ImageClassification(image: picture).decode(answer(text)) == expected)
        #expect(try AudioClassification(audio: picture).decode(answer(text)) == expected)
    }

    @Test func aBareObjectIsAListOfOne() throws {
        let bare = try ImageClassification(image: picture).decode(answer(#"{"label":"a","score":1}"#))
        #expect(bare == [ClassScore(label: "a", score: 1)])
    }

    @Test func boxesOfIntegersAndFractions() throws {
        let text = #"[{"label":"cat","box":{"xmin":1,"ymin":2.5,"xmax":3e1,"ymax":-4}}]"#
        #expect(
            try ObjectDetection(image: picture).decode(answer(text)) == [
                DetectedObject(label: "cat", score: nil, box: BoundingBox(xMin: 1, yMin: 2.5, xMax: 30, yMax: -4))
            ])
        #expect(try ObjectDetection(image: picture).decode(answer("[]")).isEmpty)
        #expect(try ObjectDetection(image: picture).decode(answer("[[]]")).isEmpty)
    }

    @Test func segmentsWithoutScore() throws {
        let text = #"[{"label":"sky","mask":"AAAA","score":null},{"label":"sea","mask":"BBBB"}]"#
        let segments = try ImageSegmentation(image: picture).decode(answer(text))
        #expect(segments.map(\.score) == [nil, nil])
        #expect(segments.map(\.mask) == ["AAAA", "BBBB"])
    }

    @Test func chunksWithOpenEnd() throws {
        let text = """
            {"text":" Hello there","chunks":[{"text":" Hello","timestamp":[0,1.5],"speaker":null},\
            {"text":" there","timestamp":[1.5,null]},{"text":"!","timestamp":null},{"text":"?"}],\
            "inferred_languages":["en"]}
            """
        let speech = try AutomaticSpeechRecognition(audio: picture).decode(answer(text))
        #expect(speech.text == " Hello there")
        #expect(speech.trimmedText == "Hello there")
        #expect(speech.additional == ["inferred_languages": ["en"]])
        #expect(
            speech.chunks == [
                .init(text: " Hello", start: 0, end: 1.5, additional: ["speaker": nil]),
                .init(text: " there", start: 1.5, end: nil),
                .init(text: "!", start: nil, end: nil), .init(text: "?", start: nil, end: nil),
            ])
        #expect(
            try AutomaticSpeechRecognition(audio: picture).decode(answer(#"[{"text":"x","chunks":null}]"#)).text == "x")
    }

    @Test(arguments: [
        (#"[{"label":"cat"}]"#, "$[0].box is null where an object was expected"),
        (
            #"[{"label":"cat","box":{"xmin":1,"ymin":2,"xmax":"3","ymax":4}}]"#,
            "$[0].box.xmax is a string where a number"
        ),
        (#"[{"box":{"xmin":1,"ymin":2,"xmax":3,"ymax":4}}]"#, "$[0].label is null where a string"),
        (#"[1]"#, "$[0] is a number where an object"), ("null", "$ is null where a list or an object"),
        (#"[{"label":"cat","score":"high","box":{"xmin":1,"ymin":2,"xmax":3,"ymax":4}}]"#, "$[0].score is a string"),
        ("<html>", "not JSON"), ("", "not JSON"), ("[{\"label\":", "unexpected end"),
    ])
    func malformedAnswersNameThePlace(text: String, words: String) throws {
        let error = try #require(
            error { () throws(InferenceError) in
                try ObjectDetection(image: picture).decode(answer(text))
            })
        #expect(error.kind == .answerMalformed)
        #expect(error.task == "object-detection")
        #expect(error.problem.contains("object-detection"))
        #expect(error.problem.contains(words), "\(error.problem)")
        #expect(error.bodyExcerpt != nil)
        #expect(!error.description.contains("\n"))
    }

    @Test func excerptsAreLimited() throws {
        let long = "[{\"label\":" + String(repeating: "7\n ", count: 10_000) + "}]"
        let error = try #require(
            error { () throws(InferenceError) in
                try ObjectDetection(image: picture).decode(answer(long))
            })
        #expect(error.bodyExcerpt?.count == InferenceError.bodyExcerptLimit + 1)
        #expect(error.bodyExcerpt?.contains("\n") == false)
        let binary = InferenceAnswer(body: [0x89, 0x50, 0, 1, 2])
        #expect(binary.bodyExcerpt == "5 bytes of binary data")
    }

    @Test func anErrorInsideASuccessIsOne() throws {
        let error = try #require(
            error { () throws(InferenceError) in
                try ObjectDetection(image: picture).decode(answer(#"{"error":{"message":"out of memory"}}"#))
            })
        #expect(error.kind == .serviceFailed)
        #expect(error.serviceMessage == "out of memory")
    }
}
