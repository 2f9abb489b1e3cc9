import ArgumentParser
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptCommand

/// The library names a parameter as a case; the command appends the flag that sets it.
@Suite struct ParameterFlagTests {
    /// The options in the help of all verbs, such as `--crop`.
    private static let options: Set<Substring> = {
        let command = PerceptCommand.self
        let help = command.configuration.subcommands.map { command.helpMessage(for: $0, columns: 1000) }.joined()
        return Set(
            help.split { !($0.isLetter || $0 == "-") }.filter { $0.hasPrefix("--") })
    }()

    @Test(arguments: Parameter.allCases) func theHelpHasTheFlagOfEveryParameter(_ parameter: Parameter) throws {
        let option = try #require(parameter.flag.split(separator: " ").first)
        #expect(Self.options.contains(option), "\(parameter.flag)")
        guard let limit = parameter.limit else { return }
        #expect(parameter.flag == "--limit \(limit.rawValue)=N")
    }

    @Test func everyParameterHasItsOwnFlag() {
        #expect(Set(Parameter.allCases.map(\.flag)).count == Parameter.allCases.count)
    }

    /// A text that ends like a parameter is left alone, since nothing matches on text.
    @Test func onlyTheCaseAddsAFlag() {
        let error = MediaError(
            .invalidArgument, source: "a.png", problem: "is odd (crop)", remedy: "raise the limit (pixelCount)")
        #expect(Failure.reporting(error).line == "\(error)")
        var limited = MediaError.exceeded(.pixelCount, 9, source: "a.png", problem: "has 10 pixels")
        #expect(
            Failure.reporting(limited).line
                == "a.png: has 10 pixels (pixelCount); raise the limit (--limit pixelCount=N)")
        limited.limit = MediaError.Limit(.maximumByteCount, value: 9)
        limited.problem = "has 10 bytes"
        #expect(Failure.reporting(limited).message == "a.png: has 10 bytes (--max-bytes)")
    }
}
