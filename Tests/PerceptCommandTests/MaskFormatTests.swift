import Foundation
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

@Suite struct MaskFormatTests {
    private static let formats = ["coco", "panoptic", "indexed", "polygons", "cutouts"].flatMap { ["--format", $0] }

    @Test func segmentAndMasksWriteTheSameFormats() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            ["segment", TestFiles.scene, "--tape", TestFiles.tape, "-o", "online", "--json"] + Self.formats, in: folder)
        #expect(run.status == 0)
        #expect(
            try run.json()["files"] == ["coco.json", "panoptic.png", "panoptic.json", "indexed.png", "polygons.json"])
        let tape = try JSONValue(parsing: TestFiles.bytes(of: TestFiles.tape))
        let answer = try #require(
            tape["exchanges"]?.arrayValue?.first {
                $0["request"]?["path"]?.stringValue?.hasSuffix("panoptic") == true
            }?["response"]?["json"])
        _ = try folder.write(answer.serialized(), as: "answer.json")
        let offline = try CommandRun(
            ["masks", "answer.json", "-o", "offline", "--image", TestFiles.scene, "--json"] + Self.formats, in: folder)
        #expect(offline.status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("offline")).sorted()
        #expect(
            names == [
                "000-ball-cutout.png", "000-ball.png", "001-crate-cutout.png", "001-crate.png", "002-cone-cutout.png",
                "002-cone.png", "coco.json", "indexed.png", "panoptic.json", "panoptic.png", "polygons.json",
                "segments.json",
            ])
        for name in names {
            #expect(
                try TestFiles.bytes(of: folder.file("offline/\(name)"))
                    == TestFiles.bytes(of: folder.file("online/\(name)")))
        }
        let segments = try PanopticImage.segments(of: Image(decoding: .file(folder.file("offline/panoptic.png"))))
        #expect(segments.map(\.identifier) == [1, 2, 3])
        let numbered = try IndexedMaskImage.masks(of: Image(decoding: .file(folder.file("offline/indexed.png"))))
        #expect(numbered.map(\.mask) == segments.map(\.mask))
        let coco = try JSONValue(parsing: TestFiles.bytes(of: folder.file("offline/coco.json")))
        #expect(coco["images"]?[0]?["file_name"] == "scene.png")
        #expect(coco["annotations"]?.arrayValue?.count == 3)
        for (form, isText) in [("compressed", true), ("uncompressed", false)] {
            let run = try CommandRun(
                ["masks", "answer.json", "-o", form, "--format", "coco", "--coco-masks", form], in: folder)
            #expect(run.status == 0)
            let coco = try JSONValue(parsing: TestFiles.bytes(of: folder.file("\(form)/coco.json")))
            let counts = coco["annotations"]?.arrayValue?.compactMap { $0["segmentation"]?["counts"] } ?? []
            #expect(counts.count == 3)
            #expect(counts.allSatisfy { ($0.stringValue != nil) == isText })
        }
        let alone = try CommandRun(["masks", "answer.json", "-o", "no", "--coco-masks", "compressed"], in: folder)
        #expect(alone.status == 64)
    }

    @Test func withoutThePictureAllButCutOuts() throws {
        let folder = try TemporaryFolder()
        let mask = try Mask(size: PixelSize(width: 2, height: 1), pixels: [255, 0]).encodedPNG()
        let answer: JSONValue = [["label": "a", "score": 1, "mask": .string(Base64.encode(mask))]]
        _ = try folder.write(answer.serialized(), as: "answer.json")
        let before = try folder.contents()
        let refused = try CommandRun(["masks", "answer.json", "-o", "out", "--format", "cutouts"], in: folder)
        #expect(refused.status == 64 && refused.errors.contains("--image"))
        let unknown = try CommandRun(["masks", "answer.json", "-o", "out", "--format", "yolo"], in: folder)
        #expect(unknown.status == 64)
        #expect(try folder.contents() == before)
        let run = try CommandRun(
            ["masks", "answer.json", "-o", "out", "--format", "coco", "--format", "panoptic"], in: folder)
        #expect(run.status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
        #expect(names == ["000-a.png", "coco.json", "panoptic.json", "panoptic.png", "segments.json"])
        // A saved answer under a format's name is not replaced.
        _ = try folder.write(answer.serialized(), as: "coco.json")
        let over = try CommandRun(["masks", "coco.json", "-o", ".", "--format", "coco"], in: folder)
        #expect(over.status == 64 && over.errors.contains("never overwritten"))
        #expect(try folder.contents() == ["answer.json", "coco.json", "out"])
    }
}
