import Foundation
import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite struct WritingTests {
    private func image(_ layout: Image.Layout, _ width: Int = 33, _ height: Int = 21) throws -> Image {
        var generator = SplitMix64(seed: 9)
        let size = PixelSize(width: width, height: height)
        let bytes = (0..<size.pixelCount * layout.bytesPerPixel).map { _ in UInt8.random(in: 0...255, using: &generator)
        }
        return try Image(size: size, layout: layout, bytes: bytes)
    }

    /// One colour throughout.
    private func flat(_ layout: Image.Layout, _ pixel: [UInt16], _ size: PixelSize = PixelSize(width: 16, height: 16))
        throws -> Image
    {
        let bytes = pixel.flatMap { value in
            layout.bitDepth == .eight ? [UInt8(value)] : withUnsafeBytes(of: value) { Array($0) }
        }
        return try Image(
            size: size, layout: layout, bytes: Array(repeatElement(bytes, count: size.pixelCount).joined()))
    }

    private func failure(_ body: () throws(MediaError) -> Void) -> MediaError? {
        do throws(MediaError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: Image.ColorModel.allCases, [Image.BitDepth.eight, .sixteen])
    func pngKeepsEverything(colorModel: Image.ColorModel, bitDepth: Image.BitDepth) throws {
        let image = try image(Image.Layout(colorModel: colorModel, bitDepth: bitDepth))
        #expect(try Image(decoding: .bytes(image.encoded(as: .png))) == image)
    }

    @Test func pngIsBigEndianInTheFile() throws {
        let image = try flat(.init(colorModel: .gray, bitDepth: .sixteen), [0x1234], PixelSize(width: 1, height: 1))
        let bytes = try image.encoded(as: .png)
        // Depth and colour type follow the sizes.
        #expect(Array(bytes[24..<26]) == [16, 0])
        #expect(try Image(decoding: .bytes(bytes)) == image)
    }

    @Test(arguments: [ChromaSubsampling.yuv420, .yuv444]) func jpegKeepsFlatColors(chroma: ChromaSubsampling) throws {
        let image = try flat(.rgb8, [200, 100, 50])
        let bytes = try image.encoded(as: .jpeg(quality: 100, chroma: chroma))
        #expect(MediaType.sniff(bytes) == .jpeg)
        let decoded = try Image(decoding: .bytes(bytes))
        #expect(decoded.layout == .rgb8)
        #expect(zip(decoded.bytes, image.bytes).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
        // The sampling factors of luma in the frame header (T.81 B.2.2).
        let frame = try #require(bytes.indices.dropLast(12).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        #expect(bytes[frame + 11] == (chroma == .yuv420 ? 0x22 : 0x11))
    }

    @Test func grayStaysGray() throws {
        let image = try flat(.init(colorModel: .gray, bitDepth: .eight), [77])
        let decoded = try Image(decoding: .bytes(image.encoded(as: .jpeg(quality: 100))))
        #expect(decoded.layout.colorModel == .gray)
        #expect(decoded.bytes.allSatisfy { $0 == 77 })
    }

    @Test func transparencyIsPutOnTheMatte() throws {
        let half = try flat(.init(colorModel: .rgba, bitDepth: .eight), [200, 100, 0, 128])
        for (matte, expected) in [(Color.white, [227, 177, 127]), (.black, [100, 50, 0])] {
            let decoded = try Image(decoding: .bytes(half.encoded(as: .jpeg(quality: 100), matte: matte)))
            #expect(zip(decoded.bytes.prefix(3), expected).allSatisfy { abs(Int($0) - $1) <= 2 })
        }
        let clear = try flat(.init(colorModel: .grayAlpha, bitDepth: .eight), [7, 0])
        let gray = try Image(decoding: .bytes(clear.encoded(as: .jpeg(quality: 100), matte: Color(hex: "#0f0"))))
        // 0.587 · 255, the luma of green.
        #expect(gray.bytes.allSatisfy { $0 == 150 })
    }

    @Test func sixteenBitsBecomeEightByRounding() throws {
        for (value, expected) in [(0, 0), (128, 0), (129, 1), (0x8000, 128), (65535, 255), (65407, 255), (65406, 254)] {
            let image = try flat(.init(colorModel: .gray, bitDepth: .sixteen), [UInt16(value)])
            let decoded = try Image(decoding: .bytes(image.encoded(as: .jpeg(quality: 100))))
            #expect(decoded.bytes.allSatisfy { Int($0) == expected }, "\(value)")
        }
        let half = try flat(.init(colorModel: .grayAlpha, bitDepth: .sixteen), [0, 32768])
        let decoded = try Image(decoding: .bytes(half.encoded(as: .jpeg(quality: 100))))
        #expect(decoded.bytes.allSatisfy { $0 == 127 })
    }

    @Test(arguments: [0, -1, 101, .max]) func qualityOutOfRangeIsRefused(quality: Int) throws {
        let image = try flat(.rgb8, [0, 0, 0])
        #expect(
            failure { () throws(MediaError) in _ = try image.encoded(as: .jpeg(quality: quality)) }?.kind
                == .invalidArgument)
    }

    @Test func tooLargeForTheFormatIsRefused() throws {
        let image = try flat(
            .init(colorModel: .gray, bitDepth: .eight), [0], PixelSize(width: 65501, height: 1))
        #expect(failure { () throws(MediaError) in _ = try image.encoded(as: .jpeg()) }?.kind == .invalidArgument)
        #expect(try Image(decoding: .bytes(image.encoded(as: .png))) == image)
    }

    @Test func aFileAppearsWholeOrNotAtAll() throws {
        let folder = try TemporaryFolder()
        let image = try image(.rgb8, 200, 200)
        try image.write(to: folder.file("a.png"), as: .png)
        #expect(try folder.contents() == ["a.png"])
        #expect(try Image(decoding: .file(folder.file("a.png"))) == image)

        #expect(
            failure { () throws(MediaError) in try image.write(to: folder.file("none/a.png"), as: .png) }?.kind
                == .outputNotCreatable)
        #expect(
            failure { () throws(MediaError) in try image.write(to: folder.file("b.jpg"), as: .jpeg(quality: 0)) }?.kind
                == .invalidArgument)
        let refused = failure { () throws(MediaError) in
            try image.write(to: folder.file("a.png"), as: .jpeg(), protecting: [folder.file("a.png")])
        }
        #expect(refused?.kind == .invalidArgument)
        #expect(try Image(decoding: .file(folder.file("a.png"))) == image)
        #expect(try folder.contents() == ["a.png"])
    }

    @Test func rowsThatAreMissingLeaveNoFile() throws {
        let folder = try TemporaryFolder()
        let image = try image(.rgb8)
        let error = #expect(throws: MediaError.self) {
            var writer = try ImageWriter(toFile: folder.file("a.png"), size: image.size, layout: .rgb8, encoding: .png)
            try image.bytes.prefix(3 * image.bytesPerRow).withUnsafeBytes { try writer.write($0) }
            _ = try writer.finish()
        }
        #expect(error?.kind == .invalidArgument)
        #expect(try folder.contents() == [])
    }

    @Test func partsOfRowsAndTooManyRowsAreRefused() throws {
        var writer = try ImageWriter(size: PixelSize(width: 4, height: 2), layout: .rgb8, encoding: .png)
        for count in [11, 13, 36] {
            let error = failure { () throws(MediaError) in
                var caught: MediaError?
                [UInt8](repeating: 0, count: count).withUnsafeBytes { rows in
                    do throws(MediaError) { try writer.write(rows) } catch { caught = error }
                }
                if let caught { throw caught }
            }
            #expect(error?.kind == .invalidArgument)
        }
    }

    @Test(.enabled(if: FullDevice.isThere, "there is no /dev/full here")) func aFullDeviceIsAnInputOutputError() throws
    {
        for encoding in [ImageEncoding.png, .jpeg()] {
            for size in [4, 400] {
                let image = try image(.rgb8, size, size)
                let error = failure { () throws(MediaError) in try image.write(to: FullDevice.path, as: encoding) }
                #expect(error?.kind == .inputOutput)
                #expect(error?.source == FullDevice.path)
            }
        }
    }

    @Test func memoryIsLimited() throws {
        let image = try image(.rgb8, 100, 100)
        let error = #expect(throws: MediaError.self) {
            var writer = try ImageWriter(toMemory: 1000, size: image.size, layout: .rgb8, encoding: .png)
            try image.bytes.withUnsafeBytes { try writer.write($0) }
            _ = try writer.finish()
        }
        #expect(error?.kind == .limitExceeded)
    }
}

/// A device of Linux that refuses every write for want of space.
private enum FullDevice {
    static let path = "/dev/full"
    static let isThere = FileManager.default.fileExists(atPath: path)
}
