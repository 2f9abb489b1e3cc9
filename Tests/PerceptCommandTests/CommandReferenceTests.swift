import ArgumentParser
import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptCommand

/// docs/command.md holds the help of every verb. With PERCEPT_WRITE_DOCS set the test writes the page.
@Suite struct CommandReferenceTests {
    private static var page: String {
        let command = PerceptCommand.self
        var sections = [
            "# The command",
            "The help of every verb, generated from the code. Exit codes follow sysexits.h.",
            fenced(command.helpMessage(columns: columns)),
        ]
        for verb in command.configuration.subcommands {
            sections += ["## \(verb._commandName)", fenced(command.helpMessage(for: verb, columns: columns))]
        }
        return sections.joined(separator: "\n\n") + "\n"
    }

    private static let columns = 110

    private static func fenced(_ help: String) -> String {
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop(while: \.isWhitespace).reversed())
        }
        return (["```text"] + lines.reversed().drop(while: \.isEmpty).reversed() + ["```"]).joined(separator: "\n")
    }

    @Test func thePageHoldsTheHelpOfEveryVerb() throws {
        let path = TestFiles.packageRoot.appendingPathComponent("docs/command.md")
        if ProcessInfo.processInfo.environment["PERCEPT_WRITE_DOCS"] != nil {
            try Self.page.write(to: path, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: path, encoding: .utf8)
        #expect(
            written == Self.page,
            "run PERCEPT_WRITE_DOCS=1 swift test --filter CommandReferenceTests and review the changes")
    }
}
