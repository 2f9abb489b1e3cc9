import PerceptCore
import Testing

@testable import PerceptInference

/// Arguments that services take in more than one form, and words about those that they do not.
@Suite struct ArgumentFormTests {
    private func body(_ task: String, _ arguments: TaskArguments) throws -> JSONObject {
        let task = try #require(TaskCatalogue.task(named: task))
        return try #require(try task.payload(arguments).json())
    }

    private func problem(_ task: String, _ arguments: TaskArguments) throws -> String? {
        let task = try #require(TaskCatalogue.task(named: task))
        do throws(InferenceError) {
            _ = try task.payload(arguments)
            return nil
        } catch {
            #expect(error.kind == .invalidArgument)
            return "\(error.problem); \(error.remedy ?? "")"
        }
    }

    @Test(arguments: ["chat-completion", "text-generation"], ["\n", ["\n", "END"], []] as [JSONValue])
    func aStopIsATextOrSeveral(task: String, stop: JSONValue) throws {
        let body = try body(task, TaskArguments(input: "x", parameters: ["stop": stop]))
        #expect((body["parameters"]?["stop"] ?? body["stop"]) == stop)
    }

    @Test(arguments: [1, [1], ["a": "b"]] as [JSONValue]) func otherStopsAreRefused(stop: JSONValue) throws {
        let problem = try problem("text-generation", TaskArguments(input: "x", parameters: ["stop": stop]))
        #expect(problem?.hasSuffix("pass a string or a list of strings") == true)
    }

    // 2^53 + 1, which a Double cannot hold; the limits of 64 bits with and without a sign.
    @Test(
        arguments: ["chat-completion", "text-generation", "text-to-image"],
        [
            0, -1, 9_007_199_254_740_993, .integer(.min), .integer(.max), .unsignedInteger(9_223_372_036_854_775_808),
            .unsignedInteger(.max),
        ] as [JSONValue])
    func aSeedIsAnyInteger(task: String, seed: JSONValue) throws {
        let body = try body(task, TaskArguments(input: "x", parameters: ["seed": seed]))
        #expect((body["parameters"]?["seed"] ?? body["seed"]) == seed)
    }

    @Test(arguments: [1.5, "1", true] as [JSONValue]) func otherSeedsAreRefused(seed: JSONValue) throws {
        let problem = try problem("text-generation", TaskArguments(input: "x", parameters: ["seed": seed]))
        #expect(problem?.hasPrefix("seed is ") == true)
    }

    @Test(arguments: [10, 11, 200]) func anyNumberOfLabels(count: Int) throws {
        let labels = JSONValue.array((0..<count).map { .string("label \($0)") })
        let body = try body(
            "zero-shot-classification", TaskArguments(input: "x", parameters: ["candidate_labels": labels]))
        #expect(body["parameters"]?["candidate_labels"] == labels)
    }

    @Test(
        arguments: [
            (nil, "the parameter candidate_labels is missing; "),
            (.null, "the parameter candidate_labels is missing; "),
            ("a", "candidate_labels is a string; pass a list of strings"),
            ([], "candidate_labels is an empty list; pass one string or more"),
            (["a", 1], "candidate_labels[1] is a number; pass a list of strings"),
            (["a": "b"], "candidate_labels is an object; pass a list of strings"),
        ] as [(JSONValue?, String)])
    func labelsOfAnotherKindAreNamed(labels: JSONValue?, words: String) throws {
        var parameters = JSONObject()
        parameters["candidate_labels"] = labels
        let problem = try problem("zero-shot-classification", TaskArguments(input: "x", parameters: parameters))
        #expect(problem?.hasPrefix(words) == true, "\(problem ?? "")")
    }

    @Test func listsInTheInputAreNamed() throws {
        let input: JSONValue = ["text": "x", "past_user_inputs": "a", "generated_responses": ["b"]]
        #expect(
            try problem("conversational", TaskArguments(input: input))
                == "past_user_inputs is a string; pass a list of strings")
    }
}
