import Foundation
import PerceptCore
@testable import PerceptImage
import PerceptTestSupport
import Testing

/// JPEGs decoded at half, a quarter or an eighth of their sides; the oracle is the same preparation from all pixels.
@Suite struct ReducedDecodingTests {
    private static func receipt(
        _ stored: (Int, Int), crop: PixelRectangle? = nil, _ resized: (Int, Int), _ orientation: Orientation = .upright
    ) throws -> GeometryReceipt {
        let storedSize = PixelSize(width: stored.0, height: stored.1)
        return try GeometryReceipt(
            storedSize: storedSize, orientation: orientation,
            crop: crop ?? PixelRectangle(whole: orientation.applied(to: storedSize)),
            resizedSize: PixelSize(width: resized.0, height: resized.1))
    }

    /// At a quarter and an eighth twice the result.
    @Test func oneAndAHalfTimesTheResultIsLeft() throws {
        #expect(try Self.receipt((4000, 3000), (1024, 768)).reductions == [2])
        #expect(try Self.receipt((4000, 3000), (1333, 1000)).reductions == [2])
        #expect(try Self.receipt((4000, 3000), (501, 375)).reductions == [2])
        #expect(try Self.receipt((4000, 3000), (500, 375)).reductions == [4, 2])
        #expect(try Self.receipt((4000, 3000), (251, 187)).reductions == [4, 2])
        #expect(try Self.receipt((4000, 3000), (250, 187)).reductions == [8, 4, 2])
        #expect(try Self.receipt((4000, 3000), (1334, 1000)).reductions.isEmpty)
        // One direction is enough to forbid it.
        #expect(try Self.receipt((4000, 3000), (100, 1001)).reductions.isEmpty)
        #expect(try Self.receipt((3000, 4000), (250, 187), .rotateClockwise).reductions == [8, 4, 2])
        let crop = PixelRectangle(x: 4, y: 8, width: 2000, height: 1600)
        #expect(try Self.receipt((4000, 3000), crop: crop, (100, 80)).reductions == [4, 2])
    }

    /// A scene with edges and soft light, as a JPEG of `side`×`3/4 side`, seen by a camera: blurred by two pixels and
    /// grained.
    private static func photo(width: Int, height: Int, chroma: ChromaSubsampling) throws -> [UInt8] {
        var random = SplitMix64(seed: 5)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let (u, v) = (Double(x) / Double(height), Double(y) / Double(height))
                // The edge of a disc, over two pixels.
                let distance = (0.3 - ((u - 0.6) * (u - 0.6) + (v - 0.5) * (v - 0.5)).squareRoot()) * Double(height) / 2
                let disc = min(max(distance + 0.5, 0), 1)
                let light = 0.5 + 0.3 * sin(7 * u) * cos(5 * v)
                for channel in 0..<3 {
                    let color = [0.9, 0.4, 0.2][channel] * disc + light * (1 - disc)
                    let grain = Double.random(in: -0.02...0.02, using: &random)
                    bytes.append(UInt8(min(max((color + grain) * 255, 0), 255)))
                }
            }
        }
        let image = try Image(size: PixelSize(width: width, height: height), layout: .rgb8, bytes: bytes)
        return try image.encoded(as: .jpeg(quality: 92, chroma: chroma))
    }

    private static func noiseRatio(_ a: Image, _ b: Image) -> Double {
        let squares = zip(a.bytes, b.bytes).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        return 10 * log10(255 * 255 * Double(a.bytes.count) / max(squares, 1e-9))
    }

    @Test(arguments: [(160, 2), (80, 4), (40, 8)], [ChromaSubsampling.yuv420, .yuv444])
    func itDiffersByLittle(_ side: (longest: Int, factor: Int), _ chroma: ChromaSubsampling) throws {
        let jpeg = try Self.photo(width: 640, height: 480, chroma: chroma)
        for crop in [nil, PixelRectangle(x: 64, y: 32, width: 512, height: 400)] {
            var preparation = ImagePreparation(crop: crop, longestSide: side.longest, format: .png)
            let reduced = try preparation.prepare(.bytes(jpeg))
            preparation.reducesDecoding = false
            let full = try preparation.prepare(.bytes(jpeg))
            #expect(reduced.receipt == full.receipt)
            #expect(reduced.receipt.reductions.first == side.factor || crop != nil)
            let ratio = try Self.noiseRatio(
                Image(decoding: .bytes(reduced.bytes)), Image(decoding: .bytes(full.bytes)))
            #expect(ratio >= 40 && reduced.bytes != full.bytes, "\(ratio) dB")
        }
    }

    @Test func sidesThatDoNotDivideAreDecodedWhole() throws {
        let jpeg = try Self.photo(width: 641, height: 479, chroma: .yuv420)
        var preparation = ImagePreparation(longestSide: 64, format: .png)
        let reduced = try preparation.prepare(.bytes(jpeg))
        preparation.reducesDecoding = false
        #expect(try preparation.prepare(.bytes(jpeg)).bytes == reduced.bytes)
    }

    /// A reduced reader returns the rows of the reduced image, however many are read at a time.
    @Test func rowsAreCountedInTheReducedPicture() throws {
        let jpeg = try Self.photo(width: 320, height: 240, chroma: .yuv420)
        func rows(_ count: Int) throws -> [UInt8] {
            var reader = try ImageReader(.bytes(jpeg))
            let reductions = [reader.reduce(by: 4), reader.reduce(by: 2)]
            let size = (reader.bytesPerRow, reader.remainingRowCount)
            #expect(reductions == [true, false])
            #expect(size == (80 * 3, 60))
            var bytes: [UInt8] = []
            while reader.remainingRowCount > 0 {
                let next = min(count, reader.remainingRowCount)
                var strip = [UInt8](repeating: 0, count: next * reader.bytesPerRow)
                try strip.withUnsafeMutableBytes { try reader.readRows(next, into: $0) }
                bytes += strip
            }
            return bytes
        }
        #expect(try rows(60) == rows(7))
        var png = try ImageReader(.file(TestFiles.media("images/scene.png")))
        let isReduced = png.reduce(by: 2)
        #expect(!isReduced)
    }

    /// Large enough for a thread of its own: all strips come, in order, and so does an error.
    @Test func stripsFollowOneAnother() throws {
        let jpeg = try Self.photo(width: 1024, height: 768, chroma: .yuv420)
        let whole = try Image(decoding: .bytes(jpeg))
        let strips = StripReadAhead(try ImageReader(.bytes(jpeg)))
        var bytes: [UInt8] = []
        while let strip = try strips.takeNext() {
            bytes += strip
            strips.recycle(strip)
        }
        #expect(bytes == whole.bytes)
        #expect(try strips.takeNext() == nil)
        let cut = StripReadAhead(try ImageReader(.bytes(Array(jpeg.dropLast(jpeg.count / 3)))))
        expectMediaError(.malformedInput) { while let strip = try cut.takeNext() { cut.recycle(strip) } }
    }
}
