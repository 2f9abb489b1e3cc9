import Foundation
import Percept
import PerceptCore
import PerceptTestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Boxes as YOLO and VOC")
struct BoxExportTests {
    private static let size = PixelSize(width: 200, height: 100)

    private static func object(_ label: String, _ box: [Double]) -> Detection {
        Detection(
            label: label, score: 0.5, box: BoundingBox(xMin: box[0], yMin: box[1], xMax: box[2], yMax: box[3]))
    }

    @Test func yoloByHand() throws {
        let text = try YOLOLabels.text(
            [Self.object("dog", [0, 0, 200, 100]), Self.object("cat", [50, 25, 150, 50])], size: Self.size,
            classes: ["cat", "dog"])
        #expect(text == "1 0.5 0.5 1.0 1.0\n0 0.5 0.375 0.5 0.25\n")
        #expect(try YOLOLabels.text([], size: Self.size, classes: []) == "")
    }

    @Test func yoloReadsBack() throws {
        var random = SplitMix64(seed: 3)
        let size = PixelSize(width: 1333, height: 800)
        let objects = (0..<200).map { _ in
            let (x, y) = (Double.random(in: 0..<1300, using: &random), Double.random(in: 0..<700, using: &random))
            return Self.object(
                "a", [x, y, x + .random(in: 0..<33, using: &random), y + .random(in: 0..<100, using: &random)])
        }
        let read = try YOLOLabels.boxes(in: YOLOLabels.text(objects, size: size, classes: ["a"]), size: size)
        #expect(read.count == 200)
        for (box, object) in zip(read.map(\.box), objects) {
            for (one, other) in [
                (box.xMin, object.box.xMin), (box.yMin, object.box.yMin), (box.xMax, object.box.xMax),
                (box.yMax, object.box.yMax),
            ] {
                #expect(abs(one - other) < 1e-9)
            }
        }
    }

    @Test func yoloRefusals() throws {
        expectMediaError(.invalidArgument) {
            _ = try YOLOLabels.text([Self.object("x", [0, 0, 1, 1])], size: Self.size, classes: ["a"])
        }
        expectMediaError(.invalidArgument) {
            _ = try YOLOLabels.text([Self.object("a", [0, 0, .nan, 1])], size: Self.size, classes: ["a"])
        }
        expectMediaError(.invalidArgument) {
            _ = try YOLOLabels.text([], size: PixelSize(width: 0, height: 1), classes: [])
        }
        for line in ["0 1 2 3", "a 1 2 3 4", "-1 0 0 0 0", "0 nan 0 0 0", "0 1 2 x 4", "0.5 0 0 0 0"] {
            let error = expectMediaError(.malformedInput) {
                _ = try YOLOLabels.boxes(in: "0 0 0 0 0\n\n\(line)\n", size: Self.size)
            }
            #expect(error?.problem.contains("line 3") == true)
        }
        #expect(try YOLOLabels.boxes(in: "\r\n3 0.5 0.5 1 1 0.9\r\n", size: Self.size).map(\.classNumber) == [3])
    }

    /// Parses the XML with another parser.
    private final class Reader: NSObject, XMLParserDelegate {
        var texts: [(element: String, text: String)] = []
        private var text = ""

        func parser(
            _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
            qualifiedName qName: String?, attributes attributeDict: [String: String]
        ) {
            text = ""
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

        func parser(
            _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName qName: String?
        ) {
            texts.append((elementName, text))
            text = ""
        }
    }

    @Test func vocReadsBack() throws {
        let objects = [
            Self.object("a<b>&\"c\"]]>\r\n'é猫\u{1}", [0, 0, 200, 100]), Self.object("cat", [10, 20.5, 30.25, 40]),
        ]
        let xml = try VOCAnnotation.xml(objects, of: "p & q.jpg", size: Self.size)
        let reader = Reader()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = reader
        #expect(parser.parse())
        func all(_ element: String) -> [String] { reader.texts.filter { $0.element == element }.map(\.text) }
        #expect(all("filename") == ["p & q.jpg"])
        #expect(all("name") == ["a<b>&\"c\"]]>\r\n'é猫\u{FFFD}", "cat"])
        #expect(all("width") == ["200"] && all("height") == ["100"] && all("depth") == ["3"])
        // Pixels are counted from 1, and the last one is included.
        #expect(all("xmin") == ["1", "11"] && all("ymin") == ["1", "21.5"])
        #expect(all("xmax") == ["200", "30.25"] && all("ymax") == ["100", "40"])
        let boxes = zip(zip(all("xmin"), all("ymin")), zip(all("xmax"), all("ymax"))).compactMap { low, high in
            Double(low.0).flatMap { xMin in
                Double(low.1).flatMap { yMin in
                    Double(high.0).flatMap { xMax in
                        Double(high.1).map { yMax in
                            BoundingBox(xMin: xMin - 1, yMin: yMin - 1, xMax: xMax, yMax: yMax)
                        }
                    }
                }
            }
        }
        #expect(boxes == objects.map(\.box))
        expectMediaError(.invalidArgument) {
            _ = try VOCAnnotation.xml([Self.object("a", [0, 0, .infinity, 1])], of: "", size: Self.size)
        }
    }
}
