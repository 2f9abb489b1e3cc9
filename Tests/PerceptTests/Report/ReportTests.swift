import Foundation
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

@testable import Percept

/// Collecting results from files.
@Suite struct ReportTests {
    private func report(_ files: [String: String], _ inputs: [String]? = nil, in folder: TemporaryFolder) throws
        -> Report
    {
        for (name, text) in files { _ = try folder.write(Array(text.utf8), as: name) }
        return try Report(collecting: (inputs ?? files.keys.sorted()).map { .file(folder.file($0)) })
    }

    private static let cat = #"{"label":"cat","score":0.9,"box":{"xmin":1,"ymin":2,"xmax":3,"ymax":4}}"#

    @Test func resultsOfOneFileAreOneEntry() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write([0xFF, 0xD8, 0xFF], as: "photo.jpg")
        let report = try report(
            [
                "a.jsonl": """
                {"file":"photo.jpg","detections":[\(Self.cat)],"sent":{"mediaType":"image/jpeg","byteCount":12}}
                {"file":"talk.wav","text":"Good morning","chunks":[{"text":"Good morning","timestamp":[0.5,null]}]}

                """,
                "b.json": #"{"file":"./photo.jpg","classes":[{"label":"tabby","score":null}]}"#,
            ], in: folder)
        #expect(report.entries.map(\.name) == ["photo.jpg", "talk.wav"])
        let photo = report.entries[0]
        #expect(photo.source?.path == folder.file("photo.jpg"))
        let box = BoundingBox(xMin: 1, yMin: 2, xMax: 3, yMax: 4)
        #expect(
            photo.findings.map(\.content) == [
                .detections([Detection(label: "cat", score: 0.9, box: box)]),
                .classes([ClassScore(label: "tabby", score: nil)]),
            ])
        #expect(photo.findings[0].sent == SentMedia(mediaType: .jpeg, byteCount: 12))
        let talk = report.entries[1]
        #expect(talk.source == nil)
        #expect(
            talk.findings.map(\.content) == [
                .transcript(text: "Good morning", chunks: [.init(text: "Good morning", start: 0.5, end: nil)])
            ])
        #expect(
            report.warnings == [
                "\(folder.file("a.jsonl")), line 2: the file talk.wav was not found; its results are shown without it"
            ])
    }

    @Test func aFolderIsReadWithItsMasks() throws {
        let folder = try TemporaryFolder()
        for inner in ["saved", "other", "empty", "deep/er"] {
            try FileManager.default.createDirectory(
                at: folder.url.appendingPathComponent(inner), withIntermediateDirectories: true)
        }
        let list = #"[{"label":"cat","score":0.5,"mask":"000-cat.png","area":4,"box":null}]"#
        for name in ["saved/segments.json", "other/segments.json", "deep/er/segments.json"] {
            _ = try folder.write(Array(list.utf8), as: name)
        }
        let report = try report(
            [
                "b.jsonl": #"{"file":"photo.jpg","segments":\#(list),"output":"saved"}"#,
                "notes.txt": "not read",
            ], ["."], in: folder)
        // The list in "saved" repeats the line; "deep" is nested too deeply.
        #expect(report.entries.map(\.name) == ["photo.jpg", "\(folder.file("."))/other"])
        let masks = report.entries.map { entry in
            entry.findings.compactMap { finding -> String? in
                guard case .segments(let segments, let folder?) = finding.content else { return nil }
                return segments.first?.mask.map { "\(folder)/\($0)" }
            }
        }
        #expect(masks == [["\(folder.file("."))/saved/000-cat.png"], ["\(folder.file("."))/other/000-cat.png"]])
    }

    @Test(arguments: [
        ("[]", "skipped, an empty list"),
        ("7", "skipped, found a number, expected a result"),
        (
            #"{"file":"a.jpg","kind":"image"}"#,
            "skipped, expected a transcript, classes, detections or segments (found the keys file, kind)"
        ),
        (#"{"text":"x"}"#, "skipped, no file name (found the keys text)"),
    ]) func whatIsNoResultIsNamed(text: String, warning: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.file("x.json")
        let report = try report(["x.json": text, "y.json": #"{"file":"b","text":""}"#], in: folder)
        #expect(report.warnings.first == "\(file): \(warning)")
        #expect(report.entries.map(\.name) == ["b"])
    }

    @Test func aTruncatedLineIsReported() throws {
        let folder = try TemporaryFolder()
        let report = try report(["x.jsonl": "{\"file\":\"b\",\"text\":\"\"}\n{\"file\":\"c\",\"te"], in: folder)
        #expect(report.entries.map(\.name) == ["b"])
        #expect(report.warnings.count == 2)
        #expect(report.warnings[1].text.hasPrefix("\(folder.file("x.jsonl")), line 2: skipped, not JSON ("))
    }

    @Test func partlyInvalidResultsKeepTheRest() throws {
        let folder = try TemporaryFolder()
        let report = try report(
            [
                "x.json": """
                {"file":"b","detections":[\(Self.cat),{"label":"dog","score":1},{"score":1}],
                 "segments":[{"label":"a","mask":"../../secret.png"},{"label":"b","mask":"b.png"}],"output":"masks"}
                """
            ], in: folder)
        let file = folder.file("x.json")
        #expect(
            report.warnings.dropFirst() == [
                "\(file): skipped 2 detections without a label or box",
                "\(file): skipped 1 mask outside the folder",
            ])
        guard case .segments(let segments, "masks") = report.entries[0].findings[1].content else {
            Issue.record("no segments")
            return
        }
        #expect(segments.map(\.mask) == [nil, "b.png"])
    }

    @Test func anErrorIsAFinding() throws {
        let folder = try TemporaryFolder()
        let report = try report(
            ["x.json": #"{"file":"b","error":{"kind":"timedOut","message":"too slow","remedy":"try again"}}"#],
            in: folder)
        #expect(report.entries[0].findings.map(\.content) == [.failure("too slow; try again")])
    }

    @Test func noResultsIsAnError() throws {
        let folder = try TemporaryFolder()
        let missing = MediaSource.file(folder.file("missing.json"))
        expectMediaError(.inputMissing) { _ = try Report(collecting: [missing]) }
        let error = expectMediaError(.malformedInput) { _ = try report(["x.json": "{}"], in: folder) }
        #expect(error?.problem.hasPrefix("holds no results") == true)
    }
}
