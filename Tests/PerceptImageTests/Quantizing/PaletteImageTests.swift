import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Pictures of few colours, by request. TestMedia/golden/make_palette_golden.py wrote down how near Pillow 13.0.0 comes.
@Suite struct PaletteImageTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var picture: String
        var hash: String
        var colorCount: Int
        /// Mean squared errors by the name of Pillow's method.
        var errors: [String: Double]

        var testDescription: String { "\(picture), \(colorCount) colours" }
    }

    private struct Golden: Decodable {
        var cases: [Case]
    }

    static let cases: [Case] = {
        guard let json = try? TestFiles.bytes(of: TestFiles.media("golden/palettes.json")),
            let golden = try? JSONDecoder().decode(Golden.self, from: Data(json))
        else { return [] }
        return golden.cases
    }()

    /// As the script makes them.
    private static let pictures = Result {
        let scene = try PalettePictures.scene()
        return [
            "scene": scene, "alpha": try PalettePictures.withDisc(scene), "gray": try PalettePictures.gray(scene),
            "slopes": try PalettePictures.slopes(),
        ]
    }

    private static func picture(_ name: String) throws -> Image {
        try #require(pictures.get()[name])
    }

    @Test func thereAreAllCases() {
        #expect(Self.cases.count == 16)
    }

    @Test(arguments: cases) func nearerThanPillow(_ item: Case) throws {
        let image = try Self.picture(item.picture)
        #expect(fnv1a(image.bytes) == item.hash)
        let reduced = try PaletteImage(
            reducing: image.colors, image.size, to: item.colorCount, diffuses: false)
        #expect(reduced.colors.count <= item.colorCount)
        #expect(Set(reduced.colors).count == reduced.colors.count)
        #expect(reduced.indices.allSatisfy { $0 < reduced.colors.count })
        let error = Self.error(image.colors, reduced.pixels)
        #expect(item.errors.isEmpty == false)
        // Theirs is written with four decimals.
        for (method, theirs) in item.errors { #expect(error <= theirs + 0.0001, "\(method)") }
        // Each pixel has the nearest of all colours (of the same distance, where there are two).
        let (colors, points) = (image.colors, reduced.colors.map(PaletteSpace.point))
        for pixel in stride(from: 0, to: image.size.pixelCount, by: 97) {
            let point = PaletteSpace.point(colors[pixel])
            let least = points.map { PaletteSpace.squaredDistance(point, $0) }.min()
            #expect(PaletteSpace.squaredDistance(point, points[Int(reduced.indices[pixel])]) == least)
        }
    }

    /// Spread errors make pixels differ more, but the picture less, once it is seen in half its size.
    @Test(arguments: ["scene", "alpha", "gray", "slopes"]) func spreadErrorsCancel(name: String) throws {
        let image = try Self.picture(name)
        let half = PixelSize(width: image.width / 2, height: image.height / 2)
        let original = try image.resized(to: half, filter: .box).colors
        func error(diffuses: Bool) throws -> Double {
            let reduced = try PaletteImage(reducing: image.colors, image.size, to: 16, diffuses: diffuses)
            let rgba = Image.Layout(colorModel: .rgba, bitDepth: .eight)
            let bytes = reduced.pixels.flatMap { [$0.x, $0.y, $0.z, $0.w] }
            return Self.error(
                original,
                try Image(size: image.size, layout: rgba, bytes: bytes).resized(to: half, filter: .box).colors)
        }
        #expect(try error(diffuses: true) < error(diffuses: false) * 0.9)
    }

    /// As the script computes it: over black and over white, in the mean.
    private static func error(_ first: [PaletteColor], _ second: [PaletteColor]) -> Double {
        var sum = 0.0
        for (first, second) in zip(first, second) where first != second {
            for ground in [0.0, 255] {
                for channel in 0..<3 {
                    func over(_ color: PaletteColor) -> Double {
                        let alpha = Double(color.w) / 255
                        return Double(color[channel]) * alpha + ground * (1 - alpha)
                    }
                    let difference = over(first) - over(second)
                    sum += difference * difference
                }
            }
        }
        return sum / Double(first.count * 6)
    }

    // MARK: Files

    /// Read again, a file has the colours of the palette picture, whatever its depth; and those of the picture where it
    /// had no more.
    @Test(arguments: [Image.ColorModel.gray, .grayAlpha, .rgb, .rgba], [2, 3, 4, 5, 16, 17, 100, 256])
    func filesAreRight(model: Image.ColorModel, count: Int) throws {
        for size in [PixelSize(width: 1, height: 1), PixelSize(width: 23, height: 11)] {
            let image = try PseudorandomPicture.image(size, model)
            let prepared = try ImagePreparation(format: .png, paletteColorCount: count).prepare(image)
            #expect(prepared.mediaType == .png)
            let decoded = try Image(decoding: .bytes(prepared.bytes)).colors
            #expect(Set(decoded).count <= count)
            let reduced = try PaletteImage(reducing: image.colors, size, to: count, diffuses: true)
            #expect(decoded == reduced.pixels)
            #expect(reduced.isReduced == (Set(image.colors).count > count))
            if !reduced.isReduced { #expect(decoded == image.colors) }
            #expect(prepared.warnings == (reduced.isReduced ? ["\(reduced.colors.count) colours by request"] : []))
            // IHDR: depth and colour type stand behind the sides (ISO 15948, 11.2.2).
            let colorCount = reduced.colors.count
            let expected: [UInt8] =
                model == .gray && colorCount > 16
                ? [8, 0] : [colorCount <= 2 ? 1 : colorCount <= 4 ? 2 : colorCount <= 16 ? 4 : 8, 3]
            #expect(Array(prepared.bytes[24..<26]) == expected)
        }
    }

    @Test func fewColorsStayAsTheyAre() throws {
        let size = PixelSize(width: 9, height: 5)
        func kept(_ pixel: (Int) -> [UInt8], _ model: Image.ColorModel, count: Int = 2) throws {
            let layout = Image.Layout(colorModel: model, bitDepth: .eight)
            let image = try Image(size: size, layout: layout, bytes: (0..<45).flatMap(pixel))
            let prepared = try ImagePreparation(format: .png, paletteColorCount: count).prepare(image)
            #expect(try Image(decoding: .bytes(prepared.bytes)).colors == image.colors)
            #expect(prepared.warnings == [])
        }
        try kept({ _ in [7, 8, 9] }, .rgb)
        try kept({ $0 % 2 == 0 ? [255, 0, 1] : [0, 3, 255] }, .rgb)
        try kept({ $0 % 2 == 0 ? [255, 0, 1, 0] : [0, 3, 255, 128] }, .rgba)
        // Even what is hidden.
        try kept({ $0 % 2 == 0 ? [255, 0, 1, 0] : [0, 3, 255, 0] }, .rgba)
        try kept({ [UInt8($0 * 5)] }, .gray, count: 45)
        try kept({ [UInt8($0), 0, 0] }, .rgb, count: 45)
    }

    /// What hides below full transparency takes no more than one colour, and what shows has the others.
    @Test func transparencyIsOneColor() throws {
        let size = PixelSize(width: 40, height: 40)
        let rgba = Image.Layout(colorModel: .rgba, bitDepth: .eight)
        var bytes: [UInt8] = []
        for index in 0..<1600 {
            let number = index / 2
            if index % 2 == 0 {
                bytes += [UInt8(number % 251), UInt8(index % 7), 9, 0]
            } else {
                bytes += [UInt8(number % 15 * 16), 40, 80, 255]
            }
        }
        let image = try Image(size: size, layout: rgba, bytes: bytes)
        let reduced = try PaletteImage(reducing: image.colors, size, to: 16, diffuses: true)
        #expect(!reduced.isReduced && reduced.colors.count == 16)
        #expect(zip(image.colors, reduced.pixels).allSatisfy { $0.w == 0 ? $1.w == 0 : $0 == $1 })
        // With colours given up, what is opaque and what is transparent stays that.
        for diffuses in [false, true] {
            let fewer = try PaletteImage(reducing: image.colors, size, to: 8, diffuses: diffuses)
            #expect(fewer.isReduced && fewer.colors.filter { $0.w < 255 }.count == 1)
            #expect(zip(image.colors, fewer.pixels).allSatisfy { $0.w == $1.w })
        }
        let clear = try PaletteImage(
            reducing: (0..<1600).map { PaletteColor(UInt8($0 % 256), UInt8($0 / 256), 1, 0) }, size, to: 2,
            diffuses: true)
        #expect(clear.colors.count == 1 && Set(clear.indices) == [0])
    }

    /// 16 bits become 8 as for a JPEG.
    @Test func sixteenBits() throws {
        let size = PixelSize(width: 16, height: 16)
        let values = (0..<256).map { UInt16($0 % 3 * 20000 + 128) }
        let layout = Image.Layout(colorModel: .gray, bitDepth: .sixteen)
        let image = try Image(
            size: size, layout: layout, bytes: values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } })
        let prepared = try ImagePreparation(format: .png, paletteColorCount: 4).prepare(image)
        let expected = values.map { UInt8((Int($0) * 255 + 32767) / 65535) }
        #expect(try Image(decoding: .bytes(prepared.bytes)).colors.map(\.x) == expected)
    }

    // MARK: Requests

    /// Photographs are spread, what is drawn is not.
    @Test(arguments: [true, false]) func drawnPicturesStayClean(isDrawn: Bool) throws {
        let image =
            try isDrawn ? DrawnPictures.text(width: 300, height: 200) : DrawnPictures.photoLike(width: 300, height: 200)
        let prepared = try ImagePreparation(format: .png, paletteColorCount: 8).prepare(image)
        let reduced = try PaletteImage(reducing: image.colors, image.size, to: 8, diffuses: !isDrawn)
        #expect(try Image(decoding: .bytes(prepared.bytes)).colors == reduced.pixels)
        #expect(try ImagePreparation(format: .png, paletteColorCount: 8).prepare(image) == prepared)
    }

    /// Nothing gets a palette unasked, whatever the budget.
    @Test func onlyByRequest() throws {
        let image = try DrawnPictures.text()
        let plain = try ImagePreparation(format: .png).prepare(image)
        #expect(Array(plain.bytes[24..<26]) == [8, 2])
        let image2 = try Self.picture("slopes")
        let whole = try ImagePreparation(format: .png).prepare(image2)
        expectMediaError(.limitExceeded) {
            _ = try ImagePreparation(format: .png, maximumByteCount: whole.byteCount / 2).prepare(image2)
        }
        let fitted = try ImagePreparation(
            format: .png, paletteColorCount: 16, maximumByteCount: whole.byteCount / 2
        ).prepare(image2)
        #expect(fitted.warnings == ["16 colours by request"] && fitted.receipt.uploadSize == image2.size)
    }

    /// A byte limit takes from the size, never from the palette.
    @Test func aBudgetKeepsThePalette() throws {
        var preparation = ImagePreparation(format: .png, paletteColorCount: 32)
        let image = try DrawnPictures.photoLike(width: 420, height: 300)
        let plain = try preparation.prepare(image)
        let limit = plain.byteCount * 3 / 4
        preparation.maximumByteCount = limit
        let fitted = try preparation.prepare(image)
        #expect(fitted.byteCount <= limit)
        let size = fitted.receipt.uploadSize
        #expect(size.longestSide >= 320 && size.longestSide < 420)
        #expect(
            fitted.warnings == [
                "32 colours by request", "to stay within \(limit) bytes: \(size) pixels instead of 420×300",
            ])
        preparation.maximumByteCount = nil
        preparation.longestSide = size.longestSide
        #expect(try preparation.prepare(image).bytes == fitted.bytes)
    }

    @Test func whatCannotBe() throws {
        let image = try PseudorandomPicture.image(PixelSize(width: 30, height: 20), .rgb)
        for count in [-1, 0, 1, 257, .max] {
            expectMediaError(.invalidArgument) {
                _ = try ImagePreparation(format: .png, paletteColorCount: count).prepare(image)
            }
        }
        for limit in [nil, 100_000] {
            let error = expectMediaError(.invalidArgument) {
                _ = try ImagePreparation(paletteColorCount: 16, maximumByteCount: limit).prepare(image)
            }
            #expect(error?.problem.contains("16 colours are for a PNG, and JPEG would be made") == true)
        }
        // Five bytes a pixel.
        _ = try PaletteCollector(image.size, .rgb8, colorCount: 16, ResourceLimits(imageByteCount: 3000))
        expectMediaError(.limitExceeded) {
            _ = try PaletteCollector(image.size, .rgb8, colorCount: 16, ResourceLimits(imageByteCount: 2999))
        }
        let preparation = ImagePreparation(format: .png, paletteColorCount: 16)
        let folder = try TemporaryFolder()
        let input = try folder.write(image.encoded(as: .png), as: "in.png")
        let written = try preparation.prepare(.file(input), toFile: folder.file("out.png"))
        #expect(try TestFiles.bytes(of: folder.file("out.png")) == preparation.prepare(image).bytes)
        #expect(written.warnings == ["16 colours by request"])
    }
}

extension PaletteImage {
    fileprivate var pixels: [PaletteColor] { indices.map { colors[Int($0)] } }
}
