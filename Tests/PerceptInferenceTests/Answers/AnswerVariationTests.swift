import HTTPTypes
import PerceptCore
import Testing

@testable import PerceptInference

/// The response forms of servers of different versions and vendors, case by case. The texts come from reports and
/// recordings; the expected values were read by eye.
@Suite struct AnswerVariationTests {
    @Test func severalMasksKeepTheirPlaces() throws {
        let text = """
            [[{"score":0.9,"token":7,"token_str":" a","sequence":"<s> a b"}],\
            [{"score":0.8,"token":8,"token_str":" b","sequence":"a b"},{"score":0.1,"token":9,"token_str":"c",\
            "sequence":"a c"}]]
            """
        let filled = try FillMask(inputs: "<mask> <mask>").decode(answer(text))
        #expect(filled.map(\.mask) == [0, 1, 1])
        #expect(filled.map(\.tokenString) == [" a", " b", "c"])
        #expect(filled.last?.json["mask"] == 1)
    }

    @Test func allOfSeveralTextsAreKept() throws {
        let sequences = #"[{"generated_text":"a"},{"generated_text":"b"},{"generated_text":"c"}]"#
        #expect(try TextGeneration(inputs: "x").decode(answer(sequences)).map(\.generatedText) == ["a", "b", "c"])
        let translations = #"[{"translation_text":"eins"},{"translation_text":"zwei"}]"#
        let both = Translation(inputs: ["one", "two"])
        #expect(try both.decode(answer(translations)).map(\.translationText) == ["eins", "zwei"])
        let nested = #"[[{"translation_text":"eins"}],[{"translation_text":"zwei"}]]"#
        #expect(try both.decode(answer(nested)).map(\.translationText) == ["eins", "zwei"])
        let problem = error { () throws(InferenceError) in
            try both.decode(answer(#"[{"translation_text":"eins"}]"#))
        }
        #expect(problem?.problem.contains("1 translations for 2 texts") == true)
    }

    @Test func detailsKeepSeedsOf64Bits() throws {
        let text = """
            [{"generated_text":"x","details":{"finish_reason":"length","generated_tokens":20,\
            "seed":18446744073709551615,\
            "prefill":[{"id":1,"text":"a","logprob":null}],"tokens":[{"id":2,"text":"b","logprob":-0.25,\
            "special":true}],\
            "best_of_sequences":[]}}]
            """
        let generated = try #require(try TextGeneration(inputs: "x").decode(answer(text)).first)
        #expect(generated.details?.seed == 18_446_744_073_709_551_615)
        #expect(generated.details?.prefill.first?.logProbability == nil)
        #expect(generated.details?.tokens.first?.isSpecial == true)
        #expect(generated.details?.additional == ["best_of_sequences": []])
        #expect(generated.json["details"]?["seed"] == .unsignedInteger(.max))
    }

    @Test func labelsForSeveralTextsOrOne() throws {
        let two = ZeroShotClassification(inputs: ["a", "b"], candidateLabels: ["x", "y"])
        let lists =
            #"[[{"label":"x","score":1},{"label":"y","score":0}],[{"label":"y","score":1},{"label":"x","score":0}]]"#
        #expect(try two.decode(answer(lists)).map(\.labels) == [["x", "y"], ["y", "x"]])
        #expect(try two.decode(answer(lists)).map(\.sequence) == ["a", "b"])
        let objects = #"[{"sequence":"a","labels":["x"],"scores":[1]},{"sequence":"b","labels":["y"],"scores":[1]}]"#
        #expect(try two.decode(answer(objects)).map(\.sequence) == ["a", "b"])
        let uneven = #"{"sequence":"a","labels":["x","y"],"scores":[1]}"#
        let one = ZeroShotClassification(inputs: "a", candidateLabels: ["x", "y"])
        #expect(error { () throws(InferenceError) in try one.decode(answer(uneven)) }?.kind == .answerMalformed)
        #expect(error { () throws(InferenceError) in try two.decode(answer(uneven)) }?.kind == .answerMalformed)
    }

    @Test func featuresOfEveryDepth() throws {
        func features(_ text: String) throws -> FeatureTensor {
            try FeatureExtraction(inputs: "x").decode(answer(text))
        }
        #expect(try features("[1,2.5]") == .vector([1, 2.5]))
        #expect(try features("[1,2.5]").depth == 1)
        #expect(try features("[[1],[2]]").vectors == [[1], [2]])
        #expect(try features("[[1],[2]]").vector == nil)
        #expect(try features("[[[1,2],[3,4]]]").depth == 3)
        #expect(try features("[[[[1,2]]]]").vector == [1, 2])
        #expect(try features(#"{"embeddings":[[1,2]]}"#).vector == [1, 2])
        // struct.pack("<2f", 1.0, -2.5) in base64.
        #expect(try features(#""AACAPwAAIMA=""#).vector == [1, -2.5])
        #expect(
            error { () throws(InferenceError) in
                try FeatureExtraction(inputs: "x").decode(answer(#"[1,"a"]"#))
            }?.problem.contains("$[1] is a string") == true)
    }

    @Test func mediaAsBodyOrInside() throws {
        // `printf '\x89PNG\r\n\x1a\n' | base64`
        let base64 = "iVBORw0KGgo="
        let task = TextToImage(inputs: "x")
        let raw = InferenceAnswer(headers: [.contentType: "image/jpeg"], body: pngSignature)
        let expected = [GeneratedMedia(bytes: pngSignature, mediaType: .png)]
        #expect(try task.decode(raw) == expected)
        for text in [
            "\"\(base64)\"", #"{"data":[{"b64_json":"\#(base64)"}]}"#, #"["\#(base64)"]"#, #"{"image":"\#(base64)"}"#,
            #"{"output":["data:image/png;base64,\#(base64)"]}"#,
            #"{"images":[{"url":"data:image/png;base64,\#(base64)"}]}"#,
        ] {
            #expect(try task.decode(answer(text)) == expected, "\(text)")
        }
        #expect(expected[0].fileExtension == "png")
        let two = #"{"data":[{"b64_json":"\#(base64)"},{"b64_json":"\#(base64)"}]}"#
        #expect(try task.decode(answer(two)).count == 2)
        for (text, words) in [
            (#"{"output":["https://example.org/a.png"]}"#, "link to https://example.org/a.png"),
            ("\"!!\"", "wrong character"),
            ("\"ZkxhQwAAACI=\"", "not image"), ("{}", "generated media"), ("[]", "generated media"),
        ] {
            let problem = error { () throws(InferenceError) in try task.decode(answer(text)) }
            #expect(problem?.kind == .answerMalformed)
            #expect(problem?.problem.contains(words) == true, "\(problem?.problem ?? "")")
        }
        let speech = TextToSpeech(inputs: "x")
        #expect(error { () throws(InferenceError) in try speech.decode(raw) }?.kind == .answerMalformed)
    }

    @Test func answersToRequestsAreToldByTheirBytes() throws {
        let task = RawRequest(body: .json([:]))
        #expect(try task.decode(answer(#"{"a":1}"#)) == .json(["a": 1]))
        #expect(try task.decode(answer("plain words", type: "text/plain")) == .text("plain words"))
        let picture = InferenceAnswer(body: pngSignature)
        #expect(try task.decode(picture) == .media(GeneratedMedia(bytes: pngSignature, mediaType: .png)))
        let unknown = InferenceAnswer(body: [0, 0xFF, 0xFE, 1])
        #expect(error { () throws(InferenceError) in try task.decode(unknown) }?.kind == .answerMalformed)
        #expect(
            error { () throws(InferenceError) in
                try task.decode(answer(#"{"error":"no"}"#))
            }?.serviceMessage == "no")
    }

    @Test func chatWithNullsAndToolCalls() throws {
        let text = """
            {"id":"","object":"text_completion","created":1,"model":"m","system_fingerprint":"f","choices":[{"index":0,\
            "message":{"role":"assistant","content":null,"tool_calls":[{"id":"0"}],"reasoning":"hm"},"logprobs":null,\
            "finish_reason":"eos_token"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"extra":4}}
            """
        let chat = ChatCompletion(messages: [.user("x")])
        let decoded = try chat.decode(answer(text))
        #expect(decoded.text == "")
        #expect(decoded.choices[0].message.toolCalls == [["id": "0"]])
        #expect(decoded.choices[0].message.additional == ["reasoning": "hm"])
        #expect(decoded.usage?.totalTokens == 3)
        #expect(decoded.usage?.additional == ["extra": 4])
        #expect(decoded.origin.object == "text_completion")
        func chunk(_ data: String) throws -> ChatCompletionChunk { try chat.decode(ServerSentEvent(data: data)) }
        #expect(
            try chunk(#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}],"usage":null}"#).text
                == "Hi")
        #expect(try chunk(#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#).text == "")
        #expect(try chunk(#"{"choices":[],"usage":{"total_tokens":3}}"#).usage?.totalTokens == 3)
        let empty = try chat.decode(answer(#"{"choices":[]}"#))
        #expect(empty.choices.isEmpty && empty.text == "")
        #expect(error { () throws(InferenceError) in try chat.decode(answer("{}")) }?.kind == .answerMalformed)
    }

    @Test func answersInQuestionsAboutPictures() throws {
        let donut = try DocumentQuestionAnswering(image: picture, question: "x").decode(
            answer(#"[{"answer":"us-001"}]"#))
        #expect(donut == [ExtractedAnswer(answer: "us-001")])
        let seen = try VisualQuestionAnswering(image: picture, question: "x").decode(
            answer(#"[{"score":0.5,"answer":null}]"#))
        #expect(seen == [VisualAnswer(answer: nil, score: 0.5)])
    }

    @Test func predictionsOfRows() throws {
        let table: Table = ["a": ["1", "2", "3"]]
        #expect(try TabularClassification(table: table).decode(answer("[5,5,7]")) == [5, 5, 7])
        #expect(try TabularRegression(table: table).decode(answer("[270.5,290,3e1]")) == [270.5, 290, 30])
        #expect(
            error { () throws(InferenceError) in
                try TabularRegression(table: table).decode(answer("[1,2]"))
            }?.problem.contains("a list of 3 predictions") == true)
        #expect(
            error { () throws(InferenceError) in
                try TabularRegression(table: table).decode(answer(#"["1","2","3"]"#))
            }?.problem.contains("$[0] is a string") == true)
    }

    @Test(arguments: [
        (TextGeneration.Parameters(temperature: 100.5), "temperature is 100.5; pass a number from 0.0 to 100.0"),
        (.init(topK: 0), "top_k is 0; pass an integer of 1 or more"),
        (.init(topP: 1.1), "top_p is 1.1"), (.init(repetitionPenalty: -1), "repetition_penalty is -1"),
        (.init(maxNewTokens: -1), "max_new_tokens is -1"), (.init(maxTime: 121), "max_time is 121"),
        (.init(returnSequenceCount: 11), "num_return_sequences is 11; pass an integer from 1 to 10"),
        (.init(topP: .nan), "top_p is null"), (.init(additional: ["do_sample": "yes"]), "do_sample is \"yes\""),
    ])
    func parametersOutOfRangeAreRefused(parameters: TextGeneration.Parameters, words: String) {
        let problem = error { () throws(InferenceError) in
            try TextGeneration(inputs: "x", parameters: parameters).payload()
        }
        #expect(problem?.kind == .invalidArgument)
        let said = [problem?.problem, problem?.remedy].compactMap(\.self).joined(separator: "; ")
        #expect(said.hasPrefix(words), "\(said)")
    }

    @Test func otherArgumentsOutOfRangeAreRefused() {
        func refuses(_ task: some WireTask) -> Bool {
            error { () throws(InferenceError) in try task.payload() }?.kind == .invalidArgument
        }
        #expect(refuses(ZeroShotClassification(inputs: "x", candidateLabels: [])))
        #expect(refuses(Conversational(text: "x", pastUserInputs: ["a"], generatedResponses: [])))
        #expect(refuses(TableQuestionAnswering(query: "x", table: ["a": ["1"], "b": []])))
        #expect(refuses(TableQuestionAnswering(query: "x", table: ["a": ["1"], "a": ["2"]])))
        #expect(refuses(TabularRegression(table: [:])))
        #expect(refuses(ChatCompletion(messages: [])))
        #expect(refuses(Summarization(inputs: "x", parameters: .init(minLength: -1))))
        #expect(refuses(VisualQuestionAnswering(image: MediaInput(bytes: [], mediaType: .png), question: "x")))
    }
}
