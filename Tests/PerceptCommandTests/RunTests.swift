import Foundation
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

/// `percept run` against tapes: JSON in, JSON out, media in files.
@Suite struct RunTests {
    /// A tape that gives each answer to any request of its path.
    private func tape(
        _ answers: [(path: String, response: JSONObject)], in folder: TemporaryFolder
    ) throws -> String {
        let exchanges = answers.map { answer -> JSONValue in
            ["request": ["method": "POST", "path": .string(answer.path)], "response": .object(answer.response)]
        }
        let tape: JSONValue = ["format": "percept-tape", "version": 1, "exchanges": .array(exchanges)]
        return try folder.write(tape.serialized(), as: "tape.json")
    }

    /// An input of the form that the task's own example has.
    private func arguments(for task: TaskDescription) throws -> [String] {
        var arguments = ["run", task.name]
        if let input = task.example.input {
            arguments += ["--input", String(decoding: input.serialized(), as: UTF8.self)]
        }
        if !task.example.parameters.isEmpty {
            let json = JSONValue.object(task.example.parameters).serialized()
            arguments += ["--parameters", String(decoding: json, as: UTF8.self)]
        }
        switch task.medium {
        case .audio: arguments += ["--file", TestFiles.kitchen]
        case .image: arguments += ["--file", TestFiles.scene, "--longest-side", "64"]
        default: break
        }
        return arguments
    }

    @Test func everyTaskRuns() throws {
        let folder = try TemporaryFolder()
        let answers = try TaskCatalogue.tasks.map { task in
            let answer = try JSONValue(parsing: Array(task.example.answers[0].utf8))
            return (
                path: "/hf-inference/models/\(task.defaultModel)\(task.route.suffix)",
                response: ["status": 200, "json": answer] as JSONObject
            )
        }
        // Two tasks share a model and its route; their examples have answers of their own.
        let paths = answers.map(\.path)
        #expect(Set(paths).count == paths.count)
        let path = try tape(answers, in: folder)
        for task in TaskCatalogue.tasks {
            let run = try CommandRun(arguments(for: task) + ["--tape", path], in: folder)
            #expect(run.status == 0, "\(task.name): \(run.errors)")
            let expected = try task.decode(
                InferenceAnswer(body: Array(task.example.answers[0].utf8)),
                TaskArguments(
                    input: task.example.input, media: task.medium.map { _ in MediaInput(bytes: [0], mediaType: .png) },
                    parameters: task.example.parameters))
            #expect(try run.json() == expected.json, "\(task.name)")
        }
    }

    @Test func theEndpointOverASocketAnswersToo() throws {
        let folder = try TemporaryFolder()
        let path = try tape(
            [
                (
                    "/models/bert-base-uncased",
                    ["status": 200, "json": [["score": 1, "token": 2, "token_str": "a", "sequence": "b"]]]
                )
            ],
            in: folder)
        let endpoint = try RunningEndpoint(["--tape", path])
        let run = try CommandRun(
            ["run", "fill-mask", "--input", "\"[MASK]!\"", "--endpoint", endpoint.url], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try run.json()[0]?["sequence"] == "b")
    }

    @Test func inputsComeFromFilesAndStandardInput() throws {
        let folder = try TemporaryFolder()
        let path = try tape(
            [("/models/t5-base", ["status": 200, "json": [["translation_text": "Guten Morgen"]]])], in: folder)
        _ = try folder.write(Array("\"Good morning\"".utf8), as: "in.json")
        let fromFile = try CommandRun(["run", "translation", "--input", "@in.json", "--tape", path], in: folder)
        #expect(try fromFile.json() == [["translation_text": "Guten Morgen"]])
        let piped = try CommandRun(
            ["run", "translation", "--input", "-", "--tape", path], in: folder, input: Array("\"Good morning\"".utf8))
        #expect(try piped.json() == [["translation_text": "Guten Morgen"]])
        let missing = try CommandRun(["run", "translation", "--input", "@no.json", "--tape", path], in: folder)
        #expect(missing.status == 66)
    }

    @Test func generatedMediaAreNamedByWhatTheyAre() throws {
        let folder = try TemporaryFolder()
        let recording = Base64.encode(try TestFiles.bytes(of: TestFiles.harbour))
        let picture = Base64.encode(try TestFiles.bytes(of: TestFiles.scene))
        let path = try tape(
            [
                (
                    "/models/espnet/kan-bayashi_ljspeech_vits",
                    ["status": 200, "headers": ["content-type": "audio/wav"], "base64": .string(recording)]
                ),
                (
                    "/models/speechbrain/sepformer-wham",
                    [
                        "status": 200,
                        "json": [
                            ["label": "label_0", "blob": .string(recording), "content-type": "audio/flac"],
                            ["label": "label_1", "blob": .string(picture), "content-type": "audio/flac"],
                        ],
                    ]
                ),
                (
                    "/models/timbrooks/instruct-pix2pix",
                    ["status": 200, "headers": ["content-type": "image/png"], "base64": .string(picture)]
                ),
            ], in: folder)
        // The service calls it WAV, and so does the caller: it is FLAC, and readable as such.
        let speech = try CommandRun(
            ["run", "text-to-speech", "--input", "\"Hello\"", "--tape", path, "-o", "speech.wav"], in: folder)
        #expect(speech.status == 0, "\(speech.errors)")
        #expect(
            try speech.json() == [
                [
                    "content-type": "audio/flac", "output": "speech.flac",
                    "byteCount": .integer(try TestFiles.bytes(of: TestFiles.harbour).count),
                ]
            ])
        #expect(speech.errors.contains("speech.flac"))
        #expect(try TestFiles.bytes(of: folder.file("speech.flac")) == TestFiles.bytes(of: TestFiles.harbour))

        let edited = try CommandRun(
            [
                "run", "image-to-image", "--file", TestFiles.photo, "--parameters", "{\"prompt\":\"snow\"}", "--tape",
                path, "-o", "new",
            ],
            in: folder)
        #expect(try edited.json()[0]?["output"] == "new.png")
        #expect(try Image(decoding: .file(folder.file("new.png"))).size == PixelSize(width: 960, height: 640))

        let voices = try CommandRun(
            ["run", "audio-to-audio", "--file", TestFiles.kitchen, "--tape", path, "-o", "voices"], in: folder)
        #expect(voices.status == 69, "an image is not a voice")
        #expect(voices.errors.contains("$[1].blob"))

        let inline = try CommandRun(["run", "text-to-speech", "--input", "\"Hello\"", "--tape", path], in: folder)
        #expect(try inline.json()[0]?["blob"]?.stringValue == recording)
    }

    @Test func aRawRequestSendsWhatItIsGiven() throws {
        let folder = try TemporaryFolder()
        let path = try tape(
            [
                ("/models/owner/odd", ["status": 200, "json": ["seed": 2_835_381_823_020_158_940]]),
                ("/models/owner/words", ["status": 200, "text": "just words"]),
            ], in: folder)
        let json = try CommandRun(
            ["run", "request", "--model", "owner/odd", "--input", "[1,2]", "--tape", path], in: folder)
        #expect(try json.json() == ["seed": 2_835_381_823_020_158_940])
        #expect(json.output.contains("2835381823020158940"))
        let words = try CommandRun(
            ["run", "request", "--model", "owner/words", "--file", TestFiles.scene, "--tape", path], in: folder)
        #expect(words.output == "\"just words\"\n")
        for arguments in [["--model", "a/b"], ["--input", "1"], ["--model", "a/b", "--input", "1", "--stream"]] {
            #expect(try CommandRun(["run", "request"] + arguments, in: folder).status == 64, "\(arguments)")
        }
    }

    @Test func textsArePrintedAsTheyAreWritten() throws {
        let folder = try TemporaryFolder()
        let events = ["Once", " upon"].map { text in
            "data:{\"token\":{\"id\":1,\"text\":\"\(text)\",\"logprob\":-1,\"special\":false},\"generated_text\":null,"
                + "\"details\":null}\n\n"
        }
        let path = try tape(
            [
                (
                    "/models/gpt2",
                    [
                        "status": 200, "headers": ["content-type": "text/event-stream"],
                        "text": .string(events.joined()),
                    ]
                )
            ], in: folder)
        let text = try CommandRun(
            ["run", "text-generation", "--stream", "--input", "\"x\"", "--tape", path], in: folder)
        #expect(text.output == "Once upon\n", "\(text.errors)")
        let json = try CommandRun(
            ["run", "text-generation", "--stream", "--json", "--input", "\"x\"", "--tape", path], in: folder)
        let lines = try json.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(lines.map { $0["token"]?["text"] } == ["Once", " upon"])
    }

    @Test func theListNamesEveryTask() throws {
        let folder = try TemporaryFolder()
        let text = try CommandRun(["run", "--list"], in: folder)
        #expect(text.output.split(separator: "\n").count == TaskCatalogue.tasks.count)
        let json = try CommandRun(["run", "--list", "--json"], in: folder)
        let lines = try json.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(lines.map { $0["task"]?.stringValue } == TaskCatalogue.tasks.map(\.name))
        #expect(lines.first?["parameters"]?["top_k"] == "an integer of 1 or more")
    }

    @Test(arguments: [
        ([], Int32(64), "missing task"), (["no-such-task", "--input", "1"], 64, "no-such-task"),
        (["fill-mask"], 64, "--input"), (["fill-mask", "--input", "[MASK] world"], 64, "not valid JSON"),
        (["fill-mask", "--input", "{}"], 64, "a string"), (["object-detection"], 64, "--file"),
        (["fill-mask", "--input", "\"x\"", "--file", "a.png"], 64, "does not accept --file"),
        (["object-detection", "--file", "a.png", "--input", "\"x\""], 64, "does not accept --input"),
        (["visual-question-answering", "--file", "a.png"], 64, "requires --input"),
        (["fill-mask", "--input", "\"x\"", "--parameters", "[1]"], 64, "not a JSON object"),
        (["fill-mask", "--input", "\"x\"", "--parameters", "{\"top_k\":0}"], 64, "top_k is 0"),
        (["fill-mask", "--input", "\"x\"", "--stream"], 64, "does not support --stream"),
        (["object-detection", "--file", "no.png"], 66, "no.png"),
        (["zero-shot-classification", "--input", "\"x\""], 64, "candidate_labels"),
        (["fill-mask", "--input", "\"x\""], 69, "no exchange on the tape"),
    ])
    func invalidArgumentsAreRejected(arguments: [String], status: Int32, words: String) throws {
        let folder = try TemporaryFolder()
        let path = try tape([], in: folder)
        let run = try CommandRun(["run"] + arguments + ["--tape", path], in: folder)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test func withoutATokenNothingIsSent() throws {
        let run = try CommandRun(["run", "fill-mask", "--input", "\"x\"", "--json"], in: TemporaryFolder())
        #expect(run.status == 77)
        #expect(try run.json()["error"]?["kind"] == "tokenMissing")
    }
}
