import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Crops, letterboxes, middles and presets: their sizes, and their pixels.
@Suite struct UploadGeometryTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            var colorModel: Image.ColorModel
            var from: [Int]
            var crop: [Int]?
            var kind: String
            var to: [Int]
            var shortestSide: Int?
            var filter: ResizeFilter
            var resized: [Int]
            var padding: [Int]
            var fnv1a: String
        }

        var pillow: String
        var cases: [Case]
    }

    /// Against TestMedia/golden/make_geometry_golden.py: Pillow 13.0.0 crops, resizes and pastes, byte for byte.
    @Test func everyGoldenCaseIsEqualByteForByte() throws {
        let json = try TestFiles.bytes(of: TestFiles.media("golden/geometry.json"))
        let golden = try JSONDecoder().decode(Golden.self, from: Data(json))
        #expect(golden.pillow == "13.0.0")
        #expect(golden.cases.count == 4 * 14 * 6)
        for item in golden.cases {
            let image = try PseudorandomPicture.image(
                PixelSize(width: item.from[0], height: item.from[1]), item.colorModel)
            let preparation = ImagePreparation(
                crop: item.crop.map { PixelRectangle(x: $0[0], y: $0[1], width: $0[2], height: $0[3]) },
                exactSize: PixelSize(width: item.to[0], height: item.to[1]),
                fit: item.kind == "letterbox"
                    ? .letterbox(.letterboxGray)
                    : item.kind == "centerCrop" ? .centerCrop(shortestSide: item.shortestSide) : .stretch,
                filter: item.filter, format: .png)
            let prepared = try preparation.prepare(image)
            let upload = try Image(decoding: .bytes(prepared.bytes))
            let name = "\(item)"
            #expect(PseudorandomPicture.fnv1a(upload.bytes) == item.fnv1a, "\(name)")
            let receipt = prepared.receipt
            #expect([receipt.resizedSize.width, receipt.resizedSize.height] == item.resized, "\(name)")
            let padding = receipt.padding
            #expect([padding.left, padding.top, padding.right, padding.bottom] == item.padding, "\(name)")
            #expect(receipt.uploadSize == upload.size)
        }
    }

    /// From a file, stored any way, in two strips: as from the upright pixels in memory.
    ///
    /// Upright, each fit is prepared with both filters; otherwise with one of them, and with the other in the next
    /// orientation.
    @Test(arguments: Orientation.allCases) func storedAnyWayTheUploadIsTheSame(orientation: Orientation) throws {
        var builder = PNGBuilder(width: 800, height: 181, bitDepth: 8, colorType: .rgb)
        builder.chunksBeforePixels = [
            ("eXIf", EXIFBuilder.bytes(orientation: orientation.rawValue, isLittleEndian: true))
        ]
        let source = MediaSource.bytes(builder.bytes)
        let upright = try Image(decoding: source)
        let crop = PixelRectangle(x: 31, y: 17, width: 140, height: 151)
        let size = PixelSize(width: 90, height: 61)
        let fits: [ImagePreparation.Fit] = [
            .stretch, .letterbox(.white), .centerCrop(), .centerCrop(shortestSide: 95),
        ]
        let filters: [ResizeFilter] = [.bilinear, .lanczos]
        for (index, fit) in fits.enumerated() {
            for filter in orientation == .upright ? filters : [filters[(index + orientation.rawValue) % 2]] {
                let preparation = ImagePreparation(
                    crop: crop, exactSize: size, fit: fit, filter: filter, format: .png)
                let prepared = try preparation.prepare(source)
                #expect(prepared.receipt.orientation == orientation)
                #expect(prepared.receipt.crop == crop)
                let streamed = try Image(decoding: .bytes(prepared.bytes))
                let atOnce = try Image(decoding: .bytes(preparation.prepare(upright).bytes))
                #expect(streamed.size == size)
                // The weights of a mirrored axis may round a unit differently.
                #expect(zip(streamed.bytes, atOnce.bytes).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
                if orientation == .upright { #expect(streamed == atOnce) }
            }
        }
    }

    /// A crop alone moves pixels: rows and columns of the original, in any depth.
    @Test func aCropAloneTakesPixelsAsTheyAre() throws {
        let builder = PNGBuilder(width: 60, height: 40, bitDepth: 16, colorType: .rgb)
        let source = try Image(decoding: .bytes(builder.bytes))
        let crop = PixelRectangle(x: 7, y: 11, width: 50, height: 29)
        let prepared = try ImagePreparation(crop: crop, longestSide: nil, format: .png).prepare(.bytes(builder.bytes))
        let upload = try Image(decoding: .bytes(prepared.bytes))
        let pixel = source.layout.bytesPerPixel
        let expected = crop.rows.flatMap { row in
            Array(source.bytes[(row * 60 + 7) * pixel..<(row * 60 + 57) * pixel])
        }
        #expect(upload.layout.bitDepth == .sixteen && upload.bytes == expected)
        // The bounds are about what is left after it.
        #expect(
            try ImagePreparation(crop: crop, longestSide: 25).geometry(
                storedSize: source.size, orientation: .upright
            ).uploadSize == PixelSize(width: 25, height: 15))
    }

    /// Gray images use the luma of the background, 16-bit images its value scaled to 16 bits; alpha becomes opaque.
    @Test(arguments: Image.ColorModel.allCases, [Image.BitDepth.eight, .sixteen])
    func theGroundOfEveryLayout(colorModel: Image.ColorModel, bitDepth: Image.BitDepth) throws {
        let layout = Image.Layout(colorModel: colorModel, bitDepth: bitDepth)
        let size = PixelSize(width: 4, height: 2)
        let image = try Image(
            size: size, layout: layout, bytes: [UInt8](repeating: 0, count: 8 * layout.bytesPerPixel))
        // The luma of this orange by BT.601, rounded: 0.299 · 255 + 0.587 · 128 + 0.114 · 0 = 151.4.
        let orange = Color(red: 255, green: 128, blue: 0)
        let prepared = try ImagePreparation(
            exactSize: PixelSize(width: 4, height: 5), fit: .letterbox(orange), format: .png
        ).prepare(image)
        let upload = try Image(decoding: .bytes(prepared.bytes))
        let colors: [UInt8] = colorModel.opaque == .gray ? [151] : [255, 128, 0]
        let channels = colors + (colorModel.hasAlpha ? [255] : [])
        let ground = channels.flatMap { bitDepth == .eight ? [$0] : [$0, $0] }
        #expect(upload.layout == layout)
        // One row above, two below.
        #expect(prepared.receipt.padding == .init(left: 0, top: 1, right: 0, bottom: 2))
        let row = Array((0..<4).map { _ in ground }.joined())
        let content = [UInt8](repeating: 0, count: 8 * layout.bytesPerPixel)
        #expect(upload.bytes == row + content + row + row)
    }

    @Test func presets() throws {
        func geometry(_ preset: ImagePreparation.Preset, _ width: Int, _ height: Int) throws -> GeometryReceipt {
            try ImagePreparation(preset: preset).geometry(
                storedSize: PixelSize(width: width, height: height), orientation: .upright)
        }
        #expect(try geometry(.detr, 4000, 3000).uploadSize == PixelSize(width: 1067, height: 800))
        #expect(try geometry(.detr, 4000, 1000).uploadSize == PixelSize(width: 1333, height: 333))
        #expect(try geometry(.detr, 640, 480).uploadSize == PixelSize(width: 640, height: 480))
        #expect(try geometry(.vit, 4000, 3000).uploadSize == PixelSize(width: 224, height: 224))
        #expect(try geometry(.yolo, 4000, 3001).resizedSize == PixelSize(width: 640, height: 480))
        #expect(try geometry(.yolo, 4000, 3001).padding == .init(left: 0, top: 80, right: 0, bottom: 80))
        // One more below than above.
        #expect(try geometry(.yolo, 640, 427).padding == .init(left: 0, top: 106, right: 0, bottom: 107))
        for preset in ImagePreparation.Preset.allCases {
            #expect(ImagePreparation(preset: preset).filter == .bilinear)
        }
    }

    @Test func whatCannotBeIsRefused() throws {
        let png = PNGBuilder(width: 90, height: 60, bitDepth: 8, colorType: .rgb).bytes
        let size = PixelSize(width: 30, height: 30)
        for preparation in [
            ImagePreparation(crop: PixelRectangle(x: 80, y: 0, width: 11, height: 5)),
            ImagePreparation(crop: PixelRectangle(x: 0, y: 0, width: .max, height: 1)),
            ImagePreparation(exactSize: size, fit: .centerCrop(shortestSide: 29)),
            ImagePreparation(exactSize: size, fit: .centerCrop(shortestSide: 0)),
            ImagePreparation(exactSize: size, fit: .centerCrop(shortestSide: .max)),
            ImagePreparation(exactSize: PixelSize(width: .max, height: 1), fit: .letterbox(.black)),
        ] {
            let error = expectMediaError(.invalidArgument) { _ = try preparation.prepare(.bytes(png)) }
            #expect(error?.problem.isEmpty == false)
        }
        // A huge ground is refused before any of it is made.
        expectMediaError(.limitExceeded) {
            let huge = PixelSize(width: 60_000, height: 60_000)
            _ = try ImagePreparation(exactSize: huge, fit: .letterbox(.black)).prepare(.bytes(png))
        }
    }
}
