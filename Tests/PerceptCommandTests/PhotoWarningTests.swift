import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

@testable import PerceptCommand
@testable import PerceptImage

/// Warnings about photos as a person and a script see them.
@Suite("What is said about photos")
struct PhotoWarningTests {
    /// A PNG of 16-bit gray whose samples are 100…100 + (width − 1) · 20.
    private static func scan(_ folder: TemporaryFolder, width: Int = 64) throws -> String {
        let layout = Image.Layout(colorModel: .gray, bitDepth: .sixteen)
        let bytes = (0..<width * 8).flatMap { index in
            withUnsafeBytes(of: UInt16(100 + index % width * 20)) { Array($0) }
        }
        let image = try Image(size: PixelSize(width: width, height: 8), layout: layout, bytes: bytes)
        try image.write(to: folder.file("scan.png"), as: .png)
        return folder.file("scan.png")
    }

    private static let range = "100…1360"

    @Test("the range of a scan is inspected, warned of with the flag, and stretched") func levels() throws {
        let folder = try TemporaryFolder()
        let scan = try Self.scan(folder)
        let inspection = try CommandRun(["inspect", scan, "--json"], in: folder)
        let json = try inspection.json()
        #expect(json["sampleRange"] == ["low": 100, "high": 1360, "maximum": 65535])
        let warning = try #require(json["warnings"]?[0]?.stringValue)
        #expect(warning.contains(Self.range) && warning.hasSuffix("stretch them (--levels auto)"))
        #expect(inspection.errors == "percept: warning: \(scan): \(warning)\n")
        #expect(try CommandRun(["inspect", scan], in: folder).output.contains("uses \(Self.range) of 0…65535"))

        let prepare = ["prepare", scan, "-o", "upload.png", "--image-format", "png", "--json"]
        let plain = try CommandRun(prepare, in: folder)
        #expect(try plain.json()["warnings"] == [.string(warning)])
        #expect(plain.errors == inspection.errors)
        #expect(try plain.json()["receipt"]?["levels"] == nil)

        let stretched = try CommandRun(prepare + ["--levels", "auto"], in: folder)
        #expect(try stretched.json()["receipt"]?["levels"] == ["low": 100, "high": 1360])
        #expect(stretched.errors == "")
        let image = try Image(decoding: .file(folder.file("upload.png")))
        #expect(image.sampleRange == SampleRange(low: 0, high: 65535))
        let window = try CommandRun(prepare + ["--levels", "0-2000"], in: folder)
        #expect(try window.json()["receipt"]?["levels"] == ["low": 0, "high": 2000])
    }

    @Test(
        "levels that are none are a usage error", arguments: ["", "100", "3000-100", "5-5", "0-65536", "-5-10", "a-b"])
    func wrongLevels(argument: String) throws {
        #expect(LevelsArgument(argument: argument) == nil)
        let run = try CommandRun(
            ["prepare", TestFiles.scene, "-o", "a.jpg", "--levels=\(argument)"], in: TemporaryFolder())
        #expect(run.status == 64)
    }

    @Test("levels that are some") func rightLevels() {
        #expect(LevelsArgument(argument: "auto")?.levels == .automatic)
        #expect(LevelsArgument(argument: "0-65535")?.levels == SampleRange(low: 0, high: 65535).map { .range($0) })
    }

    @Test("a tall screenshot is warned of with the flag") func tallScreenshot() throws {
        let folder = try TemporaryFolder()
        let image = try Image(
            size: PixelSize(width: 20, height: 6000), layout: .rgb8, bytes: [UInt8](repeating: 200, count: 360_000))
        try image.write(to: folder.file("page.png"), as: .png)
        let run = try CommandRun(["prepare", "page.png", "-o", "a.jpg", "--json"], in: folder)
        #expect(run.errors.contains("page.png: 20×6000 pixels are sent as 4×1333"))
        #expect(run.errors.contains("send a part at a time (--crop X,Y,WxH)"))
        #expect(try run.json()["warnings"]?[0]?.stringValue?.hasSuffix("(--crop X,Y,WxH)") == true)
        let inspection = try CommandRun(["inspect", "page.png", "--json"], in: folder)
        #expect(inspection.errors == run.errors)
        #expect(try inspection.json()["warnings"] == run.json()["warnings"])
        let recording = ["prepare", "page.png", "-o", "c.jpg", "--json", "--ledger", "ledger.sqlite"]
        let first = try CommandRun(recording, in: folder)
        let again = try CommandRun(recording, in: folder)
        #expect(first.errors == run.errors && again.output == first.output)
        #expect(again.errors.hasPrefix(run.errors))
        let part = try CommandRun(["prepare", "page.png", "-o", "b.jpg", "--crop", "0,0,20x600"], in: folder)
        #expect(part.errors == "")
    }

    @Test("an error about damage names --lenient; inspect reports the damage as a warning") func damage() throws {
        let folder = try TemporaryFolder()
        let whole = try TestFiles.bytes(of: TestFiles.photo)
        let cut = try folder.write(Array(whole.prefix(whole.count / 2)), as: "cut.jpg")
        let strict = try CommandRun(["prepare", cut, "-o", "a.jpg", "--json"], in: folder)
        #expect(strict.status == 65)
        #expect(strict.errors.hasSuffix("copy or download it again, or use what is left of it (--lenient)\n"))
        #expect(try strict.json()["error"]?["remedy"]?.stringValue?.hasSuffix("(--lenient)") == true)
        let inspection = try CommandRun(["inspect", cut, "--json"], in: folder)
        #expect(inspection.status == 0)
        #expect(try inspection.json()["warnings"]?[0]?.stringValue?.contains("cut short after") == true)
        #expect(inspection.errors.contains("\(cut): the JPEG file is cut short after"))
        let intact = try CommandRun(["inspect", TestFiles.photo, "--json"], in: folder)
        #expect(try intact.json()["warnings"] == [])
        #expect(try intact.json()["orientation"] == 6 && intact.json()["orientationSource"] == "exif")
        #expect(
            try CommandRun(["inspect", TestFiles.photo], in: folder).output.contains("orientation 6 (from EXIF, stored")
        )
        #expect(
            try CommandRun(["inspect", TestFiles.scene, "--json"], in: folder).json()["orientationSource"] == .null)
    }
}
