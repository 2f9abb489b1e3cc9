import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct JPEGReadingTests {
    private func pixel(_ image: Image, _ x: Int, _ y: Int) -> [Int] {
        let count = image.layout.bytesPerPixel
        let start = (y * image.width + x) * count
        return image.bytes[start..<start + count].map(Int.init)
    }

    /// JFIF 1.02 §"Conversion to and from RGB".
    private func rgb(luma: Double, cb: Double, cr: Double) -> [Double] {
        [luma + 1.402 * (cr - 128), luma - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), luma + 1.772 * (cb - 128)]
    }

    private func isClose(_ pixel: [Int], _ expected: [Double]) -> Bool {
        zip(pixel, expected).allSatisfy { abs(Double($0) - min(max($1, 0), 255)) <= 1 }
    }

    @Test(arguments: [false, true]) func grayBlocksComeOutExactly(isProgressive: Bool) throws {
        var builder = JPEGBuilder.gray(width: 37, height: 21)
        builder.isProgressive = isProgressive
        let image = try Image(decoding: .bytes(builder.bytes))
        #expect(image.layout == Image.Layout(colorModel: .gray, bitDepth: .eight))
        let expected = (0..<21).flatMap { y in (0..<37).map { x in builder.components[0].value(x / 8, y / 8) } }
        #expect(image.bytes == expected)
        let header = try ImageReader(.bytes(builder.bytes)).header
        #expect(header.isProgressive == isProgressive)
        #expect(header.storedColorModel == .gray)
        #expect(header.storedBitDepth == 8)
    }

    @Test(arguments: [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1)], [false, true])
    func yCbCrAtEverySampling(sampling: (across: Int, down: Int), isProgressive: Bool) throws {
        var builder = JPEGBuilder.yCbCr(across: sampling.across, down: sampling.down)
        builder.isProgressive = isProgressive
        let image = try Image(decoding: .bytes(builder.bytes))
        #expect(image.layout == .rgb8)
        for (x, y) in [(0, 0), (12, 3), (20, 20), (39, 39), (8, 31)] {
            let luma = Double(builder.components[0].value(x / 8, y / 8))
            #expect(isClose(pixel(image, x, y), rgb(luma: luma, cb: 110, cr: 150)), "\(x) \(y)")
        }
        #expect(try ImageReader(.bytes(builder.bytes)).header.storedColorModel == .yCbCr)
    }

    @Test func restartMarkers() throws {
        var builder = JPEGBuilder.yCbCr(width: 80, height: 40)
        let plain = try Image(decoding: .bytes(builder.bytes))
        builder.restartInterval = 3
        #expect(try Image(decoding: .bytes(builder.bytes)) == plain)
    }

    @Test func adobeTransformZeroIsRGB() throws {
        var builder = JPEGBuilder.yCbCr(width: 16, height: 16)
        builder.adobeTransform = 0
        let image = try Image(decoding: .bytes(builder.bytes))
        #expect(pixel(image, 4, 4) == [60, 110, 150])
        #expect(pixel(image, 12, 4) == [70, 110, 150])
        #expect(try ImageReader(.bytes(builder.bytes)).header.storedColorModel == .rgb)
    }

    /// R = (255 − C)(255 − K) / 255 of the inks 40, 90, 200 and 51 on a scale where 255 is full ink.
    private let light = [40, 90, 200].map { ((255 - $0) * (255 - 51) + 127) / 255 }

    @Test func inksWithoutAnAdobeMarkerAreAsTheyAre() throws {
        let builder = JPEGBuilder.fourComponents([40, 90, 200, 51], adobeTransform: nil)
        let image = try Image(decoding: .bytes(builder.bytes))
        #expect(image.layout == .rgb8)
        #expect(pixel(image, 9, 5) == light)
        #expect(try ImageReader(.bytes(builder.bytes)).header.storedColorModel == .cmyk)
    }

    @Test func inksWithAnAdobeMarkerAreInverted() throws {
        let builder = JPEGBuilder.fourComponents([215, 165, 55, 204], adobeTransform: 0)
        let image = try Image(decoding: .bytes(builder.bytes))
        #expect(pixel(image, 9, 5) == light)
        #expect(try ImageReader(.bytes(builder.bytes)).header.storedColorModel == .cmyk)
    }

    @Test func ycckIsInkInDisguise() throws {
        // The stored inks are 255 − rgb(Y, Cb, Cr) (T.872 §6.5.3), and inverted: so the light without black is
        // 255 − rgb(Y, Cb, Cr), and black unchanged.
        let (luma, cb, cr, black) = (120.0, 110.0, 150.0, 204.0)
        let builder = JPEGBuilder.fourComponents([120, 110, 150, 204], adobeTransform: 2)
        let image = try Image(decoding: .bytes(builder.bytes))
        let expected = rgb(luma: luma, cb: cb, cr: cr).map { (255 - $0) * black / 255 }
        #expect(isClose(pixel(image, 3, 3), expected))
        #expect(try ImageReader(.bytes(builder.bytes)).header.storedColorModel == .ycck)
    }

    @Test(arguments: 1...8) func orientationInBothByteOrders(value: Int) throws {
        let orientation = try #require(Orientation(rawValue: value))
        var builder = JPEGBuilder.gray(width: 24, height: 16)
        let stored = try Image(decoding: .bytes(builder.bytes))
        for isLittleEndian in [false, true] {
            for type in [3, 4] {
                builder.exif = EXIFBuilder.bytes(orientation: value, isLittleEndian: isLittleEndian, type: type)
                let header = try ImageReader(.bytes(builder.bytes)).header
                #expect(header.orientation == orientation)
                #expect(header.storedSize == PixelSize(width: 24, height: 16))
                #expect(header.size == (value >= 5 ? PixelSize(width: 16, height: 24) : header.storedSize))
                #expect(try Image(decoding: .bytes(builder.bytes)) == stored.oriented(by: orientation))
            }
        }
    }

    @Test func brokenEXIFIsNoOrientation() throws {
        let broken: [[UInt8]] = [
            [], [0x49], Array("II".utf8), Array("XX*\0".utf8),
            EXIFBuilder.bytes(orientation: 0, isLittleEndian: true),
            EXIFBuilder.bytes(orientation: 9, isLittleEndian: false),
            EXIFBuilder.bytes(orientation: 0xFFFF, isLittleEndian: true),
            EXIFBuilder.bytes(orientation: 6, isLittleEndian: true, type: 2),
            EXIFBuilder.bytes(orientation: 6, isLittleEndian: true, directoryOffset: 0x7FFF_FFFF),
            EXIFBuilder.bytes(orientation: 6, isLittleEndian: false, directoryOffset: 0xFFFF_FFFF),
            EXIFBuilder.bytes(orientation: 6, isLittleEndian: true, claimedEntryCount: 1),
            Array(EXIFBuilder.bytes(orientation: 6, isLittleEndian: true).prefix(28)),
        ]
        for exif in broken {
            var builder = JPEGBuilder.gray()
            builder.exif = exif
            #expect(try ImageReader(.bytes(builder.bytes)).header.orientation == .upright)
        }
        // More entries promised than there are, but the one that counts is.
        var builder = JPEGBuilder.gray()
        builder.exif = EXIFBuilder.bytes(orientation: 6, isLittleEndian: true, claimedEntryCount: 5000)
        #expect(try ImageReader(.bytes(builder.bytes)).header.orientation == .rotateClockwise)
    }
}
