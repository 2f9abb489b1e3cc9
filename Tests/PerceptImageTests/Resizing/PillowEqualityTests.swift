import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Compares with hashes written by TestMedia/golden/make_resize_golden.py with Pillow 13.0.0.
@Suite struct PillowEqualityTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            var colorModel: Image.ColorModel
            var from: [Int]
            var to: [Int]
            var filter: ResizeFilter
            var fnv1a: String
        }

        var pillow: String
        var cases: [Case]
    }

    @Test func everyGoldenCaseIsEqualByteForByte() throws {
        let json = try TestFiles.bytes(of: TestFiles.media("golden/resize.json"))
        let golden = try JSONDecoder().decode(Golden.self, from: Data(json))
        #expect(golden.pillow == "13.0.0")
        #expect(golden.cases.count == 4 * 10 * 6)
        for item in golden.cases {
            let image = try PseudorandomPicture.image(
                PixelSize(width: item.from[0], height: item.from[1]), item.colorModel)
            let resized = try image.resized(
                to: PixelSize(width: item.to[0], height: item.to[1]), filter: item.filter)
            #expect(
                PseudorandomPicture.fnv1a(resized.bytes) == item.fnv1a,
                "\(item.colorModel) \(item.from) \(item.to) \(item.filter)")
        }
    }

    @Test func theSameSizeGivesTheSameImage() throws {
        for colorModel in Image.ColorModel.allCases {
            let image = try PseudorandomPicture.image(PixelSize(width: 9, height: 5), colorModel)
            for filter in ResizeFilter.allCases {
                #expect(try image.resized(to: image.size, filter: filter) == image)
            }
        }
    }
}
