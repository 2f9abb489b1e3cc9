import Foundation
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

/// `--limit`: whatever exceeds a limit says how to raise it, and then is read.
@Suite struct ResourceLimitTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let name: ResourceLimits.Name
        /// One less is too little; `nil` where that depends on the encoder.
        let enough: Int?
        var testDescription: String { "\(arguments[0]) \(name.rawValue)" }

        init(_ arguments: [String], _ name: ResourceLimits.Name, enough: Int?) {
            self.arguments = arguments
            self.name = name
            self.enough = enough
        }
    }

    private static let replay = ["--tape", TestFiles.tape]

    /// scene.png is 960×640 RGB as Pillow reads it; harbour has 2 channels, kitchen 48 000 Hz, as soxi says.
    static let cases = [
        Case(["prepare", TestFiles.scene, "-o", "out.jpg"], .pixelCount, enough: 960 * 640),
        Case(["inspect", TestFiles.scene], .pixelCount, enough: 960 * 640),
        Case(["classify", TestFiles.scene] + replay, .pixelCount, enough: 960 * 640),
        Case(["detect", TestFiles.scene] + replay, .pixelCount, enough: 960 * 640),
        Case(["segment", TestFiles.scene] + replay, .pixelCount, enough: 960 * 640),
        Case(
            ["run", "image-classification", "--file", TestFiles.scene] + replay, .pixelCount, enough: 960 * 640),
        Case(
            ["annotate", TestFiles.scene, "--detections", "none.json", "-o", "out.png"], .pixelCount,
            enough: 960 * 640),
        Case(
            ["annotate", TestFiles.scene, "--detections", "none.json", "-o", "out.png"], .imageByteCount,
            enough: 960 * 640 * 3),
        Case(["masks", "none.json", "--image", TestFiles.scene, "-o", "out"], .pixelCount, enough: 960 * 640),
        Case(["inspect", TestFiles.harbour], .channelCount, enough: 2),
        Case(["prepare", TestFiles.kitchen, "-o", "out.flac"], .sampleRate, enough: 48_000),
        Case(["transcribe", TestFiles.kitchen] + replay, .sampleRate, enough: 48_000),
        Case(["transcribe", TestFiles.kitchen] + replay, .uploadByteCount, enough: nil),
        Case(["detect", TestFiles.scene] + replay, .uploadByteCount, enough: nil),
    ]

    @Test(arguments: cases) func theErrorNamesTheFlagThatRaisesIt(_ limited: Case) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Array("[]".utf8), as: "none.json")
        let tooLittle = (limited.enough ?? 1001) - 1
        let refused = try CommandRun(
            limited.arguments + ["--limit", "\(limited.name.rawValue)=\(tooLittle)"], in: folder)
        #expect(refused.status == 65, "\(refused.errors)")
        #expect(refused.errors.contains("\(tooLittle)"), "\(refused.errors)")
        #expect(
            refused.errors.contains("or raise the limit (--limit \(limited.name.rawValue)=N)\n"), "\(refused.errors)")
        #expect(refused.errors.split(separator: "\n").count == 1)
        #expect(try folder.contents() == ["none.json"])
        guard let enough = limited.enough else { return }
        let accepted = try CommandRun(
            limited.arguments + ["--limit", "\(limited.name.rawValue)=\(enough)"], in: folder)
        #expect(accepted.status == 0, "\(accepted.errors)")
    }

    @Test func rawSamplesGoBeyondTheUsualRateAndChannels() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write([UInt8](repeating: 0, count: 1400), as: "in.pcm")
        let raw = ["inspect", "in.pcm", "--json", "--raw", "s16le:800000:70"]
        let refused = try CommandRun(raw, in: folder)
        #expect(refused.status == 65)
        #expect(try refused.json()["error"]?["remedy"]?.stringValue?.contains("--limit channelCount=N") == true)
        let run = try CommandRun(raw + ["--limit", "channelCount=70", "--limit", "sampleRate=800000"], in: folder)
        let json = try run.json()
        #expect((json["sampleRate"], json["channelCount"], json["frameCount"]) == (800_000, 70, 10))
    }

    /// 8×8 gray, which a progressive JPEG sends once in two hundred scans.
    private static let manyScans: [UInt8] = {
        let tables: [UInt8] =
            [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
            + [0xFF, 0xC2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0] + [0xFF, 0xC4, 0, 20, 0, 1]
            + [UInt8](repeating: 0, count: 16)
        // The mean does not differ from mid-gray: one bit, and seven to fill the byte.
        let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0x7F]
        return tables + (0..<200).flatMap { _ in scan } + [0xFF, 0xD9]
    }()

    @Test func aProgressiveJPEGOfVeryManyScans() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.manyScans, as: "scans.jpg")
        let refused = try CommandRun(["prepare", path, "-o", "out.png", "--image-format", "png"], in: folder)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("more scans than the limit of 100"), "\(refused.errors)")
        #expect(refused.errors.contains("or raise the limit (--limit scanCount=N)\n"), "\(refused.errors)")
        #expect(try folder.contents() == ["scans.jpg"])
        let accepted = try CommandRun(
            ["prepare", path, "-o", "out.png", "--image-format", "png", "--limit", "scanCount=200"], in: folder)
        #expect(accepted.status == 0, "\(accepted.errors)")
    }

    @Test func theWarningOfALargeProfileNamesTheFlag() throws {
        struct Golden: Decodable {
            struct Case: Decodable {
                var name: String
                var file: Data
            }
            var cases: [Case]
        }
        let golden = try JSONDecoder().decode(
            Golden.self, from: Data(TestFiles.bytes(of: TestFiles.media("golden/decoding.json"))))
        let file = try #require(golden.cases.first { $0.name == "WebP metadata" }).file
        let folder = try TemporaryFolder()
        let path = try folder.write([UInt8](file), as: "photo.webp")
        let run = try CommandRun(
            ["prepare", path, "-o", "out.jpg", "--limit", "colorProfileByteCount=100"], in: folder)
        #expect(run.status == 0)
        #expect(run.errors.contains("larger than the limit of 100 bytes"), "\(run.errors)")
        #expect(run.errors.contains("raise the limit (--limit colorProfileByteCount=N)\n"), "\(run.errors)")
        let raised = try CommandRun(
            ["prepare", path, "-o", "raised.jpg", "--limit", "colorProfileByteCount=100000"], in: folder)
        #expect(raised.errors.isEmpty, "\(raised.errors)")
    }

    @Test(arguments: [
        ("pixels=3", "expected name=n"), ("pixelCount", "expected name=n"), ("pixelCount=1=2", "expected name=n"),
        ("PixelCount=3", "expected name=n"), ("=3", "expected name=n"), ("", "expected name=n"),
        ("pixelCount=", "1 to"), ("pixelCount=0", "1 to"), ("pixelCount=-1", "1 to"), ("pixelCount=many", "1 to"),
        ("pixelCount=99999999999999999999", "1 to"), ("scanCount=2147483648", "1 to"), ("channelCount=65536", "1 to"),
    ])
    func invalidLimitsAreRejected(_ text: String, _ words: String) throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(["inspect", TestFiles.scene, "--limit", text], in: folder)
        #expect(run.status == 64)
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test(arguments: ["inspect", "prepare", "transcribe", "classify", "detect", "segment", "annotate", "masks", "run"])
    func theHelpListsNamesAndDefaults(_ verb: String) throws {
        // The help is broken into lines.
        let words = try CommandRun(["help", verb], in: TemporaryFolder()).output.split { $0.isWhitespace }
            .joined(separator: " ")
        for name in ResourceLimits.Name.allCases { #expect(words.contains(name.rawValue)) }
        #expect(words.contains("268402689"))
    }
}
