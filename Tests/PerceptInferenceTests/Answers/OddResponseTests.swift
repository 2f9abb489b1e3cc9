import HTTPTypes
import PerceptCore
import Testing

@testable import PerceptInference

/// Responses that are odd as a whole: each gives its text or the service's own error. The bodies are ours, after public
/// reports about the services named.
@Suite struct OddResponseTests {
    private let chat = ChatCompletion(messages: [.user("x")])
    private let speech = AutomaticSpeechRecognition(audio: picture)

    // MARK: Transcripts

    @Test(arguments: [
        ("Good morning.\n", "text/plain; charset=utf-8", "Good morning.\n"), ("42", "text/plain", "42"),
        ("null", "text/plain", "null"), ("", "text/plain", ""), (#"{"text":"a"}"#, "text/plain", "a"),
        (#""a""#, "text/plain", "a"), (#"["a"]"#, "application/json", "a"), (#""a""#, "application/json", "a"),
        (#"{"text":null,"segments":[{"text":" a","start":0,"end":1},{"text":"b"}]}"#, "application/json", " a b"),
    ])
    func transcriptsWithoutAnObject(body: String, type: String, text: String) throws {
        #expect(try speech.decode(answer(body, type: type)).text == text)
    }

    @Test func transcriptsInLines() throws {
        let lines = """
            {"text":"Good ","start":0.0,"end":1.0}

            {"text":"morning,","start":1.0,"end":"2.5"}
            {"text":"all."}
            """
        let decoded = try speech.decode(answer(lines, type: "application/x-ndjson"))
        #expect(decoded.text == "Good morning, all.")
        #expect(decoded.chunks.map(\.end) == [1, 2.5, nil])
        let one = try speech.decode(answer(#"{"text":"a"}"#, type: "application/x-ndjson"))
        #expect(one.text == "a" && one.chunks.isEmpty)
        let failed = error { () throws(InferenceError) in
            try speech.decode(answer("{\"text\":\"a\"}\n{\"error\":\"busy\"}\n", type: "application/x-ndjson"))
        }
        #expect(failed?.serviceMessage == "busy")
    }

    @Test(arguments: ["<html>", "", "{}", "[]", "[1]", #"{"text":1}"#, #"{"text":null}"#, #"["a","b"]"#])
    func whatIsNoTranscriptIsAnError(body: String) {
        let error = error { () throws(InferenceError) in try speech.decode(answer(body)) }
        #expect(error?.kind == .answerMalformed)
    }

    @Test func timesAsStringsAndNumbersThatAreNone() throws {
        let text =
            #"{"text":"a","chunks":[{"text":"a","timestamp":["0.5",NaN]},{"text":"b","timestamp":[{},Infinity]}]}"#
        let chunks = try speech.decode(answer(text)).chunks
        #expect(chunks.map(\.start) == [0.5, nil])
        #expect(chunks.map(\.end) == [nil, nil])
    }

    // MARK: Chat

    @Test(arguments: [
        #"{"choices":[{"message":{"content":"a"}}]}"#, #"{"choices":{"message":{"content":"a"}}}"#,
        #"{"choices":[{"message":"a"}]}"#, #"{"choices":[{"text":"a"}]}"#,
        #"{"choices":[{"message":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"}]}}]}"#,
        #"{"choices":[{"message":{"content":{"type":"text","text":"a"}}}],"error":null}"#,
        #"{"choices":[{"message":{"content":"a"}}],"error":"","code":0,"error_message":""}"#,
        #"{"choices":[{"message":{"content":"a"},"error":{}}],"error":{}}"#,
        "\u{FEFF} {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
    ])
    func formsOfAChat(body: String) throws {
        #expect(try chat.decode(answer(body)).text == "a")
        let event = ServerSentEvent(data: body)
        #expect(try chat.decode(event).text == "a")
    }

    @Test func aSingleCallWithoutAList() throws {
        let text = #"{"choices":[{"message":{"tool_calls":{"id":"0","function":{"name":"f","arguments":{"a":1}}}}}]}"#
        let calls: [JSONValue] = [["id": "0", "function": ["name": "f", "arguments": ["a": 1]]]]
        #expect(try chat.decode(answer(text)).choices[0].message.toolCalls == calls)
    }

    @Test func chatAsPlainText() throws {
        #expect(try chat.decode(answer("moved", type: "text/plain")).text == "moved")
        #expect(try TextGeneration(inputs: "x").decode(answer("moved", type: "text/plain"))[0].generatedText == "moved")
    }

    @Test(arguments: [
        #"{"error":{"code":502,"message":"gone"},"choices":[]}"#, #"{"error":"gone"}"#, #"[{"error":"gone"}]"#,
        #"{"choices":[{"index":0,"message":{"content":""},"error":{"code":502,"message":"gone"}}]}"#,
        #"{"error":["gone"],"warnings":["gone"]}"#, #"{"error":true,"message":"gone"}"#,
    ])
    func errorsInASuccessAreTheServicesOwn(body: String) {
        let error = error { () throws(InferenceError) in try chat.decode(answer(body)) }
        #expect(error?.serviceMessage == "gone")
        #expect(error?.kind == .serviceFailed || error?.kind == .serviceUnavailable)
        #expect(error?.task == "chat-completion")
    }

    @Test func aChatWithoutChoicesHasNoText() throws {
        let whole = try chat.decode(answer(#"{"id":"1","choices":[],"usage":{"prompt_tokens":9}}"#))
        #expect(whole.text == "" && whole.choices.isEmpty)
        #expect(whole.usage?.promptTokens == 9)
    }

    @Test(arguments: ["{}", #"{"choices":[{"index":0}]}"#, #"{"choices":"a"}"#, "[]"])
    func whatIsNoChatIsAnError(body: String) {
        #expect(error { () throws(InferenceError) in try chat.decode(answer(body)) }?.kind == .answerMalformed)
        #expect(error { () throws(InferenceError) in try chat.events(in: answer(body)) }?.kind == .answerMalformed)
    }

    /// An error without words keeps its code in the excerpt.
    @Test func anErrorWithoutWords() {
        let error = error { () throws(InferenceError) in try chat.decode(answer(#"{"error":{"code":418}}"#)) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.bodyExcerpt?.contains("418") == true)
    }

    @Test func aWholeTextInPlaceOfAStream() throws {
        let pieces = try TextGeneration(inputs: "x").events(
            in: answer(#"[{"generated_text":"a b"},{"generated_text":"c"}]"#))
        #expect(pieces.map(\.text) == ["a b"])
        #expect(try chat.events(in: answer(#"{"choices":[{"message":{"content":"a"}}]}"#)).map(\.text) == ["a"])
    }

    // MARK: Numbers

    /// Python's json writes NaN and Infinity, which are not JSON.
    @Test func numbersThatAreNone() throws {
        let classes = ImageClassification(image: picture)
        let text =
            #"[{"label":"a","score":NaN},{"label":"b","score":-Infinity},{"label":7,"score":"0.5"},{"label":"c","#
            + #""score":1e999}]"#
        let decoded = try classes.decode(answer(text))
        #expect(decoded.map(\.score) == [nil, nil, 0.5, nil])
        #expect(decoded.map(\.label) == ["a", "b", "7", "c"])
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array("[NaN]".utf8)) }
        for text in ["[Nan]", "[Infinit]", "[--Infinity]", "[nan]"] {
            #expect(throws: JSONSyntaxError.self) { try answer(text).json() }
        }
        let detection = error { () throws(InferenceError) in
            try ObjectDetection(image: picture).decode(
                answer(#"[{"label":"a","score":1,"box":{"xmin":NaN,"ymin":0,"xmax":1,"ymax":1}}]"#))
        }
        #expect(detection?.problem.contains("xmin is null where a number") == true)
    }

    // MARK: As the service sent it

    @Test func anAnswerIsSingleWhereTheServiceSentOne() throws {
        let task = QuestionAnswering(question: "x", context: "y")
        let one = #"{"score":0.5,"start":1,"end":2,"answer":"a"}"#
        for text in [one, "[\(one)]", "[\(one),\(one)]"] {
            let expected = try JSONValue(parsing: Array(text.utf8))
            #expect(try task.decode(answer(text)).json == expected)
        }
    }

    @Test(arguments: [#""warnings":[]"#, #""warnings":["w"]"#])
    func warningsOfAConversationAreKept(member: String) throws {
        let text = #"{"generated_text":"a",\#(member)}"#
        let reply = try Conversational(text: "x").decode(answer(text))
        #expect(reply.json == (try JSONValue(parsing: Array(text.utf8))))
        let none = try Conversational(text: "x").decode(answer(#"{"generated_text":"a"}"#))
        #expect(none.json == ["generated_text": "a"])
    }

    // MARK: Refusals

    @Test(arguments: [
        ("Input validation error: `inputs` must have less than 512 tokens. Given: 514", false),
        ("Request Entity Too Large", true),
    ])
    func aTextThatIsTooLongIsNoLargeImage(words: String, isAboutUpload: Bool) {
        let body = JSONValue.object(["error": .string(words)]).serialized()
        let error = InferenceError(
            answer: InferenceAnswer(status: 413, headers: [.contentType: "application/json"], body: body),
            uploadByteCount: 20, tokenSource: nil, now: 0)
        #expect(error.kind == .payloadTooLarge)
        #expect(error.serviceMessage == words)
        #expect(error.problem.contains("20 bytes") == isAboutUpload)
        #expect(error.remedy?.contains("image") == isAboutUpload)
    }

    @Test func estimatesMayBeStrings() {
        let error = InferenceError(
            answer: InferenceAnswer(status: 503, body: Array(#"{"error":"loading","estimated_time":"20.0"}"#.utf8)),
            uploadByteCount: 0, tokenSource: nil, now: 0)
        #expect(error.kind == .modelLoading)
        #expect(error.retryAdvice == .later(afterSeconds: 20))
    }
}
