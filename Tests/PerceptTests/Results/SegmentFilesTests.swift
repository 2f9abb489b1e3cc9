import Foundation
import Percept
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

@Suite struct SegmentFilesTests {
    private static func segment(_ label: String, score: Double? = 0.5, _ pixels: [UInt8]) throws -> Segment {
        Segment(label: label, score: score, mask: try Mask(size: PixelSize(width: 3, height: 2), pixels: pixels))
    }

    @Test func eachSegmentIsAFileAndAnEntry() throws {
        let folder = try TemporaryFolder()
        let segments = [
            try Self.segment("a/b", [0, 255, 255, 0, 255, 0]), try Self.segment("a/b", score: nil, [0, 0, 0, 0, 0, 0]),
        ]
        let files = try SegmentFiles.save(segments, in: folder.file("masks"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("masks")).sorted()
        #expect(names == ["000-a-b.png", "001-a-b.png", "segments.json"])
        for (segment, entry) in zip(segments, files.entries) {
            let name = try #require(entry.mask)
            #expect(try Mask(Image(decoding: .file(folder.file("masks/\(name)")))) == segment.mask)
        }
        let list = try JSONValue(parsing: TestFiles.bytes(of: folder.file("masks/segments.json")))
        let expected: JSONValue = [
            [
                "label": "a/b", "score": 0.5, "mask": "000-a-b.png", "area": 3,
                "box": ["xmin": 1, "ymin": 0, "xmax": 3, "ymax": 2],
            ],
            ["label": "a/b", "score": nil, "mask": "001-a-b.png", "area": 0, "box": nil],
        ]
        #expect(list == expected)
    }

    @Test func aFailureLeavesNoFiles() throws {
        let folder = try TemporaryFolder()
        // A folder blocks the path of the second mask.
        try FileManager.default.createDirectory(atPath: folder.file("001-b.png"), withIntermediateDirectories: false)
        let segments = [try Self.segment("a", [1, 1, 1, 1, 1, 1]), try Self.segment("b", [1, 1, 1, 1, 1, 1])]
        expectMediaError(.outputNotCreatable) { _ = try SegmentFiles.save(segments, in: folder.path) }
        #expect(try folder.contents() == ["001-b.png"])
    }

    @Test func anInputInTheFolderIsNotReplaced() throws {
        let folder = try TemporaryFolder()
        let segments = [try Self.segment("a", [1, 1, 1, 1, 1, 1]), try Self.segment("b", [1, 1, 1, 1, 1, 1])]
        for name in ["segments.json", "001-b.png"] {
            let input = try folder.write([1, 2, 3], as: name)
            expectMediaError(.invalidArgument) {
                _ = try SegmentFiles.save(segments, in: folder.path, protecting: [input])
            }
            #expect(try TestFiles.bytes(of: input) == [1, 2, 3])
        }
        #expect(try folder.contents() == ["001-b.png", "segments.json"])
    }

    @Test func aFailureKeepsOlderFiles() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write([1, 2, 3], as: "001-b.png")
        _ = try folder.write([4, 5, 6], as: "000-a.png")
        let segments = [try Self.segment("a", [1, 1, 1, 1, 1, 1]), try Self.segment("b", [1, 1, 1, 1, 1, 1])]
        expectMediaError(.invalidArgument) {
            _ = try SegmentFiles.save(segments, in: folder.path, protecting: [input])
        }
        #expect(try folder.contents() == ["000-a.png", "001-b.png"])
    }

    @Test func aFileIsNotAFolder() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write([1], as: "file")
        expectMediaError(.outputNotCreatable) { _ = try SegmentFiles.save([], in: file) }
    }
}

extension Segment {
    /// Creates a segment with a mask that is marked by `#` in `rows`.
    init(_ label: String, score: Double? = nil, rows: [String]) throws {
        let mask = try Mask(
            size: PixelSize(width: rows[0].count, height: rows.count),
            pixels: rows.joined().map { $0 == "#" ? 255 : 0 })
        self.init(label: label, score: score, mask: mask)
    }
}
