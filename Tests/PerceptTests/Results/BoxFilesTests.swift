import Percept
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

@Suite struct BoxFilesTests {
    private static let size = PixelSize(width: 200, height: 100)

    private static func object(_ label: String, _ box: [Double]) -> Detection {
        Detection(
            label: label, score: 0.5, box: BoundingBox(xMin: box[0], yMin: box[1], xMax: box[2], yMax: box[3]))
    }

    private static func text(_ folder: TemporaryFolder, _ name: String) throws -> String {
        String(decoding: try TestFiles.bytes(of: folder.file(name)), as: UTF8.self)
    }

    /// Expected by hand; the numbers of the second image continue those of the first.
    @Test func allFormatsOfTwoPictures() throws {
        let folder = try TemporaryFolder()
        var files = BoxFiles(in: folder.path, formats: Set(BoxFiles.Format.allCases))
        let first = try files.add(
            [Self.object("dog", [0, 0, 200, 100]), Self.object("two\nlines", [150, 50, 50, 25])],
            of: "one.two.jpg", size: Self.size)
        #expect(first == ["one.two.xml", "one.two.txt"])
        // Partly outside the image, completely outside, empty, and none at all.
        let second = try files.add(
            [
                Self.object("cat", [100, -50, 900, 100]), Self.object("far", [200, 0, 300, 50]),
                Self.object("flat", [5, 5, 5, 9]), Self.object("odd", [.nan, 0, 1, 1]),
                Self.object("dog", [0, 0, 20, 10]),
            ], of: ".hidden", size: Self.size)
        #expect(second == [".hidden.xml", ".hidden.txt"])
        try files.add([], of: "empty.png", size: Self.size)
        try files.finish()
        let out = try folder.contents()
        #expect(
            out == [
                ".hidden.txt", ".hidden.xml", "classes.txt", "coco.json", "empty.txt", "empty.xml", "one.two.txt",
                "one.two.xml",
            ])
        #expect(files.names.sorted() == out)
        #expect(try Self.text(folder, "classes.txt") == "dog\ntwo lines\ncat\n")
        #expect(try Self.text(folder, "one.two.txt") == "0 0.5 0.5 1.0 1.0\n1 0.5 0.375 0.5 0.25\n")
        #expect(try Self.text(folder, ".hidden.txt") == "2 0.75 0.5 0.5 1.0\n0 0.05 0.05 0.1 0.1\n")
        #expect(try Self.text(folder, "empty.txt") == "")
        let back = try YOLOLabels.boxes(in: Self.text(folder, "one.two.txt"), size: Self.size)
        #expect(back.map(\.box)[1] == BoundingBox(xMin: 50, yMin: 25, xMax: 150, yMax: 50))
        let voc = try Self.text(folder, ".hidden.xml")
        #expect(voc.contains("<filename>.hidden</filename>") && voc.contains("<xmax>200</xmax>"))
        let coco = try JSONValue(parsing: TestFiles.bytes(of: folder.file("coco.json")))
        #expect(coco["images"]?.arrayValue?.map { $0["file_name"] } == ["one.two.jpg", ".hidden", "empty.png"])
        #expect(coco["annotations"]?.arrayValue?.map { $0["image_id"] } == [1, 1, 2, 2])
        #expect(coco["annotations"]?[2]?["bbox"] == [100, 0, 100, 100])
    }

    @Test func nothingIsReplacedOrWrittenTwice() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write([1], as: "a.txt")
        var files = BoxFiles(in: folder.path, formats: [.yolo, .voc], protecting: [input])
        try files.finish()
        expectMediaError(.invalidArgument) { try files.add([], of: "a.png", size: Self.size) }
        expectMediaError(.invalidArgument) { try files.add([], of: "classes.png", size: Self.size) }
        #expect(try folder.contents() == ["a.txt"])
        try files.add([Self.object("x", [0, 0, 1, 1])], of: "b.png", size: Self.size)
        expectMediaError(.invalidArgument) {
            try files.add([Self.object("y", [0, 0, 1, 1])], of: "b.jpg", size: Self.size)
        }
        try files.finish()
        #expect(try folder.contents() == ["a.txt", "b.txt", "b.xml", "classes.txt"])
        #expect(try Self.text(folder, "classes.txt") == "x\n")
    }
}
