import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct ImagePreparationTests {
    private let png = PNGBuilder(width: 90, height: 60, bitDepth: 8, colorType: .rgb)

    /// The second of each pair worked out by hand: the bound exactly, the other side rounded to nearest, halves up.
    @Test(arguments: [
        (PixelSize(width: 4000, height: 3000), PixelSize(width: 1333, height: 1000)),
        (PixelSize(width: 3000, height: 4000), PixelSize(width: 1000, height: 1333)),
        (PixelSize(width: 1333, height: 7), PixelSize(width: 1333, height: 7)),
        (PixelSize(width: 640, height: 420), PixelSize(width: 640, height: 420)),
        (PixelSize(width: 2666, height: 3), PixelSize(width: 1333, height: 2)),
        (PixelSize(width: 100_000, height: 1), PixelSize(width: 1333, height: 1)),
        (PixelSize(width: 1334, height: 1334), PixelSize(width: 1333, height: 1333)),
    ])
    func longestSide(size: PixelSize, expected: PixelSize) throws {
        #expect(try ImagePreparation().uploadSize(for: size) == expected)
    }

    @Test func otherBounds() throws {
        let photo = PixelSize(width: 4000, height: 3000)
        let detr = ImagePreparation(longestSide: 1333, shortestSide: 800)
        #expect(try detr.uploadSize(for: photo) == PixelSize(width: 1067, height: 800))
        #expect(try detr.uploadSize(for: PixelSize(width: 4000, height: 1000)) == PixelSize(width: 1333, height: 333))
        #expect(try detr.uploadSize(for: PixelSize(width: 500, height: 400)) == PixelSize(width: 500, height: 400))
        let shortest = ImagePreparation(longestSide: nil, shortestSide: 224)
        #expect(try shortest.uploadSize(for: photo) == PixelSize(width: 299, height: 224))
        #expect(try ImagePreparation(longestSide: nil).uploadSize(for: photo) == photo)
        let exact = ImagePreparation(exactSize: PixelSize(width: 5000, height: 10))
        #expect(try exact.uploadSize(for: photo) == PixelSize(width: 5000, height: 10))
    }

    @Test func valuesOutOfRangeAreRefused() throws {
        let outOfRange = [
            ImagePreparation(longestSide: 0), ImagePreparation(shortestSide: -1),
            ImagePreparation(exactSize: PixelSize(width: 0, height: 4)), ImagePreparation(quality: 0),
            ImagePreparation(quality: 101),
        ]
        for preparation in outOfRange {
            expectMediaError(.invalidArgument) { _ = try preparation.prepare(.bytes(png.bytes)) }
        }
        for size in [PixelSize(width: 0, height: 1), PixelSize(width: .max, height: .max)] {
            expectMediaError(.invalidArgument) { _ = try ImagePreparation().uploadSize(for: size) }
        }
    }

    /// 256 KiB, a strip, are 109 rows of these.
    private static let severalStrips = MediaSource.bytes(
        PNGBuilder(width: 800, height: 300, bitDepth: 8, colorType: .rgb).bytes)

    @Test(arguments: ResizeFilter.allCases) func stripByStripIsAsAtOnce(filter: ResizeFilter) throws {
        let source = Self.severalStrips
        let prepared = try ImagePreparation(longestSide: 100, filter: filter, format: .png).prepare(source)
        let expected = try Image(decoding: source).resized(to: PixelSize(width: 100, height: 38), filter: filter)
        #expect(try Image(decoding: .bytes(prepared.bytes)) == expected)
        #expect(prepared.receipt.uploadSize == expected.size)
        #expect(prepared.byteCount == prepared.bytes.count)
    }

    @Test(arguments: Orientation.allCases) func theResultStandsUpright(orientation: Orientation) throws {
        var builder = png
        builder.chunksBeforePixels = [
            ("eXIf", EXIFBuilder.bytes(orientation: orientation.rawValue, isLittleEndian: true))
        ]
        let source = MediaSource.bytes(builder.bytes)
        let prepared = try ImagePreparation(longestSide: 45, format: .png).prepare(source)
        let decoded = try Image(decoding: .bytes(prepared.bytes))
        #expect(
            decoded.size
                == (orientation.swapsSides ? PixelSize(width: 30, height: 45) : PixelSize(width: 45, height: 30)))
        #expect(prepared.receipt.orientation == orientation)
        #expect(prepared.receipt.storedSize == PixelSize(width: 90, height: 60))
        #expect(prepared.receipt.sourceSize == orientation.applied(to: PixelSize(width: 90, height: 60)))
        #expect(prepared.receipt.uploadSize == decoded.size)
        // Turned after resizing, but as if before; the weights of a mirrored axis may round a unit differently.
        let expected = try Image(decoding: source).resized(to: decoded.size)
        #expect(zip(decoded.bytes, expected.bytes).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }

    @Test func formats() throws {
        let jpeg = JPEGBuilder.gray().bytes
        #expect(try ImagePreparation().prepare(.bytes(png.bytes)).mediaType == .jpeg)
        #expect(try ImagePreparation(format: .png).prepare(.bytes(jpeg)).mediaType == .png)
        #expect(try ImagePreparation(format: .keep).prepare(.bytes(png.bytes)).mediaType == .png)
        let kept = try ImagePreparation(format: .keep).prepare(.bytes(jpeg))
        #expect(kept.mediaType == .jpeg)
        #expect(MediaType.sniff(kept.bytes) == .jpeg)
        #expect(try ImageReader(.bytes(kept.bytes)).header.layout.colorModel == .gray)
    }

    @Test func transparencyStaysInPNGAndGoesOnTheMatteInJPEG() throws {
        var builder = PNGBuilder(width: 32, height: 32, bitDepth: 1, colorType: .palette)
        builder.chunksBeforePixels = [("tRNS", [0, 0])]
        let source = MediaSource.bytes(builder.bytes)
        let kept = try Image(decoding: .bytes(ImagePreparation(longestSide: 8, format: .png).prepare(source).bytes))
        #expect(kept.layout.colorModel == .rgba)
        #expect(stride(from: 3, to: kept.bytes.count, by: 4).allSatisfy { kept.bytes[$0] == 0 })
        let red = Color(red: 255, green: 0, blue: 0)
        let flat = try Image(
            decoding: .bytes(ImagePreparation(longestSide: 8, quality: 100, matte: red).prepare(source).bytes))
        #expect(flat.layout == .rgb8)
        #expect(abs(Int(flat.bytes[0]) - 255) <= 2 && flat.bytes[1] <= 2)
    }

    @Test func nothingButPixelsGoesOut() throws {
        var builder = JPEGBuilder.yCbCr()
        builder.exif = EXIFBuilder.bytes(orientation: 3, isLittleEndian: true)
        let prepared = try ImagePreparation().prepare(.bytes(builder.bytes))
        #expect(prepared.bytes.firstRange(of: Array("Exif".utf8)) == nil)
        #expect(try ImageReader(.bytes(prepared.bytes)).header.orientation == .upright)
        #expect(prepared.receipt.orientation == .rotate180)
    }

    @Test func anImageInMemoryIsPreparedAlike() throws {
        let image = try Image(decoding: .bytes(png.bytes))
        let preparation = ImagePreparation(longestSide: 30, format: .keep)
        let prepared = try preparation.prepare(image)
        #expect(prepared.mediaType == .png)
        #expect(prepared.bytes == (try preparation.prepare(.bytes(png.bytes)).bytes))
        #expect(
            prepared.receipt
                == (try GeometryReceipt(
                    storedSize: PixelSize(width: 90, height: 60), orientation: .upright,
                    uploadSize: PixelSize(width: 30, height: 20))))
    }

    @Test func intoAFile() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write(png.bytes, as: "in.png")
        var fractions: [Double] = []
        let prepared = try ImagePreparation(longestSide: 30).prepare(.file(input), toFile: folder.file("out.jpg")) {
            fractions.append($0)
        }
        let bytes = try TestFiles.bytes(of: folder.file("out.jpg"))
        #expect(prepared.bytes.isEmpty && prepared.byteCount == bytes.count)
        #expect(bytes == (try ImagePreparation(longestSide: 30).prepare(.file(input)).bytes))
        #expect(fractions.last == 1 && fractions == fractions.sorted())
        #expect(try folder.contents() == ["in.png", "out.jpg"])
    }

    @Test func failuresLeaveNoFileAndTheInputAsItIs() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write(png.bytes, as: "in.png")
        let cut = try folder.write(Array(png.bytes.prefix(9000)), as: "cut.png")
        expectMediaError(.malformedInput) {
            _ = try ImagePreparation().prepare(.file(cut), toFile: folder.file("out.jpg"))
        }
        expectMediaError(.invalidArgument) { _ = try ImagePreparation().prepare(.file(input), toFile: input) }
        expectMediaError(.outputNotCreatable) {
            _ = try ImagePreparation().prepare(.file(input), toFile: folder.file("none/out.jpg"))
        }
        #expect(try folder.contents() == ["cut.png", "in.png"])
        #expect(try TestFiles.bytes(of: input) == png.bytes)
    }

    /// An error names the image, which may be one of many.
    @Test(arguments: [
        ImagePreparation(crop: PixelRectangle(x: 1000, y: 0, width: 5, height: 5)),
        ImagePreparation(exactSize: PixelSize(width: 40_000, height: 40_000)),
        ImagePreparation(maximumByteCount: 1),
    ])
    func errorsNameThePicture(_ preparation: ImagePreparation) {
        let component = JPEGBuilder.Component(identifier: 1) { _, _ in 100 }
        let jpeg = JPEGBuilder(width: 16, height: 16, components: [component]).bytes
        let error = #expect(throws: MediaError.self) {
            _ = try preparation.prepare(.bytes(jpeg, name: "holiday.jpg"))
        }
        #expect(error?.source == "holiday.jpg")
    }

    @Test func uploadsAreLimited() {
        expectMediaError(.limitExceeded) {
            _ = try ImagePreparation(format: .png).prepare(
                .bytes(png.bytes), limits: ResourceLimits(uploadByteCount: 500))
        }
    }
}
