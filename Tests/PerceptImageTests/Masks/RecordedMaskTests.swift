import Foundation
import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite(
    "Masks from a recorded service",
    .enabled(if: TestFiles.conformance("exchanges.json") != nil, "the recorded exchanges are not present"))
struct RecordedMaskTests {
    private struct Exchange: Decodable {
        var task: String
        var segments: [Segment]?

        struct Segment: Decodable {
            var label: String
            var mask: String
        }

        enum CodingKeys: String, CodingKey {
            case task
            case segments = "responseJSON"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            task = try container.decode(String.self, forKey: .task)
            segments = task == "image-segmentation" ? try container.decode([Segment].self, forKey: .segments) : nil
        }
    }

    /// Pillow's results: the number of pixels of at least 128, and `getbbox()` of those.
    private static let expected: [(area: Int, box: [Double])] = [
        (174_486, [0, 0, 640, 420]), (15_326, [23, 48, 331, 186]), (11_530, [526, 30, 618, 210]),
        (24_797, [492, 215, 640, 420]), (11_323, [363, 30, 472, 196]), (18_892, [247, 232, 479, 404]),
        (12_446, [35, 226, 177, 415]),
    ]

    @Test("areas and boxes of base64 PNG masks equal Pillow's")
    func areas() throws {
        let path = try #require(TestFiles.conformance("exchanges.json"))
        let exchanges = try JSONDecoder().decode([Exchange].self, from: Data(TestFiles.bytes(of: path)))
        let segments = try #require(exchanges.compactMap(\.segments).first)
        #expect(segments.count == Self.expected.count)
        for (segment, expected) in zip(segments, Self.expected) {
            let png = try Base64.decode(segment.mask)
            #expect(Data(png) == Data(base64Encoded: segment.mask))
            let mask = Mask(try Image(decoding: .bytes(png)))
            #expect(mask.area == expected.area)
            let box = try #require(mask.boundingBox)
            #expect([box.xMin, box.yMin, box.xMax, box.yMax] == expected.box)
        }
    }
}
