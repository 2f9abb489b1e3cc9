import PerceptCore
import Testing

@testable import PerceptInference

/// The type declarations of the wrapper that these tasks were taken from (hf.js 1.4), copied out by hand: every method,
/// every parameter with its range and default, every member of what is returned.
@Suite struct SeedDeclarationTests {
    struct Declaration: Sendable {
        var method: String
        var task: String
        var model: String
        var parameters: [TaskParameter] = []
        var input: JSONValue?
        /// One of every member that is declared.
        var answer: String
    }

    /// Where a range says nothing, what its meaning leaves: numbers of tokens from 1 on, a sum of probabilities up to
    /// 1.
    private static let sampling: [TaskParameter] = [
        TaskParameter(name: "top_k", kind: .integer(1 ... .max)), TaskParameter(name: "top_p", kind: .number(0...1)),
        TaskParameter(name: "temperature", kind: .number(0...100), defaultValue: "1.0"),
        TaskParameter(name: "repetition_penalty", kind: .number(0...100)),
        TaskParameter(name: "max_time", kind: .number(0...120)),
    ]
    private static let lengths: [TaskParameter] = [
        TaskParameter(name: "min_length", kind: .integer(0 ... .max)),
        TaskParameter(name: "max_length", kind: .integer(1 ... .max)),
    ]
    /// The 0…250 of `max_new_tokens` was a limit of the free service: there is none above here.
    private static let generation: [TaskParameter] =
        sampling + [
            TaskParameter(name: "max_new_tokens", kind: .integer(0 ... .max)),
            TaskParameter(name: "return_full_text", kind: .boolean, defaultValue: "true"),
            TaskParameter(name: "num_return_sequences", kind: .integer(1...10), defaultValue: "1"),
            TaskParameter(name: "do_sample", kind: .boolean, defaultValue: "true"),
        ]

    static let declarations: [Declaration] = [
        Declaration(
            method: "fillMask", task: "fill-mask", model: "bert-base-uncased", input: "[MASK] world!",
            answer: #"[{"score":0.5,"token":1,"token_str":"a","sequence":"b"}]"#),
        Declaration(
            method: "summarization", task: "summarization", model: "facebook/bart-large-cnn",
            parameters: lengths + sampling, input: "x", answer: #"[{"summary_text":"a"}]"#),
        Declaration(
            method: "questionAnswer", task: "question-answering", model: "deepset/roberta-base-squad2",
            input: ["question": "q", "context": "c"], answer: #"{"answer":"a","score":0.5,"start":1,"end":2}"#),
        Declaration(
            method: "tableQuestionAnswer", task: "table-question-answering", model: "google/tapas-base-finetuned-wtq",
            input: ["query": "q", "table": ["a": ["1"]]],
            answer: #"{"answer":"a","coordinates":[[0,0]],"cells":["1"],"aggregator":"NONE"}"#),
        Declaration(
            method: "textClassification", task: "text-classification",
            model: "distilbert-base-uncased-finetuned-sst-2-english", input: "x",
            answer: #"[{"label":"a","score":0.5}]"#),
        Declaration(
            method: "textGeneration", task: "text-generation", model: "gpt2", parameters: generation, input: "x",
            answer: #"[{"generated_text":"a"}]"#),
        Declaration(
            method: "text2TextGeneration", task: "text2text-generation", model: "google/flan-t5-xxl",
            parameters: generation, input: "x", answer: #"[{"generated_text":"a"}]"#),
        Declaration(
            method: "tokenClassification", task: "token-classification",
            model: "dbmdz/bert-large-cased-finetuned-conll03-english",
            parameters: [
                TaskParameter(
                    name: "aggregation_strategy", kind: .choice(["none", "simple", "first", "average", "max"]),
                    defaultValue: "simple")
            ], input: "x", answer: #"[{"entity_group":"PER","score":0.5,"word":"a","start":0,"end":1}]"#),
        Declaration(
            method: "namedEntities", task: "token-classification",
            model: "dbmdz/bert-large-cased-finetuned-conll03-english", input: "x",
            answer: #"[{"entity_group":"PER","score":0.5,"word":"a","start":0,"end":1}]"#),
        Declaration(
            method: "translation", task: "translation", model: "t5-base", input: "x",
            answer: #"[{"translation_text":"a"}]"#),
        Declaration(
            method: "zeroShotClassification", task: "zero-shot-classification", model: "facebook/bart-large-mnli",
            parameters: [
                // The declaration's 10 was the limit of the service of 2023; transformers has none.
                TaskParameter(name: "candidate_labels", kind: .strings(1...(.max))),
                TaskParameter(name: "multi_label", kind: .boolean, defaultValue: "false"),
            ], input: ["x"], answer: #"[{"sequence":"x","labels":["a"],"scores":[0.5]}]"#),
        Declaration(
            method: "conversational", task: "conversational", model: "microsoft/DialoGPT-large",
            parameters: lengths + sampling,
            input: ["text": "t", "generated_responses": ["g"], "past_user_inputs": ["p"]],
            answer: #"""
                {"generated_text":"a","conversation":{"generated_responses":["g"],"past_user_inputs":["p"]},
                "warnings":["w"]}
                """#),
        Declaration(
            method: "featureExtraction", task: "feature-extraction",
            model: "sentence-transformers/paraphrase-xlm-r-multilingual-v1",
            input: ["source_sentence": "s", "sentences": ["a"]], answer: "[0.5,0.25]"),
        Declaration(
            method: "automaticSpeechRecognition", task: "automatic-speech-recognition",
            model: "facebook/wav2vec2-large-960h-lv60-self", answer: #"{"text":"a"}"#),
        Declaration(
            method: "audioClassification", task: "audio-classification", model: "superb/hubert-large-superb-er",
            answer: #"[{"label":"a","score":0.5}]"#),
        Declaration(
            method: "imageClassification", task: "image-classification", model: "google/vit-base-patch16-224",
            answer: #"[{"score":0.5,"label":"a"}]"#),
        Declaration(
            method: "objectDetection", task: "object-detection", model: "facebook/detr-resnet-50",
            answer: #"[{"score":0.5,"label":"a","box":{"xmin":1,"ymin":2,"xmax":3,"ymax":4}}]"#),
        Declaration(
            method: "imageSegmentation", task: "image-segmentation", model: "facebook/detr-resnet-50-panoptic",
            answer: #"[{"score":0.5,"label":"a","mask":"iVBORw0KGgo="}]"#),
    ]

    @Test func allEighteenAreDeclared() {
        #expect(Self.declarations.count == 18)
        #expect(Set(Self.declarations.map(\.method)).count == 18)
    }

    @Test(arguments: declarations.map(\.method)) func everyParameterHasItsRangeAndDefault(method: String) throws {
        let declaration = try #require(Self.declarations.first { $0.method == method })
        let task = try #require(TaskCatalogue.task(named: declaration.task))
        #expect(task.methods.contains(method))
        #expect(task.defaultModel == declaration.model)
        for parameter in declaration.parameters {
            #expect(task.parameters.first { $0.name == parameter.name } == parameter)
        }
    }

    /// A member without a property would stay in `additional`.
    @Test(arguments: declarations.map(\.method)) func everyMemberThatIsReturnedHasAProperty(method: String) throws {
        let declaration = try #require(Self.declarations.first { $0.method == method })
        let task = try #require(TaskCatalogue.task(named: declaration.task))
        var arguments = TaskArguments(input: declaration.input)
        if task.medium != nil { arguments.media = MediaInput(bytes: [1], mediaType: .png) }
        if declaration.task == "zero-shot-classification" { arguments.parameters = ["candidate_labels": ["a"]] }
        let output = try task.decode(InferenceAnswer(body: Array(declaration.answer.utf8)), arguments)
        #expect(Self.leftOver(in: output).isEmpty)
        let json = try JSONValue(parsing: Array(declaration.answer.utf8))
        #expect(Self.unwrapped(output.json) == Self.unwrapped(json))
    }

    private static func leftOver(in value: Any) -> [String] {
        let mirror = Mirror(reflecting: value)
        return mirror.children.flatMap { child -> [String] in
            if let members = child.value as? JSONObject { return members.map(\.key) }
            return leftOver(in: child.value)
        }
    }

    /// Replaces a list of one with its element: some recorded responses omit the list.
    private static func unwrapped(_ value: JSONValue) -> JSONValue {
        if let list = value.arrayValue, list.count == 1 { list[0] } else { value }
    }
}
