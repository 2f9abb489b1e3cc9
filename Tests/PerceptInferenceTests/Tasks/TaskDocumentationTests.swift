import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// Compares docs/tasks.md with the page rendered from the catalogue. PERCEPT_WRITE_DOCS rewrites the page.
@Suite struct TaskDocumentationTests {
    private static var page: String {
        var lines = [
            "# Tasks", "",
            "The wire format of each task, generated from the code: a test compares this page with the table in",
            "`Sources/PerceptInference/Tasks/TaskCatalogue.swift`, and another test decodes every response below.",
            "`percept run --list` prints the tasks; `percept run request` sends a body of your own to any model.", "",
            "| task | client method | default model | route below `/models/{id}` | carries |",
            "|---|---|---|---|---|",
        ]
        for task in TaskCatalogue.tasks {
            let methods = task.methods.map { "`\($0)`" }.joined(separator: ", ")
            let route = task.route.suffix.isEmpty ? "" : "`\(task.route.suffix)`"
            let carries = task.medium.map { "a file (\($0.rawValue))" } ?? "text"
            lines.append(
                "| [\(task.name)](#\(task.name)) | \(methods) | `\(task.defaultModel)` | \(route) | \(carries) |")
        }
        lines += ["", "| other name | task |", "|---|---|"]
        lines += TaskCatalogue.aliases.sorted { $0.key < $1.key }.map { "| `\($0.key)` | \($0.value) |" } + [""]
        return (lines + TaskCatalogue.tasks.flatMap(section)).joined(separator: "\n")
    }

    private static func section(_ task: TaskDescription) -> [String] {
        var lines = ["## \(task.name)", ""]
        lines += ["```sh", command(task), "```", ""] + body(task) + [""]
        if task.parameters.isEmpty {
            lines += ["It has no parameters of its own.", ""]
        } else {
            lines += ["| parameter | is | left out |", "|---|---|---|"]
            lines += task.parameters.map {
                "| `\($0.name)` | \($0.kind.expectation) | \($0.defaultValue.map { "`\($0)`" } ?? "") |"
            }
            lines.append("")
        }
        lines += ["Responses that are understood:", "", "```json"] + task.example.answers.map(wrapped) + ["```", ""]
        return lines
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }

    private static func command(_ task: TaskDescription) -> String {
        var words = ["percept run \(task.name)"]
        if let medium = task.medium { words.append("--file \(medium == .audio ? "talk.wav" : "photo.jpg")") }
        if let input = task.example.input { words.append("--input '\(wrapped(text(input)))'") }
        if !task.example.parameters.isEmpty {
            words.append("--parameters '\(wrapped(text(.object(task.example.parameters))))'")
        }
        let line = words.joined(separator: " ")
        return line.count <= width ? line : words.joined(separator: " \\\n  ")
    }

    private static let width = 100

    /// Breaks JSON text after commas outside strings where a line would be longer than ``width``.
    private static func wrapped(_ json: String) -> String {
        var (lines, piece, isInString, isEscaped) = ([""], "", false, false)
        for character in json + "," {
            piece.append(character)
            if character == "\"", !isEscaped { isInString.toggle() }
            isEscaped = character == "\\" && !isEscaped
            guard character == ",", !isInString else { continue }
            if lines[lines.count - 1].count + piece.count > width { lines.append("  ") }
            lines[lines.count - 1] += piece
            piece = ""
        }
        return String((lines.joined(separator: "\n") + piece).dropLast())
    }

    /// The body of the example, with base64 shortened.
    private static func body(_ task: TaskDescription) -> [String] {
        let payload = try? task.payload(TaskCatalogueTests.arguments(for: task))
        if case .raw = payload {
            return ["Sends the file itself, or with parameters `{\"inputs\":\"…\",\"parameters\":{…}}`."]
        }
        if let object = try? payload?.json() {
            let json = text(.object(object)).replacing("iVBORw0KGgo=", with: "…").replacing("ZkxhQw==", with: "…")
            return ["Sends:", "", "```json", wrapped(json), "```"]
        }
        return ["Sends nothing."]
    }

    @Test func thePageMatchesTheCatalogue() throws {
        let path = TestFiles.packageRoot.appendingPathComponent("docs/tasks.md")
        if ProcessInfo.processInfo.environment["PERCEPT_WRITE_DOCS"] != nil {
            try Self.page.write(to: path, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: path, encoding: .utf8)
        #expect(
            written == Self.page,
            "run PERCEPT_WRITE_DOCS=1 swift test --filter TaskDocumentationTests, and look at what it changes")
    }
}
