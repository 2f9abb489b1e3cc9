import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// Malformed metadata never fails a response: each member that is not the result is replaced by a value of every other
/// type.
///
/// The responses have the members that the services document (OpenAI's API reference, text-generation-inference's
/// OpenAPI, the hub's task pages); their values are ours.
@Suite struct MetadataTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var task: String
        /// Names of the members that make up the result.
        var result: Set<String>
        var body: String
        var type = "application/json"
        /// A response of a stream, as the data of one event.
        var isEvent = false

        var testDescription: String { "\(task)\(isEvent ? ", streamed" : ""): \(body.prefix(40))" }
    }

    static let cases: [Case] = [
        Case(
            task: "chat-completion", result: ["choices", "message", "content"],
            body: """
                {"id":"chatcmpl-1","object":"chat.completion","created":1730735114,"model":"m",\
                "system_fingerprint":"fp",\
                "service_tier":"default","choices":[{"index":0,"message":{"role":"assistant","content":"Paris.",\
                "refusal":null,\
                "annotations":[],"tool_calls":[]},"logprobs":{"content":[]},"finish_reason":"stop"}],\
                "usage":{"prompt_tokens":9,\
                "completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":0}},"error":null}
                """),
        Case(
            task: "chat-completion", result: ["choices", "delta", "content"],
            body: """
                {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1730735114,"model":"m",\
                "system_fingerprint":"fp",\
                "choices":[{"index":0,"delta":{"role":"assistant","content":"Paris.","tool_calls":[]},"logprobs":null,\
                "finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}
                """, isEvent: true),
        Case(
            task: "text-generation", result: ["generated_text"],
            body: """
                [{"generated_text":"Paris.","details":{"finish_reason":"length","generated_tokens":1,"seed":7,\
                "prefill":[{"id":1,\
                "text":"a","logprob":-1.5}],"tokens":[{"id":2,"text":"Paris.","logprob":-0.5,"special":false}]}}]
                """),
        Case(
            task: "text-generation", result: ["choices", "text", "generated_text"],
            body:
                #"{"id":"c","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":"Paris.","#
                + #""logprobs":null,"finish_reason":"stop"}],"usage":{"total_tokens":3}}"#
        ),
        Case(
            task: "text-generation", result: ["token", "text"],
            body:
                #"{"index":1,"token":{"id":2,"text":"Paris.","logprob":-0.5,"special":false},"#
                + #""details":{"finish_reason":"length","generated_tokens":1,"seed":7}}"#,
            isEvent: true),
        Case(
            task: "text-generation", result: ["choices", "text"],
            body:
                #"{"id":"c","object":"text_completion","created":1,"choices":[{"index":0,"text":"Paris.","#
                + #""logprobs":null,"finish_reason":"stop"}]}"#,
            isEvent: true),
        Case(
            task: "automatic-speech-recognition", result: ["text"],
            body: """
                {"task":"transcribe","language":"english","duration":1.5,"text":"Paris.","segments":[{"id":0,"seek":0,\
                "start":0,\
                "end":0.5,"text":" Paris.","tokens":[1],"temperature":0,"avg_logprob":-0.2}],\
                "words":[{"word":"Paris.","start":0,\
                "end":0.5}],"usage":{"type":"duration","seconds":2}}
                """),
        Case(
            task: "automatic-speech-recognition", result: ["text"],
            body:
                #"{"text":"Paris.","chunks":[{"text":"Paris.","timestamp":[0,0.5],"speaker":"A"}],"#
                + #""inferred_languages":["en"]}"#
        ),
        Case(
            task: "question-answering", result: ["answer"],
            body: #"{"score":0.97,"start":25,"end":30,"answer":"Paris."}"#),
        Case(
            task: "document-question-answering", result: ["answer"],
            body: #"[{"score":0.97,"start":25,"end":30,"answer":"Paris."}]"#),
        Case(task: "visual-question-answering", result: ["answer"], body: #"[{"score":0.97,"answer":"Paris."}]"#),
        Case(
            task: "table-question-answering", result: ["answer"],
            body: #"{"answer":"Paris.","coordinates":[[0,1]],"cells":["Paris"],"aggregator":"NONE","warnings":["w"]}"#),
        Case(
            task: "conversational", result: ["generated_text"],
            body: """
                {"generated_text":"Paris.","conversation":{"generated_responses":["Paris."],\
                "past_user_inputs":["Where?"]},\
                "warnings":["w"]}
                """),
        Case(task: "summarization", result: ["summary_text"], body: #"[{"summary_text":"Paris.","seed":7}]"#),
        Case(task: "translation", result: ["translation_text"], body: #"[{"translation_text":"Paris.","seed":7}]"#),
        Case(
            task: "fill-mask", result: ["sequence", "token_str"],
            body: #"[{"score":0.29,"token":1996,"token_str":"Paris.","sequence":"Paris."}]"#),
        Case(
            task: "token-classification", result: ["word"],
            body: #"[{"entity_group":"LOC","index":4,"score":0.99,"word":"Paris.","start":11,"end":16}]"#),
        Case(
            task: "zero-shot-classification", result: ["labels", "scores"],
            body: #"{"sequence":"x","labels":["Paris."],"scores":[0.8],"warnings":["w"]}"#),
        Case(
            task: "text-classification", result: ["label", "score"],
            body: #"[[{"label":"Paris.","score":0.5,"index":0}]]"#),
        Case(
            task: "object-detection", result: ["label", "score", "box", "xmin", "ymin", "xmax", "ymax"],
            body: #"[{"label":"Paris.","score":0.5,"box":{"xmin":1,"ymin":2,"xmax":3,"ymax":4},"index":0}]"#),
        Case(
            task: "image-segmentation", result: ["label", "mask"],
            body: #"[{"label":"Paris.","score":0.5,"mask":"iVBORw0KGgo="}]"#),
        Case(
            task: "image-to-text", result: ["generated_text"],
            body: #"[{"generated_text":"Paris.","details":{"seed":1}}]"#),
        Case(
            task: "text-to-image", result: ["data", "b64_json"],
            body:
                #"{"created":1,"data":[{"b64_json":"iVBORw0KGgo=","url":null,"revised_prompt":"x"}],"#
                + #""usage":{"total_tokens":1}}"#
        ),
        Case(
            task: "audio-to-audio", result: ["blob"],
            body: #"[{"label":"label_0","blob":"ZkxhQwAAACI=","content-type":"audio/flac"}]"#),
        Case(
            task: "feature-extraction", result: ["data", "embedding"],
            body:
                #"{"object":"list","model":"m","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"#
                + #""usage":{"total_tokens":1}}"#
        ),
    ]

    private static let replacements: [JSONValue?] = [
        nil, .null, "text", "7", 1_730_735_114.5, 7, -1, true, [], [[1]], [:], ["a": ["b": 1]], .unsignedInteger(.max),
    ]

    /// Extracts the result from any form of output.
    private func result(of output: any TaskOutput, _ names: Set<String>) -> [JSONValue] {
        func values(_ value: JSONValue) -> [JSONValue] {
            switch value {
            case .array(let elements): elements.flatMap(values)
            case .object(let members):
                // The pieces of a transcript or a text have texts of their own, which may go.
                members.flatMap { key, value -> [JSONValue] in
                    if ["chunks", "segments", "words", "details", "usage"].contains(key) { return [] }
                    guard names.contains(key), value.objectValue == nil else { return values(value) }
                    guard let elements = value.arrayValue else { return [value] }
                    return elements.flatMap { $0.scalarText == nil ? values($0) : [$0] }
                }
            default: []
            }
        }
        if output is [GeneratedMedia] || output is FeatureTensor { return [output.json] }
        return values(output.json)
    }

    /// Every variation of `value` in which one member that is not of the result is another thing, or gone.
    private func variations(of value: JSONValue, _ result: Set<String>) -> [JSONValue] {
        switch value {
        case .array(let elements):
            return elements.enumerated().flatMap { index, element in
                variations(of: element, result).map { changed in
                    var elements = elements
                    elements[index] = changed
                    return .array(elements)
                }
            }
        case .object(let members):
            return members.flatMap { key, value -> [JSONValue] in
                func replaced(_ new: JSONValue?) -> JSONValue {
                    var members = members
                    members[key] = new
                    return .object(members)
                }
                // An `error` that holds something is a failure, which other tests are about.
                let others = result.contains(key) || key == "error" ? [] : Self.replacements.map(replaced)
                return others + variations(of: value, result).map(replaced)
            }
        default: return []
        }
    }

    private func decode(_ json: JSONValue, _ entry: Case) throws -> any TaskOutput {
        let task = try #require(TaskCatalogue.task(named: entry.task))
        if entry.isEvent {
            let event = ServerSentEvent(data: String(decoding: json.serialized(), as: UTF8.self))
            return entry.task == ChatCompletion.name
                ? try ChatCompletion(messages: [.user("x")]).decode(event)
                : try TextGeneration(inputs: "x").decode(event)
        }
        var arguments = TaskArguments(input: task.example.input, parameters: task.example.parameters)
        if let medium = task.medium {
            arguments.media = medium == .audio ? MediaInput(bytes: [1], mediaType: .flac) : picture
        }
        return try task.decode(InferenceAnswer(body: json.serialized()), arguments)
    }

    @Test(arguments: cases) func metadataOfAnyKindLeavesTheResult(entry: Case) throws {
        let json = try JSONValue(parsing: Array(entry.body.utf8))
        let expected = result(of: try decode(json, entry), entry.result)
        #expect(!expected.isEmpty)
        let variations = variations(of: json, entry.result)
        #expect(variations.count >= Self.replacements.count)
        for variation in variations {
            do {
                #expect(result(of: try decode(variation, entry), entry.result) == expected, "\(variation)")
            } catch {
                let text = String(decoding: variation.serialized(), as: UTF8.self)
                Issue.record("\(text): \(error)")
            }
        }
    }

    /// Members that are not part of the result are kept.
    @Test func metadataThatCannotBeReadIsKept() throws {
        let text =
            #"{"id":12345,"created":"2025/05/16 16:29:57","choices":[{"index":"0","message":{"content":"x"},"#
            + #""finish_reason":7}],"usage":{"prompt_tokens":9.0,"total_tokens":9.5}}"#
        let answer = try ChatCompletion(messages: [.user("x")]).decode(InferenceAnswer(body: Array(text.utf8)))
        #expect(answer.text == "x")
        #expect(answer.origin.id == nil)
        #expect(answer.additional == ["id": 12345, "created": "2025/05/16 16:29:57"])
        #expect(answer.choices[0].index == 0)
        #expect(answer.choices[0].additional == ["finish_reason": 7])
        #expect(answer.usage?.promptTokens == 9)
        #expect(answer.usage?.additional == ["total_tokens": 9.5])
        #expect(answer.json["id"] == 12345)
    }
}
