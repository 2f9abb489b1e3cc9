import Foundation
import Percept
import PerceptCore
import PerceptTestSupport
import Testing

/// The README's example, to the letter: that it compiles is the first half of the test.
private func example() async throws {
    let perceiver = try Perceiver()
    let transcript = try await perceiver.transcribe(URL(filePath: "talk.wav"))
    print(transcript.text)
    let detect = DetectOperation(
        filter: ResultFilter(threshold: 0.8), files: DetectionFiles(annotatedPath: "annotated.png"))
    let found = try await perceiver.perform(detect, on: .file("photo.jpg"))
    for object in found.objects { print(object.label, object.score ?? 0, object.box) }
    print(String(decoding: try JSONEncoder().encode(found), as: UTF8.self))
}

@Suite struct ReadmeExampleTests {
    /// The second half: the README says the same.
    @Test func theReadmeShowsWhatCompilesHere() throws {
        func lines(_ path: String) throws -> [String] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
        let readme = try lines(TestFiles.packageRoot.appendingPathComponent("README.md").path)
        let start = try #require(readme.firstIndex(of: "```swift"))
        let shown = readme[(start + 1)...].prefix { $0 != "```" }.filter { !$0.hasPrefix("import ") }
        let here = try lines(#filePath)
        let body = try #require(here.firstIndex { $0.hasPrefix("private func example") })
        #expect(Array(here[(body + 1)...].prefix { $0 != "}" }) == Array(shown))
        #expect(shown.count == 8)
    }
}
