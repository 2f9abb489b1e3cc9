import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Against hashes that TestMedia/golden/make_resize_golden.py wrote with Pillow 13.0.0.
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

    /// The script's picture.
    private static func picture(_ size: PixelSize, _ colorModel: Image.ColorModel) throws -> Image {
        var state: UInt32 = 1
        var bytes: [UInt8] = []
        for pixel in 0..<size.pixelCount {
            for channel in 0..<colorModel.channelCount {
                state = state &* 1_664_525 &+ 1_013_904_223
                let value = UInt8(state >> 16 & 0xFF)
                let isAlpha = colorModel.hasAlpha && channel == colorModel.channelCount - 1
                bytes.append(isAlpha ? (pixel % 4 == 0 ? 255 : pixel % 5 == 0 ? 0 : value) : value)
            }
        }
        return try Image(size: size, layout: Image.Layout(colorModel: colorModel, bitDepth: .eight), bytes: bytes)
    }

    private static func fnv1a(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(format: "%016llx", hash)
    }

    @Test func everyGoldenCaseIsEqualByteForByte() throws {
        let json = try TestFiles.bytes(of: TestFiles.media("golden/resize.json"))
        let golden = try JSONDecoder().decode(Golden.self, from: Data(json))
        #expect(golden.pillow == "13.0.0")
        #expect(golden.cases.count == 4 * 10 * 6)
        for item in golden.cases {
            let image = try Self.picture(PixelSize(width: item.from[0], height: item.from[1]), item.colorModel)
            let resized = try image.resized(
                to: PixelSize(width: item.to[0], height: item.to[1]), filter: item.filter)
            #expect(
                Self.fnv1a(resized.bytes) == item.fnv1a, "\(item.colorModel) \(item.from) \(item.to) \(item.filter)")
        }
    }

    @Test func theSameSizeIsTheSamePicture() throws {
        for colorModel in Image.ColorModel.allCases {
            let image = try Self.picture(PixelSize(width: 9, height: 5), colorModel)
            for filter in ResizeFilter.allCases {
                #expect(try image.resized(to: image.size, filter: filter) == image)
            }
        }
    }
}
