import Percept
import PerceptCore
import PerceptInference

/// Prints the tasks of the hub and their responses.
enum TaskPrinting {
    /// Prints text as it arrives.
    ///
    /// If the stream fails, a line break ends the partial text, so that the error starts on its own line.
    static func print(_ pieces: TextPieces, of task: TaskDescription, _ console: Console) async throws {
        var (isEmpty, endsLine, reason) = (true, true, String?.none)
        do {
            for try await piece in pieces {
                reason = piece.finishReason ?? reason
                if !piece.text.isEmpty { (isEmpty, endsLine) = (false, piece.text.hasSuffix("\n")) }
                try console.raw(console.isJSON ? piece.json.line : Console.printable(piece.text))
                // Stop requesting text once the output pipe is closed.
                guard Console.hasReader else { return }
            }
        } catch {
            if !console.isJSON, !endsLine { try console.raw("\n") }
            throw error
        }
        if !console.isJSON { try console.raw("\n") }
        guard isEmpty else { return }
        let ending = reason.map { " (finish reason “\($0)”)" } ?? ""
        let remedy = reason == "length" ? "; allow more tokens in --parameters" : ""
        console.warning("\(task.name): the response has no text\(ending)\(remedy)")
    }

    /// Prints a response as one line of JSON; generated media are written to files if `output` is given.
    static func print(
        _ answer: any TaskOutput, named name: String, to output: String?, protecting inputs: [String],
        _ console: Console
    ) throws {
        if let chat = answer as? ChatCompletionAnswer, chat.choices.isEmpty {
            console.warning("\(name): the response has no choices, and so no text")
        }
        let media = answer.generatedMedia
        guard let output, !media.isEmpty else { return try console.raw(answer.json.line) }
        let files = try GeneratedFiles.save(media, to: output, named: name, protecting: inputs)
        for (file, medium) in zip(files, media) where !file.hasPrefix(output) {
            console.notice("the response is \(medium.mediaType.name): saved as \(file)")
        }
        try console.raw(GeneratedFiles.json(answer.json, media, files).line)
    }

    /// Prints one line, or one JSON object, per task.
    static func printList(_ console: Console) throws {
        let width = TaskCatalogue.tasks.map(\.name.count).max() ?? 0
        for task in TaskCatalogue.tasks {
            let carries = task.medium.map { "--file \($0.rawValue)" } ?? "--input"
            let name = task.name.padded(to: width + 2)
            let form = carries.padded(to: 14)
            try console.result("\(name)\(form)\(task.defaultModel)", json: task.json)
        }
    }
}

extension JSONValue {
    /// One line of JSON.
    fileprivate var line: String { String(decoding: serialized(), as: UTF8.self) + "\n" }
}

extension TaskDescription {
    /// The object that `--list --json` prints.
    fileprivate var json: JSONObject {
        [
            "task": .string(name), "methods": methods.json, "model": .string(defaultModel),
            "route": .string("/models/{id}\(route.suffix)"), "medium": medium.map { .string($0.rawValue) } ?? .null,
            "streamed": .bool(isStreamed), "input": example.input ?? .null,
            "parameters": .object(
                JSONObject(parameters.map { ($0.name, .string($0.kind.expectation)) })),
        ]
    }
}
