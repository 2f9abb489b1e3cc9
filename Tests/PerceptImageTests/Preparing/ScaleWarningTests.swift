import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// A long side that makes an image too small to be read.
@Suite("Warnings about the scale of long images")
struct ScaleWarningTests {
    private func warning(_ width: Int, _ height: Int, _ preparation: ImagePreparation = ImagePreparation()) throws
        -> Warning?
    {
        preparation.scaleWarning(
            try preparation.geometry(storedSize: PixelSize(width: width, height: height), orientation: .upright))
    }

    @Test("a screenshot of a whole page names its size, the upload's, and the crop") func screenshot() throws {
        #expect(
            try warning(1440, 12000)
                == Warning(
                    "1440×12000 pixels are sent as 160×1333, 11 % of their scale, which loses small text and detail; "
                        + "send a part at a time",
                    parameter: .crop))
        #expect(try warning(20, 400_000)?.text.contains("less than 1 % of their scale") == true)
    }

    @Test("below a quarter there is a warning, at a quarter none", arguments: [false, true]) func quarter(isWide: Bool)
        throws
    {
        for (long, warns) in [(5332, false), (5333, true), (5331, false)] {
            let isWarned = try (isWide ? warning(long, 1000) : warning(1000, long)) != nil
            #expect(isWarned == warns)
        }
    }

    @Test("a photograph is made small both ways, and nothing is said") func photographs() throws {
        for (width, height) in [(6000, 4000), (12000, 9000), (16000, 9000), (5376, 2304)] {
            #expect(try warning(width, height) == nil)
        }
    }

    @Test("what fits neither way is warned of when it is more than four times as long as wide") func elongated() throws
    {
        #expect(try warning(2000, 8000) == nil)
        #expect(try warning(2000, 8001) != nil)
        #expect(try warning(2880, 20000) != nil)
    }

    @Test("a side that fits is enough, in a frame too") func frames() throws {
        let frame = PixelSize(width: 640, height: 480)
        for fit in [ImagePreparation.Fit.letterbox(.white), .stretch] {
            let preparation = ImagePreparation(exactSize: frame, fit: fit)
            #expect(try warning(640, 1921, preparation) != nil)
            #expect(try warning(640, 1920, preparation) == nil)
            #expect(try warning(641, 1921, preparation) == nil)
        }
        let crop = ImagePreparation(exactSize: PixelSize(width: 224, height: 224), fit: .centerCrop())
        #expect(try warning(224, 9000, crop) == nil)
        #expect(try warning(1440, 12000, ImagePreparation(longestSide: nil)) == nil)
        #expect(try warning(1440, 12000, ImagePreparation(longestSide: 12000)) == nil)
    }

    @Test("the part that is used decides") func crops() throws {
        let part = PixelRectangle(x: 0, y: 2000, width: 1440, height: 2000)
        #expect(try warning(1440, 12000, ImagePreparation(crop: part)) == nil)
        let strip = PixelRectangle(x: 0, y: 0, width: 300, height: 6000)
        #expect(
            try warning(6000, 6000, ImagePreparation(crop: strip))?.text.hasPrefix(
                "300×6000 pixels are sent as 67×1333")
                == true)
    }

    @Test("it is among the upload's warnings once, with a budget too") func warnings() throws {
        let image = try Image(
            size: PixelSize(width: 8, height: 6000), layout: .init(colorModel: .gray, bitDepth: .eight),
            bytes: [UInt8](repeating: 9, count: 48_000))
        for budget in [nil, 100_000, 600] {
            let prepared = try ImagePreparation(maximumByteCount: budget).prepare(image)
            #expect(prepared.warnings.filter { $0.parameter == .crop }.count == 1, "\(prepared.warnings)")
        }
    }
}
