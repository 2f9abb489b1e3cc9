import Foundation
import Percept
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

/// How boxes are drawn, and which of them, as a script would ask for it.
@Suite struct BoxOptionsTests {
    /// 1 overlaps 0 by two thirds; the last one is not on the picture.
    private static let answer: JSONValue = [
        ["label": "cat", "score": 0.9, "box": ["xmin": 100, "ymin": 100, "xmax": 200, "ymax": 200]],
        ["label": "cat", "score": 0.8, "box": ["xmin": 120, "ymin": 100, "xmax": 220, "ymax": 200]],
        ["label": "dog/../x", "score": 0.4, "box": ["xmin": 400, "ymin": 300, "xmax": 480, "ymax": 390]],
        ["label": "far", "score": 0.3, "box": ["xmin": 4000, "ymin": 300, "xmax": 4800, "ymax": 390]],
    ]

    private static func annotate(_ arguments: [String], in folder: TemporaryFolder) throws -> CommandRun {
        _ = try folder.write(answer.serialized(), as: "answer.json")
        return try CommandRun(
            ["annotate", TestFiles.scene, "--detections", "answer.json", "-o", "a.png"] + arguments, in: folder)
    }

    private static func pixel(_ image: Image, _ x: Int, _ y: Int) -> [UInt8] {
        let start = y * image.bytesPerRow + x * image.layout.bytesPerPixel
        return Array(image.bytes[start..<start + 3])
    }

    @Test func everyStyleIsDrawn() throws {
        let folder = try TemporaryFolder()
        var pictures: Set<Image> = [try Image(decoding: .file(TestFiles.scene))]
        let styles = [
            ["--box-style", "rectangle"], ["--box-style", "rounded"], ["--box-style", "corners"],
            ["--box-style", "dashed"], ["--box-style", "none"], ["--line-width", "9"], ["--text-size", "40"],
            ["--fill", "0.3"], ["--hide", "blur"], ["--hide", "pixelate"], ["--palette", "#010203"],
            ["--color-by", "index"],
        ]
        for style in styles {
            #expect(try Self.annotate(style, in: folder).status == 0)
            pictures.insert(try Image(decoding: .file(folder.file("a.png"))))
        }
        // The default is the first, and the original.
        #expect(pictures.count == styles.count + 1)
    }

    @Test func coloursAreThoseAskedFor() throws {
        let folder = try TemporaryFolder()
        let run = try Self.annotate(
            ["--palette", "#102030,cat=#a0b0c0", "--line-width", "4", "--fill", "1", "--drop", "far"], in: folder)
        #expect(run.status == 0)
        let image = try Image(decoding: .file(folder.file("a.png")))
        #expect(Self.pixel(image, 150, 150) == [0xA0, 0xB0, 0xC0])
        #expect(Self.pixel(image, 440, 345) == [0x10, 0x20, 0x30])
    }

    @Test func whatIsHiddenIsGone() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 4)
        let noise = try Image(
            size: PixelSize(width: 600, height: 500), layout: .rgb8,
            bytes: (0..<900_000).map { _ in UInt8.random(in: 0...255, using: &random) })
        try noise.write(to: folder.file("noise.png"), as: .png)
        _ = try folder.write(Self.answer.serialized(), as: "answer.json")
        let run = try CommandRun(
            [
                "annotate", "noise.png", "--detections", "answer.json", "-o", "a.png", "--hide", "pixelate",
                "--box-style", "none", "--drop", "cat",
            ], in: folder)
        #expect(run.status == 0)
        let hidden = try Image(decoding: .file(folder.file("a.png")))
        let colors = Set((400..<480).flatMap { x in (300..<390).map { y in Self.pixel(hidden, x, y) } })
        // Six by seven cells of twelve pixels at least.
        #expect(colors.count <= 42)
        #expect(Self.pixel(hidden, 300, 200) == Self.pixel(noise, 300, 200))
    }

    @Test func cropsAreOfTheOriginalAndListed() throws {
        let folder = try TemporaryFolder()
        let json = try Self.annotate(["--crops", "crops", "--hide", "blur", "--json"], in: folder).json()
        #expect(json["crops"] == "crops")
        let files: JSONValue = [
            ["index": 0, "crop": "000-cat.png"], ["index": 1, "crop": "001-cat.png"],
            ["index": 2, "crop": "002-dog-x.png"],
        ]
        #expect(json["files"] == files)
        let original = try Image(decoding: .file(TestFiles.scene))
        let crop = try Image(decoding: .file(folder.file("crops/002-dog-x.png")))
        #expect(crop == (try original.cropped(to: PixelRectangle(x: 400, y: 300, width: 80, height: 90))))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("crops")).count == 3)
    }

    @Test func detectCropsAndFilters() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(
            [
                "detect", TestFiles.photo, "--longest-side", "400", "--tape", TestFiles.tape, "--json", "--crops", "c",
                "--top", "1",
            ], in: folder)
        let json = try run.json()
        #expect(json["detections"]?.arrayValue?.count == 1)
        #expect(json["detections"]?[0]?["index"] == 0)
        #expect(json["detections"]?[0]?["crop"] == "000-ball.jpg")
        #expect(try folder.contents() == ["c"])
        // The box of the upright original, 640,200–1080,640.
        #expect(
            try Image(decoding: .file(folder.file("c/000-ball.jpg"))).size == PixelSize(width: 440, height: 440))
        let flag = try CommandRun(["detect", TestFiles.photo, "--fill", "0.5", "--crops", "c"], in: folder)
        #expect(flag.status == 64 && flag.errors.contains("--fill"))
    }

    @Test func resultsKeepTheirPlaceInTheAnswer() throws {
        let folder = try TemporaryFolder()
        func drawn(_ arguments: [String]) throws -> JSONValue {
            try Self.annotate(arguments + ["--json"], in: folder).json()
        }
        #expect(try drawn([])["dropped"] == [["index": 3, "reason": "outside the image"]])
        #expect(try drawn(["--drop", "cat"])["dropped"] == [["index": 3, "reason": "outside the image"]])
        #expect(try drawn(["--keep", "cat"])["drawn"] == 2)
        #expect(try drawn(["--keep", "cat", "--nms", "0.5"])["drawn"] == 1)
        #expect(try drawn(["--nms", "0.7"])["drawn"] == 3)
        #expect(try drawn(["--merge", "0.5", "--keep", "cat"])["drawn"] == 1)
        #expect(try drawn(["--threshold", "0.5"])["drawn"] == 2)
        #expect(try drawn(["--threshold", "0.5", "--label-threshold", "dog/../x=0.1"])["drawn"] == 3)
        #expect(try drawn(["--soft-nms", "0.5", "--top", "2"])["drawn"] == 2)
        let run = try Self.annotate(["--top", "1"], in: folder)
        #expect(run.output.contains("1 of 1 box drawn, 3 dropped"))
    }

    @Test(arguments: [
        ["--threshold", "1.5"], ["--label-threshold", "cat"], ["--label-threshold", "cat=2"],
        ["--label-threshold", "cat=0.1", "--label-threshold", "cat=0.2"], ["--nms", "-1"],
        ["--nms", "0.5", "--soft-nms", "0.5"], ["--soft-nms", "0"], ["--top", "0"], ["--ios"], ["--class-agnostic"],
        ["--keep", "cat", "--drop", "cat"], ["--fill", "2"], ["--line-width", "0"], ["--text-size", "3"],
        ["--palette", "red"], ["--palette", "cat=#fff,cat=#000"], ["--hide", "smear"], ["--box-style", "star"],
        ["--font", ""], ["--font", " "],
    ])
    func whatMakesNoSenseIsRefused(arguments: [String]) throws {
        let folder = try TemporaryFolder()
        #expect(try Self.annotate(arguments, in: folder).status == 64)
        #expect(try folder.contents() == ["answer.json"])
    }

    @Test func masksAreFilteredLikewise() throws {
        let folder = try TemporaryFolder()
        func mask(_ columns: Range<Int>) throws -> JSONValue {
            let pixels: [UInt8] = (0..<200).map { columns.contains($0 % 20) ? 255 : 0 }
            return .string(Base64.encode(try Mask(size: PixelSize(width: 20, height: 10), pixels: pixels).encodedPNG()))
        }
        let answer: JSONValue = [
            ["label": "a", "score": 0.5, "mask": try mask(2..<12)],
            ["label": "a", "score": 0.9, "mask": try mask(0..<10)],
            ["label": "b", "score": 0.7, "mask": try mask(0..<10)],
        ]
        _ = try folder.write(answer.serialized(), as: "answer.json")
        func segments(_ arguments: [String]) throws -> [JSONValue] {
            try CommandRun(["masks", "answer.json", "-o", "out", "--json"] + arguments, in: folder).json()["segments"]?
                .arrayValue ?? []
        }
        #expect(try segments([]).allSatisfy { $0["index"] == nil })
        let kept = try segments(["--nms", "0.5"])
        #expect(kept.map { $0["index"] } == [1, 2] && kept.map { $0["mask"] } == ["000-a.png", "001-b.png"])
        #expect(try segments(["--nms", "0.5", "--class-agnostic"]).map { $0["index"] } == [1])
        let merged = try segments(["--merge", "0.5"])
        #expect(merged.map { $0["area"] } == [120, 100])
        let list = try JSONValue(parsing: TestFiles.bytes(of: folder.file("out/segments.json")))
        #expect(list[0]?["index"] == 1)
        let text = try CommandRun(["masks", "answer.json", "-o", "out", "--keep", "b"], in: folder)
        #expect(text.output.contains("1 segment, 2 dropped"))
    }

    /// Each label has one colour, in boxes and in masks.
    @Test func masksHaveTheColoursOfBoxes() throws {
        let folder = try TemporaryFolder()
        let size = PixelSize(width: 960, height: 640)
        func mask(_ columns: Range<Int>) throws -> JSONValue {
            let pixels: [UInt8] = (0..<size.pixelCount).map { columns.contains($0 % size.width) ? 255 : 0 }
            return .string(Base64.encode(try Mask(size: size, pixels: pixels).encodedPNG()))
        }
        func box(_ columns: Range<Int>) -> JSONValue {
            ["xmin": .integer(columns.lowerBound), "ymin": 100, "xmax": .integer(columns.upperBound), "ymax": 600]
        }
        let labels = [("ball", 100..<200), ("person", 300..<400), ("cat", 500..<600), ("ball", 700..<800)]
        _ = try folder.write(
            JSONValue.array(
                try labels.map { ["label": .string($0), "score": 0.5, "mask": try mask($1)] }
            ).serialized(), as: "masks.json")
        _ = try folder.write(
            JSONValue.array(labels.map { ["label": .string($0), "score": 0.5, "box": box($1)] }).serialized(),
            as: "boxes.json")
        func colors(_ options: [String]) throws -> [[UInt8]] {
            let boxes = try CommandRun(
                ["annotate", TestFiles.scene, "--detections", "boxes.json", "-o", "b.png", "--fill", "1"] + options,
                in: folder)
            let masks = try CommandRun(
                ["masks", "masks.json", "-o", "out", "--image", TestFiles.scene, "--overlay", "m.png", "--fill", "1"]
                    + options, in: folder)
            #expect(boxes.status == 0 && masks.status == 0)
            let pictures = try ["b.png", "m.png"].map { try Image(decoding: .file(folder.file($0))) }
            let found = pictures.map { picture in labels.map { Self.pixel(picture, $1.lowerBound + 50, 400) } }
            #expect(found[0] == found[1])
            return found[0]
        }
        let usual = try colors([])
        #expect(usual[0] == usual[3])
        let asked = try colors(["--palette", "#102030,cat=#a0b0c0"])
        #expect(asked == [[0x10, 0x20, 0x30], [0x10, 0x20, 0x30], [0xA0, 0xB0, 0xC0], [0x10, 0x20, 0x30]])
        let counted = try colors(["--palette", "#000001,#000002,#000003,#000004", "--color-by", "index"])
        #expect(counted == [[0, 0, 1], [0, 0, 2], [0, 0, 3], [0, 0, 4]])
    }

    @Test func masksAreShownAsAskedFor() throws {
        let folder = try TemporaryFolder()
        func overlay(_ options: [String]) throws -> Image {
            let run = try CommandRun(
                ["segment", TestFiles.scene, "--tape", TestFiles.tape, "--overlay", "o.png"] + options, in: folder)
            #expect(run.status == 0)
            return try Image(decoding: .file(folder.file("o.png")))
        }
        let nothing = try overlay(["--fill", "0", "--line-width", "0"])
        #expect(nothing == (try Image(decoding: .file(TestFiles.scene))))
        let pictures = [
            [], ["--fill", "0.9"], ["--line-width", "9"], ["--palette", "#fff"], ["--color-by", "index"],
        ]
        #expect(try Set(pictures.map(overlay)).count == pictures.count)
    }

    @Test(arguments: [
        ["--palette", "red", "--overlay", "o.png"], ["--fill", "2", "--overlay", "o.png"],
        ["--line-width", "-1", "--overlay", "o.png"], ["--palette", "#fff"], ["--fill", "1"], ["--color-by", "index"],
    ])
    func overlaysThatMakeNoSenseAreRefused(arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let segment = ["segment", TestFiles.scene, "--tape", TestFiles.tape, "-o", "out"]
        #expect(try CommandRun(segment + arguments, in: folder).status == 64)
        #expect(try folder.contents().isEmpty)
    }

    @Test func labelFilesOfSeveralPictures() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(TestFiles.bytes(of: TestFiles.scene), as: "again.png")
        let run = try CommandRun(
            [
                "detect", TestFiles.scene, "again.png", "none.png", "--tape", TestFiles.tape, "--labels", "out",
                "--format",
                "yolo", "--format", "voc", "--format", "coco", "--json",
            ], in: folder)
        #expect(run.status == 66)
        let lines = try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(lines[0]["labels"] == ["folder": "out", "files": ["scene.xml", "scene.txt"]])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted() == [
                "again.txt", "again.xml", "classes.txt", "coco.json", "scene.txt", "scene.xml",
            ])
        let labels = String(decoding: try TestFiles.bytes(of: folder.file("out/classes.txt")), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        for (line, name) in zip(lines, ["scene", "again"]) {
            let found = try #require(line["detections"]?.arrayValue)
            let size = try Image(decoding: .file(TestFiles.scene)).size
            let text = String(decoding: try TestFiles.bytes(of: folder.file("out/\(name).txt")), as: UTF8.self)
            let boxes = try YOLOLabels.boxes(in: text, size: size)
            #expect(boxes.map { labels[$0.classNumber] } == found.map { $0["label"]?.stringValue })
            for (box, object) in zip(boxes.map(\.box), found) {
                let xMax = try #require(object["box"]?["xmax"]?.doubleValue)
                #expect(abs(box.xMax - xMax) < 1e-9)
            }
        }
        // The same from a saved response; a box outside the image has no label.
        let offline = try Self.annotate(["--labels", "l", "--format", "yolo"], in: folder)
        #expect(offline.status == 0)
        let text = String(decoding: try TestFiles.bytes(of: folder.file("l/scene.txt")), as: UTF8.self)
        #expect(text.split(separator: "\n").map { $0.prefix(2) } == ["0 ", "0 ", "1 "])
        #expect(try Self.annotate(["--labels", "l"], in: folder).status == 64)
        #expect(try Self.annotate(["--format", "yolo"], in: folder).status == 64)
    }
}
