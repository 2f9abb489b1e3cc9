import Foundation
import Percept
import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite("Contents of boxes saved as files")
struct CropFilesTests {
    private static func image() throws -> Image {
        try Image(
            size: PixelSize(width: 30, height: 20), layout: .rgb8, bytes: (0..<1800).map { UInt8($0 * 7 % 253) })
    }

    private static func object(_ label: String, _ box: (Double, Double, Double, Double)) -> Detection {
        Detection(label: label, score: 1, box: BoundingBox(xMin: box.0, yMin: box.1, xMax: box.2, yMax: box.3))
    }

    @Test("each box with pixels is saved under a safe name")
    func files() throws {
        let folder = try TemporaryFolder()
        let image = try Self.image()
        let crops = try CropFiles.save(
            [
                Self.object("../cat", (2.5, 3, 9, 7.5)), Self.object("gone", (40, 0, 50, 5)),
                Self.object("../cat", (-5, -5, 500, 500)),
            ], of: image, in: folder.file("crops"), as: .png)
        #expect(crops.names == ["000-cat.png", nil, "002-cat.png"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: crops.folder).sorted() == [
                "000-cat.png", "002-cat.png",
            ])
        let first = try Image(decoding: .file("\(crops.folder)/000-cat.png"))
        #expect(first == (try image.cropped(to: PixelRectangle(x: 2, y: 3, width: 7, height: 5))))
        #expect(try Image(decoding: .file("\(crops.folder)/002-cat.png")) == image)
        let jpeg = try CropFiles.save(
            [Self.object("cat", (0, 0, 16, 16))], of: image, in: folder.file("crops"),
            as: .jpeg(quality: 90, chroma: .yuv444))
        #expect(jpeg.names == ["000-cat.jpg"])
    }

    @Test("inputs are never replaced, and failures leave no files")
    func protected() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1], as: "000-cat.png")
        #expect(throws: MediaError.self) {
            try CropFiles.save(
                [Self.object("cat", (0, 0, 5, 5))], of: Self.image(), in: folder.file("."), as: .png,
                protecting: [path])
        }
        #expect(try TestFiles.bytes(of: path) == [1])
    }
}
