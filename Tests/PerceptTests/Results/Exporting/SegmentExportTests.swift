import Foundation
import Percept
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

/// A label that every format must escape in its own way.
private let awkward = "a<b>&\"c\"\\\u{1}\n'é猫"

@Suite("Segments as COCO, panoptic and polygon JSON")
struct SegmentExportTests {
    private static let size = PixelSize(width: 4, height: 3)

    /// Decodes a COCO segmentation as COCO's tools do.
    private static func mask(_ json: JSONValue?, _ size: PixelSize) throws -> Mask {
        let json = try #require(json)
        if let parts = json.arrayValue {
            let polygons = parts.map { part in
                let numbers = (part.arrayValue ?? []).compactMap(\.integerValue)
                return MaskPolygon(
                    exterior: stride(from: 0, to: numbers.count - 1, by: 2).map {
                        .init(x: numbers[$0], y: numbers[$0 + 1])
                    })
            }
            return try Mask(polygons: polygons, size: size)
        }
        #expect(json["size"] == [.integer(size.height), .integer(size.width)])
        if let text = json["counts"]?.stringValue { return try Mask(cocoString: text, size: size) }
        return try Mask(cocoCounts: (json["counts"]?.arrayValue ?? []).compactMap(\.integerValue), size: size)
    }

    @Test func cocoByHand() throws {
        var dataset = COCODataset(categories: ["dog"])
        try dataset.add(
            [
                Segment("cat", score: 0.5, rows: ["##..", "##..", "...."]),
                Segment("none", rows: ["....", "....", "...."]),
                Segment("dog", rows: [".###", ".#.#", ".###"]),
            ], of: "a.png", size: Self.size)
        dataset.add(
            [Detection(label: awkward, score: 1, box: BoundingBox(xMin: 1, yMin: 2, xMax: 3.5, yMax: 4))], of: "b.png",
            size: PixelSize(width: 9, height: 8))
        let expected: JSONValue = [
            "images": [
                ["id": 1, "file_name": "a.png", "width": 4, "height": 3],
                ["id": 2, "file_name": "b.png", "width": 9, "height": 8],
            ],
            "annotations": [
                [
                    "id": 1, "image_id": 1, "category_id": 2, "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0,
                    "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]], "score": 0.5,
                ],
                // Column by column: three outside, seven inside (1, 2 and the top of 3 except the hole), and so on.
                [
                    "id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 0, 3, 3], "area": 8, "iscrowd": 0,
                    "segmentation": ["size": [3, 4], "counts": "34114"],
                ],
                [
                    "id": 3, "image_id": 2, "category_id": 3, "bbox": [1, 2, 2.5, 2], "area": 5, "iscrowd": 0,
                    "segmentation": [], "score": 1.0,
                ],
            ],
            "categories": [
                ["id": 1, "name": "dog", "supercategory": ""], ["id": 2, "name": "cat", "supercategory": ""],
                ["id": 3, "name": .string(awkward), "supercategory": ""],
            ],
        ]
        let json = dataset.json
        // The ring's text is compared by its meaning.
        let ring = json["annotations"]?[1]?["segmentation"]
        #expect(try Self.mask(ring, Self.size) == Segment("dog", rows: [".###", ".#.#", ".###"]).mask)
        #expect(json["images"] == expected["images"] && json["categories"] == expected["categories"])
        #expect(json["annotations"]?[0] == expected["annotations"]?[0])
        #expect(json["annotations"]?[2] == expected["annotations"]?[2])
        #expect(json["annotations"]?[1]?["area"] == 8 && json["annotations"]?[1]?["bbox"] == [1, 0, 3, 3])
        // Another parser reads the escaped label unchanged.
        let object = try JSONSerialization.jsonObject(with: Data(json.serialized())) as? [String: Any]
        let categories = object?["categories"] as? [[String: Any]]
        #expect(categories?.last?["name"] as? String == awkward)
    }

    @Test(arguments: COCODataset.MaskForm.allCases)
    func cocoReadsBack(form: COCODataset.MaskForm) throws {
        var random = SplitMix64(seed: 5)
        let size = PixelSize(width: 19, height: 13)
        let segments = try (0..<40).map { index in
            let density = index % 8
            return Segment(
                label: "\(index % 3)", score: nil,
                mask: try Mask(
                    size: size,
                    pixels: (0..<size.pixelCount).map { _ in
                        Int.random(in: 0..<8, using: &random) < density ? 255 : 0
                    }))
        }
        var dataset = COCODataset()
        try dataset.add(segments, of: "x", size: size, masksAs: form)
        let annotations = dataset.json["annotations"]?.arrayValue ?? []
        let expected = segments.filter { $0.mask.area > 0 }
        #expect(annotations.count == expected.count)
        for (annotation, segment) in zip(annotations, expected) {
            #expect(try Self.mask(annotation["segmentation"], size) == segment.mask)
        }
    }

    @Test func panopticGivesAPixelToTheBestSegment() throws {
        let segments = try [
            Segment("cat", score: 0.2, rows: ["###.", "....", "...."]), Segment("sky", rows: ["####", "####", "...."]),
            Segment("cat", score: 0.9, rows: ["..##", "....", "...."]),
            Segment("dog", score: 0.9, rows: ["...#", "....", "...."]),
        ]
        let panoptic = try PanopticSegmentation(segments, size: Self.size)
        #expect(panoptic.parts.map(\.identifier) == [1, 2, 3])
        #expect(panoptic.parts.map(\.mask.area) == [2, 4, 2])
        let expected: JSONValue = [
            "images": [["id": 1, "file_name": "p.jpg", "width": 4, "height": 3]],
            "annotations": [
                [
                    "image_id": 1, "file_name": "p.png",
                    "segments_info": [
                        ["id": 1, "category_id": 1, "area": 2, "bbox": [0, 0, 2, 1], "iscrowd": 0, "score": 0.2],
                        ["id": 2, "category_id": 2, "area": 4, "bbox": [0, 1, 4, 1], "iscrowd": 0],
                        ["id": 3, "category_id": 1, "area": 2, "bbox": [2, 0, 2, 1], "iscrowd": 0, "score": 0.9],
                    ],
                ]
            ],
            "categories": [
                ["id": 1, "name": "cat", "supercategory": "", "isthing": 1],
                ["id": 2, "name": "sky", "supercategory": "", "isthing": 1],
            ],
        ]
        #expect(panoptic.json(fileName: "p.jpg", pngName: "p.png") == expected)
        let read = try PanopticImage.segments(of: panoptic.image())
        #expect(read.map(\.identifier) == [1, 2, 3] && read.map(\.mask) == panoptic.parts.map(\.mask))
    }

    @Test func polygonsHaveAllPartsAndHoles() throws {
        let rows = [".....", ".###.", ".#.#.", ".###.", "....#"]
        let json = try SegmentPolygons.json(
            [Segment(awkward, score: 0.5, rows: rows)], size: PixelSize(width: 5, height: 5))
        let expected: JSONValue = [
            "width": 5, "height": 5,
            "segments": [
                [
                    "label": .string(awkward), "score": 0.5, "area": 9,
                    "polygons": [
                        [[[1, 1], [4, 1], [4, 4], [1, 4]], [[2, 2], [2, 3], [3, 3], [3, 2]]],
                        [[[4, 4], [5, 4], [5, 5], [4, 5]]],
                    ],
                ]
            ],
        ]
        #expect(json == expected)
    }

    @Test func masksOfAnotherSizeAreRefused() throws {
        let segments = [try Segment("a", rows: ["#"])]
        expectMediaError(.invalidArgument) { _ = try PanopticSegmentation(segments, size: Self.size) }
        expectMediaError(.invalidArgument) { _ = try SegmentPolygons.json(segments, size: Self.size) }
        var dataset = COCODataset()
        expectMediaError(.invalidArgument) { try dataset.add(segments, of: "", size: Self.size) }
        #expect(dataset == COCODataset())
    }
}

@Suite("All formats in one folder")
struct SegmentFormatTests {
    @Test func everyFormatIsAFile() throws {
        let folder = try TemporaryFolder()
        let segments = try [Segment("a", score: 0.5, rows: ["##", ".."]), Segment("b", rows: ["..", ".."])]
        let image = try Image(
            size: PixelSize(width: 2, height: 2), layout: .rgb8, bytes: [UInt8](repeating: 9, count: 12))
        let files = try SegmentFiles.save(
            segments, in: folder.path, formats: Set(SegmentFiles.Format.allCases), imageName: "p.jpg",
            image: image)
        #expect(
            try folder.contents() == [
                "000-a-cutout.png", "000-a.png", "001-b.png", "coco.json", "indexed.png", "panoptic.json",
                "panoptic.png", "polygons.json", "segments.json",
            ])
        #expect(files.commonFiles == ["coco.json", "panoptic.png", "panoptic.json", "indexed.png", "polygons.json"])
        #expect(files.entries.map(\.cutOut) == ["000-a-cutout.png", nil])
        let cut = try Image(decoding: .file(folder.file("000-a-cutout.png")))
        #expect(cut.bytes == [9, 9, 9, 255, 9, 9, 9, 255])
        let coco = try JSONValue(parsing: TestFiles.bytes(of: folder.file("coco.json")))
        #expect(coco["images"]?[0]?["file_name"] == "p.jpg")
        let panoptic = try PanopticImage.segments(of: Image(decoding: .file(folder.file("panoptic.png"))))
        #expect(panoptic.map(\.mask) == [segments[0].mask])
    }

    /// Indexes follow the list, whatever the scores; a shared pixel goes to the best segment.
    @Test func indexesFollowTheList() throws {
        let folder = try TemporaryFolder()
        let segments = try [
            Segment("a", score: 0.5, rows: ["###.", "...."]), Segment("hidden", score: 0.1, rows: ["##..", "...."]),
            Segment("b", score: 0.9, rows: ["..##", "..##"]),
        ]
        _ = try SegmentFiles.save(segments, in: folder.path, formats: [.indexed])
        let masks = try IndexedMaskImage.masks(of: Image(decoding: .file(folder.file("indexed.png"))))
        #expect(masks.map(\.index) == [0, 2])
        #expect(masks.map(\.mask.area) == [2, 4])
        #expect(masks[1].mask == segments[2].mask)
    }

    @Test(arguments: COCODataset.MaskForm.allCases)
    func cocoMasksAreAsAskedFor(form: COCODataset.MaskForm) throws {
        let folder = try TemporaryFolder()
        let segment = try Segment("a", rows: ["##", "#."])
        _ = try SegmentFiles.save([segment], in: folder.path, formats: [.coco], cocoMasks: form)
        let coco = try JSONValue(parsing: TestFiles.bytes(of: folder.file("coco.json")))
        let mask = coco["annotations"]?[0]?["segmentation"]
        switch form {
        case .polygons: #expect(mask?.arrayValue?.count == 1)
        case .compressed: #expect(mask?["counts"]?.stringValue == segment.mask.cocoString)
        case .uncompressed: #expect(mask?["counts"] == [0, 3, 1])
        }
    }

    @Test func nothingIsWrittenIfAFormatFails() throws {
        let folder = try TemporaryFolder()
        let one = try Segment("a", rows: ["#"])
        let mixed = [one, try Segment("b", rows: ["##"])]
        for format in SegmentFiles.Format.allCases {
            expectMediaError(.invalidArgument) {
                _ = try SegmentFiles.save(mixed, in: folder.file("out"), formats: [format])
            }
        }
        expectMediaError(.invalidArgument) {
            _ = try SegmentFiles.save([one], in: folder.file("out"), formats: [.cutouts])
        }
        expectMediaError(.invalidArgument) {
            _ = try SegmentFiles.save([], in: folder.file("out"), formats: [.coco])
        }
        let input = try folder.write([1], as: "coco.json")
        expectMediaError(.invalidArgument) {
            _ = try SegmentFiles.save([one], in: folder.path, formats: [.coco], protecting: [input])
        }
        #expect(try folder.contents() == ["coco.json"])
        #expect(try TestFiles.bytes(of: input) == [1])
    }

    @Test func manyAreWrittenInOrder() throws {
        let folder = try TemporaryFolder()
        let segments = try (0..<150).map { index in
            try Segment("s", rows: [String(repeating: "#", count: index) + String(repeating: ".", count: 150 - index)])
        }
        let files = try SegmentFiles.save(segments, in: folder.path)
        #expect(files.entries.map(\.area) == Array(0..<150))
        #expect(try folder.contents().count == 151)
        for (segment, entry) in zip(segments, files.entries) {
            let name = try #require(entry.mask)
            #expect(try Mask(Image(decoding: .file(folder.file(name)))) == segment.mask)
        }
    }

    @Test func aCancelledTaskWritesNothing() async throws {
        let folder = try TemporaryFolder()
        let segments = [try Segment("a", rows: ["#"])]
        let path = folder.file("out")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            _ = try SegmentFiles.save(segments, in: path)
        }
        task.cancel()
        let result = await task.result
        #expect(throws: MediaError.cancelled) { try result.get() }
        #expect(try folder.contents().isEmpty)
    }
}
