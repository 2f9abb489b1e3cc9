import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct ImageBudgetTests {
    /// The photo of TestMedia at 525 × 700, which is quicker to prepare again and again.
    private static let photo = Result {
        let file = MediaSource.file(TestFiles.media("images/photo-orientation-6.jpg"))
        return MediaSource.bytes(try ImagePreparation(longestSide: 700, quality: 95).prepare(file).bytes)
    }

    /// Noise, which no format makes much smaller.
    private static func noise(_ width: Int, _ height: Int) throws -> Image {
        var random = SplitMix64(seed: 11)
        return try Image(
            size: PixelSize(width: width, height: height), layout: .rgb8,
            bytes: (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    @Test func whatFitsStaysAsItIs() throws {
        let plain = try ImagePreparation().prepare(Self.photo.get())
        let exact = try ImagePreparation(maximumByteCount: plain.byteCount).prepare(Self.photo.get())
        #expect(exact == plain)
    }

    /// The quality that is chosen is the highest that fits: one more does not; and the pixels are the original's.
    @Test(arguments: [0.9, 0.6])
    func qualityGoesFirst(fraction: Double) throws {
        func prepared(quality: Int = 90, limit: Int? = nil) throws -> PreparedImage {
            try ImagePreparation(longestSide: 500, quality: quality, maximumByteCount: limit).prepare(Self.photo.get())
        }
        let plain = try prepared()
        let limit = Int(Double(plain.byteCount) * fraction)
        let fitted = try prepared(limit: limit)
        #expect(fitted.byteCount <= limit)
        #expect(fitted.receipt == plain.receipt)
        let quality = try #require((40..<90).first { fitted.warnings == [Self.trade(limit, $0)] })
        #expect(try prepared(quality: quality).bytes == fitted.bytes)
        #expect(try prepared(quality: quality + 1).byteCount > limit)
    }

    private static func trade(_ limit: Int, _ quality: Int) -> Warning {
        "to stay within \(limit) bytes: quality \(quality) instead of 90"
    }

    @Test func thenTheSizeDoes() throws {
        let lowest = try ImagePreparation(quality: 40, chroma: .yuv420).prepare(Self.photo.get())
        let limit = lowest.byteCount / 2
        let preparation = ImagePreparation(chroma: .yuv420, maximumByteCount: limit)
        let fitted = try preparation.prepare(Self.photo.get())
        #expect(fitted.byteCount <= limit)
        #expect(fitted.byteCount > limit / 2)
        let size = fitted.receipt.uploadSize
        #expect(size.longestSide >= 320 && size.longestSide < 700)
        #expect(fitted.warnings.count == 1)
        #expect(
            fitted.warnings.first?.text.contains("quality 40 instead of 90, \(size) pixels instead of 525×700") == true)
        // From the original pixels: the same as asked for outright. And the same each time.
        let outright = try ImagePreparation(longestSide: size.longestSide, quality: 40, chroma: .yuv420).prepare(
            Self.photo.get())
        #expect(fitted.bytes == outright.bytes)
        #expect(try preparation.prepare(Self.photo.get()) == fitted)
        let folder = try TemporaryFolder()
        let file = try preparation.prepare(Self.photo.get(), toFile: folder.file("a.jpg"))
        #expect(try TestFiles.bytes(of: folder.file("a.jpg")) == fitted.bytes)
        #expect(file.bytes.isEmpty && file.byteCount == fitted.byteCount)
    }

    @Test func aPNGHasOnlyItsSize() throws {
        let image = try Self.noise(500, 400)
        let whole = try ImagePreparation(format: .png).prepare(image)
        let fitted = try ImagePreparation(format: .png, maximumByteCount: whole.byteCount * 2 / 3).prepare(image)
        #expect(fitted.byteCount <= whole.byteCount * 2 / 3)
        #expect(fitted.receipt.uploadSize.longestSide >= 320)
        #expect(fitted.mediaType == .png)
    }

    @Test func whatCannotFitIsRefused() throws {
        let folder = try TemporaryFolder()
        let error = expectMediaError(.limitExceeded) {
            _ = try ImagePreparation(maximumByteCount: 2000).prepare(Self.photo.get(), toFile: folder.file("a.jpg"))
        }
        #expect(error?.source == "bytes in memory")
        #expect(error?.problem.contains("more than the 2000 allowed") == true)
        #expect(try folder.contents().isEmpty)
        // An exact size is never given up.
        let size = PixelSize(width: 400, height: 400)
        expectMediaError(.limitExceeded) {
            _ = try ImagePreparation(exactSize: size, maximumByteCount: 5000).prepare(Self.noise(800, 800))
        }
        expectMediaError(.invalidArgument) { _ = try ImagePreparation(maximumByteCount: 0).prepare(Self.photo.get()) }
    }

    /// With real encodes, counted: of text and of what is like a photo, at limits throughout, the highest quality that
    /// fits.
    @Test(arguments: [true, false]) func aHandfulOfEncodesFindsTheHighestQuality(isText: Bool) throws {
        let image = try isText ? DrawnPictures.text() : DrawnPictures.photoLike()
        let sizes = try (40...90).map { try image.encoded(as: .jpeg(quality: $0, chroma: .yuv444)).count }
        for share in [0.02, 0.1, 0.25, 0.5, 0.75, 0.95] {
            let limit = sizes[0] + Int(share * Double(sizes[50] - sizes[0]))
            let budget = ImageBudget(
                byteLimit: limit, isLossy: true, longestSide: image.size.longestSide, mayShrink: true)
            var count = 0
            let found = try budget.search(
                from: ImageBudget.Settings(quality: 90, longestSide: nil), byteCount: { $0 }
            ) { settings throws(MediaError) in
                count += 1
                return try image.encoded(as: .jpeg(quality: settings.quality, chroma: .yuv444)).count
            }
            #expect(count <= ImageBudget.attempts)
            let best = try #require(sizes.lastIndex { $0 <= limit }).advanced(by: 40)
            #expect(found?.settings == ImageBudget.Settings(quality: best, longestSide: nil))
        }
    }

    /// Where bytes are exactly proportional to the area, the first smaller side is 0.97 of the square root of the ratio
    /// of bytes, rounded down, and fits; a side of exactly 320 pixels is tried, 319 pixels never.
    @Test(arguments: [(1_000_000, 485), (409_600, 320), (409_599, 320)])
    func sizesFollowTheRootOfTheArea(byteLimit: Int, side: Int) throws {
        let budget = ImageBudget(byteLimit: byteLimit, isLossy: false, longestSide: 1000, mayShrink: true)
        var sides: [Int] = []
        let found = try budget.search(from: .init(quality: 90, longestSide: nil), byteCount: { $0 }) {
            settings throws(MediaError) in
            sides.append(settings.longestSide ?? 1000)
            return 4 * (settings.longestSide ?? 1000) * (settings.longestSide ?? 1000)
        }
        #expect(sides == [1000, side] || byteLimit < 4 * 320 * 320)
        #expect(sides.allSatisfy { $0 >= 320 })
        #expect(found?.settings.longestSide == (byteLimit < 4 * 320 * 320 ? nil : side))
    }

    /// Text keeps its full chroma, and a photo its half, all the way down.
    @Test(arguments: [true, false]) func theChromaSamplingIsKept(isText: Bool) throws {
        let image = try isText ? DrawnPictures.text() : DrawnPictures.photoLike()
        let plain = try ImagePreparation().prepare(image)
        #expect(DrawnPictures.lumaSampling(of: plain.bytes) == (isText ? 0x11 : 0x22))
        for fraction in [0.8, 0.3] {
            let limit = Int(Double(plain.byteCount) * fraction)
            let fitted = try ImagePreparation(maximumByteCount: limit).prepare(image)
            #expect(fitted.byteCount <= limit)
            #expect(DrawnPictures.lumaSampling(of: fitted.bytes) == (isText ? 0x11 : 0x22))
            #expect(try ImagePreparation(maximumByteCount: limit).prepare(image) == fitted)
        }
        // Asked for outright, it is as asked for.
        for (chroma, expected) in [(ChromaSubsampling.yuv420, 0x22 as UInt8), (.yuv444, 0x11)] {
            let asked = try ImagePreparation(chroma: chroma, maximumByteCount: plain.byteCount / 2).prepare(image)
            #expect(DrawnPictures.lumaSampling(of: asked.bytes) == expected)
        }
    }

    /// The size that a model wants is kept, a letterbox's too.
    @Test func aLetterboxKeepsItsSize() throws {
        var preparation = ImagePreparation(preset: .yolo)
        let plain = try preparation.prepare(Self.photo.get())
        preparation.maximumByteCount = plain.byteCount * 2 / 3
        let fitted = try preparation.prepare(Self.photo.get())
        #expect(fitted.receipt == plain.receipt && fitted.byteCount <= plain.byteCount * 2 / 3)
        preparation.maximumByteCount = 2000
        expectMediaError(.limitExceeded) { _ = try preparation.prepare(Self.photo.get()) }
    }

    /// A crop is kept while the size is reduced.
    @Test func aCropIsKept() throws {
        let crop = PixelRectangle(x: 20, y: 30, width: 450, height: 360)
        let image = try Self.noise(500, 400)
        let plain = try ImagePreparation(crop: crop, format: .png).prepare(image)
        let fitted = try ImagePreparation(crop: crop, format: .png, maximumByteCount: plain.byteCount * 3 / 4)
            .prepare(image)
        #expect(fitted.receipt.crop == crop)
        #expect((320..<450).contains(fitted.receipt.uploadSize.width))
        // Made anew from the original pixels.
        let width = fitted.receipt.uploadSize.width
        #expect(try ImagePreparation(crop: crop, longestSide: width, format: .png).prepare(image).bytes == fitted.bytes)
    }

    /// Where the pixels may not be kept between attempts, they are made anew for each, and the result is the same.
    @Test func pixelsThatAreNotKept() throws {
        let source = try Self.photo.get()
        let limit = try ImagePreparation(longestSide: 600).prepare(source).byteCount * 2 / 3
        let preparation = ImagePreparation(longestSide: 600, maximumByteCount: limit)
        // 450×600 pixels in RGB are 810 000 bytes.
        let limits = ResourceLimits(imageByteCount: 800_000)
        #expect(try preparation.prepare(source, limits: limits) == preparation.prepare(source))
    }

    /// Whatever the bytes do, the floors hold and the attempts are few.
    @Test func theSearchIsBounded() throws {
        var random = SplitMix64(seed: 99)
        for _ in 0..<500 {
            let side = Int.random(in: 1...6000, using: &random)
            let budget = ImageBudget(
                byteLimit: Int.random(in: 1...2_000_000, using: &random), isLossy: Bool.random(using: &random),
                longestSide: side, mayShrink: true)
            let quality = Int.random(in: 1...100, using: &random)
            let density = Double.random(in: 0.001...0.05, using: &random)
            var attempts: [ImageBudget.Settings] = []
            let found = try budget.search(from: .init(quality: quality, longestSide: nil), byteCount: { $0 }) {
                settings throws(MediaError) in
                attempts.append(settings)
                let area = Double((settings.longestSide ?? side) * (settings.longestSide ?? side))
                return Int(area * density * Double(settings.quality)) + 500
            }
            #expect(attempts.count <= 6)
            #expect(attempts.allSatisfy { $0.quality >= min(40, quality) })
            #expect(attempts.allSatisfy { ($0.longestSide ?? side) >= min(320, side) })
            if let found { #expect(found.made <= budget.byteLimit) }
        }
    }
}
