import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct DrawingDetectorTests {
    /// Returns true if the chroma sampling of the upload is that of a drawing.
    private func isDrawn(_ image: Image, longestSide: Int = 1333) throws -> Bool {
        let prepared = try ImagePreparation(longestSide: longestSide).prepare(image)
        return DrawnPictures.lumaSampling(of: prepared.bytes) == 0x11
    }

    /// Two flat blocks, one soft, one hard, counted by hand; rows 2 and 3 are not looked at, nor the last column.
    @Test func blocksAreCounted() {
        func row(_ values: [UInt8]) -> [UInt8] { values.flatMap { [$0, 7, 7] } }
        var detector = DrawingDetector(width: 9)
        let rows = [
            row([10, 10, 10, 18, 10, 19, 10, 10, 99]), row([10, 10, 10, 10, 10, 10, 10, 74, 0]),
            row([0, 255, 0, 255, 0, 255, 0, 255, 0]), row([255, 0, 255, 0, 255, 0, 255, 0, 255]),
        ]
        for row in rows { row.withUnsafeBytes { detector.append($0) } }
        #expect((detector.flatCount, detector.softCount, detector.hardCount) == (2, 1, 1))
        #expect(detector.isDrawn)
    }

    /// A quarter of the blocks flat is enough, one block fewer is not; one hard block for two soft ones is enough, one
    /// hard block fewer is not.
    @Test(arguments: [(2, 2, 4, true), (2, 3, 4, false), (1, 1, 2, true), (1, 1, 3, false), (4, 0, 0, false)])
    func theSharesAreThoseStated(flat: Int, hard: Int, soft: Int, isDrawn: Bool) {
        func pair(_ difference: UInt8) -> [UInt8] { [100, 100, 100] + [UInt8](repeating: 100 + difference, count: 3) }
        let row =
            (0..<flat).flatMap { _ in pair(0) } + (0..<hard).flatMap { _ in pair(64) }
            + (0..<soft).flatMap { _ in pair(9) }
        var detector = DrawingDetector(width: 2 * (flat + hard + soft))
        for _ in 0..<2 { row.withUnsafeBytes { detector.append($0) } }
        #expect((detector.flatCount, detector.hardCount, detector.softCount) == (flat, hard, soft))
        #expect(detector.isDrawn == isDrawn)
    }

    @Test func textIsDrawn() throws {
        let text = try DrawnPictures.text(width: 1200, height: 900)
        for side in [1333, 600, 300] { #expect(try isDrawn(text, longestSide: side)) }
        #expect(try isDrawn(Image(decoding: .file(TestFiles.media("images/scene.png")))))
        // Text of a JPEG of middling quality too.
        let jpeg = try text.encoded(as: .jpeg(quality: 85, chroma: .yuv444))
        #expect(try isDrawn(Image(decoding: .bytes(jpeg))))
    }

    @Test func whatIsLikeAPhotoIsNot() throws {
        let photo = try DrawnPictures.photoLike()
        for side in [1333, 300] { #expect(try !isDrawn(photo, longestSide: side)) }
        #expect(try !isDrawn(Image(decoding: .file(TestFiles.media("images/photo-orientation-6.jpg")))))
        // Nothing at all has no edges to be kept.
        let blank = try Image(
            size: PixelSize(width: 40, height: 40), layout: .rgb8, bytes: [UInt8](repeating: 90, count: 4800))
        #expect(try !isDrawn(blank))
    }

    private static let photos = ["media/cats.png", "media/cheetah.png"]
        .compactMap { TestFiles.conformance($0) }

    @Test(.enabled(if: photos.count == 2, "the recorded pictures are not here"))
    func photosAreNot() throws {
        for path in Self.photos {
            for side in [1333, 200] { #expect(try !isDrawn(Image(decoding: .file(path)), longestSide: side)) }
        }
    }

    /// A page in a letterbox is a page, and a photo in one is a photo.
    @Test func paddingDoesNotCount() throws {
        for (image, expected) in [(try DrawnPictures.text(), 0x11 as UInt8), (try DrawnPictures.photoLike(), 0x22)] {
            let size = PixelSize(width: 640, height: 1000)
            let prepared = try ImagePreparation(exactSize: size, fit: .letterbox(.white)).prepare(image)
            #expect(DrawnPictures.lumaSampling(of: prepared.bytes) == expected)
        }
    }

    /// Rows held back for analysis are written too, whatever the size.
    @Test func morePixelsThanAreLookedAt() throws {
        let page = try DrawnPictures.text(width: 1800, height: 1600)
        #expect(page.bytes.count > UploadEncoder.lookAheadByteCount)
        let prepared = try ImagePreparation(longestSide: nil).prepare(page)
        #expect(prepared.bytes == (try page.encoded(as: .jpeg(quality: 90, chroma: .yuv444))))
    }
}
