import Foundation
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

// The fragments of the article “Drawing results”, to the letter: that they compile is the first half of the test.

private func boxes() async throws {
    let perceiver = try Perceiver()
    let photo = MediaSource.file("photo.jpg")
    let found = try await perceiver.detectObjects(in: URL(filePath: "photo.jpg"))
    let filter = ResultFilter(threshold: 0.5, suppression: .hard(overlap: 0.6), count: 20)
    let kept = filter.apply(to: found.objects)
    let style = BoxStyle(outline: .dashed(), fillOpacity: 0.2)
    let annotated = try Image(decoding: photo).annotated(with: kept.map(\.result), style: style)
    try annotated.image.write(to: "annotated.png", as: .png)
}

private func masks(_ perceiver: Perceiver, _ photo: MediaSource) async throws {
    let segmentation = try await perceiver.segment(URL(filePath: "photo.jpg"))
    let saved = try SegmentFiles.save(segmentation.segments, in: "masks", formats: [.coco, .panoptic])
    let overlay = try Image(decoding: photo).overlaid(with: segmentation.segments)
    try overlay.write(to: "overlay.png", as: .png)
    _ = saved
}

private func sound(_ transcript: Transcript) async throws {
    let style = SoundPicture.Style()
    let analysis = try await SoundAnalysis.analyzing(.file("talk.wav"), columnCount: style.columnCount())
    let picture = SoundPicture(
        [.init(.waveform, of: analysis), .init(.spectrogram, of: analysis)], spans: transcript.spans, style: style)
    try picture.image().write(to: "talk.png", as: .png)
}

private func page() async throws {
    let report = try Report(collecting: [.file("run.jsonl"), .file("masks/segments.json")])
    let warnings = try await ReportPage(title: "Harbour").write(report, to: "report.html")
    _ = warnings
}

@Suite struct ArticleExampleTests {
    /// The second half: the article says the same, but for what the compiler would miss here.
    @Test func theArticleShowsWhatCompilesHere() throws {
        func lines(_ path: String) throws -> [String] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
        let root = TestFiles.packageRoot
        let article = try lines(
            root.appendingPathComponent("Sources/Percept/Percept.docc/FromAnAnswerToAPicture.md").path)
        let shown = article.split(separator: "```swift").dropFirst().map { Array($0.prefix { $0 != "```" }) }
        let here = try lines(#filePath)
        let functions = here.indices.filter { here[$0].hasPrefix("private func ") }
        let compiled = functions.map { start in Array(here[(start + 1)...].prefix { $0 != "}" }) }
        #expect(shown.map(\.count) == [8, 4, 5, 2])
        #expect(compiled.count == shown.count && zip(compiled, shown).allSatisfy { $0.starts(with: $1) })
    }
}
