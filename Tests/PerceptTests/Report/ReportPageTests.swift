import Foundation
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

@testable import Percept

/// Checks the page as text; PerceptCommandTests views it in a browser.
@Suite struct ReportPageTests {
    /// Writes the page for lines of results, which are next to the media in the folder.
    private func page(_ lines: [String], in folder: TemporaryFolder, _ page: ReportPage = ReportPage()) async throws
        -> (
            text: String, warnings: [Warning]
        )
    {
        let results = try folder.write(Array(lines.joined(separator: "\n").utf8), as: "run.jsonl")
        let path = folder.file("report.html")
        let warnings = try await page.write(Report(collecting: [.file(results)]), to: path)
        return (try String(contentsOfFile: path, encoding: .utf8), warnings)
    }

    /// Returns the text between two strings, for each occurrence.
    private static func parts(_ text: String, _ opening: String, _ closing: String) -> [String] {
        text.components(separatedBy: opening).dropFirst().compactMap { $0.components(separatedBy: closing).first }
    }

    private static func cards(_ text: String) throws -> [JSONValue] {
        try parts(text, #"class="data">"#, "</script>").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    private static func media(_ text: String) throws -> [[UInt8]] {
        try parts(text, #"class="medium">"#, "</script>").map { try Base64.decode($0, byteLimit: 1 << 24) }
    }

    private func copy(_ path: String, as name: String, to folder: TemporaryFolder) throws {
        _ = try folder.write(TestFiles.bytes(of: path), as: name)
    }

    // By the rules of HTML, text and quoted attributes need & < > " ' escaped; raw text ends at "</script".
    private static let hostile = "<script>alert(1)</script> </script><!-- \"'& \u{2028}\u{2029} \u{202E}abc"

    @Test func externalTextIsNeverMarkup() async throws {
        let folder = try TemporaryFolder()
        let quoted = String(decoding: JSONValue.string(Self.hostile).serialized(), as: UTF8.self)
        let box = #"{"xmin":0,"ymin":0,"xmax":9,"ymax":9}"#
        let text = try await page(
            [
                #"{"file":\#(quoted),"detections":[{"label":\#(quoted),"score":1,"box":\#(box)}]}"#,
                #"{"file":\#(quoted),"text":\#(quoted),"chunks":[{"text":\#(quoted),"timestamp":[0,1]}]}"#,
                #"{"file":\#(quoted),"classes":[{"label":\#(quoted),"score":1}],"receipt":{\#(quoted):1}}"#,
                #"{"file":\#(quoted),"error":{"kind":"x","message":\#(quoted),"remedy":null}}"#,
            ], in: folder, ReportPage(title: Self.hostile)
        ).text
        #expect(!text.contains("alert(1)</script>"))
        #expect(!text.contains("<script>alert"))
        #expect(!text.contains("<!--"))
        // The page's own script, its data and that of the one card.
        #expect(Self.parts(text, "<script", ">").count == 3)
        #expect(text.components(separatedBy: "</script>").count - 1 == 3)
        let escaped =
            "&lt;script&gt;alert(1)&lt;/script&gt; &lt;/script&gt;&lt;!-- &quot;&#39;&amp; \u{2028}\u{2029} \u{202E}abc"
        #expect(text.contains("<title>\(escaped)</title>"))
        #expect(text.contains("<bdi>\(escaped)</bdi></h2>"))
        let card = try #require(try Self.cards(text).first)
        #expect(card["items"]?[0]?["label"]?.stringValue == Self.hostile)
        #expect(card["transcripts"]?[0]?["text"]?.stringValue == Self.hostile)
        for script in Self.parts(text, #"<script type="application/json""#, "</script>") {
            #expect(!script.dropFirst(20).contains { "<&\u{2028}\u{2029}".contains($0) })
        }
    }

    @Test func scriptContentsAreTheSameJSON() throws {
        let json: JSONValue = [.string(Self.hostile), ["<k>": "\u{2027}\u{202A}é\u{E2}"]]
        let contents = HTMLText.scriptContents(json)
        #expect(try JSONValue(parsing: contents) == json)
        #expect(!contents.contains { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ">") })
        let text = String(decoding: contents, as: UTF8.self)
        #expect(text.contains("\\u2028\\u2029") && text.contains("\u{2027}\u{202A}"))
    }

    @Test func thePolicyNamesTheStyleAndTheScript() async throws {
        let folder = try TemporaryFolder()
        let text = try await page([#"{"file":"a","text":"b"}"#], in: folder).text
        let policy = try #require(Self.parts(text, #"http-equiv="Content-Security-Policy" content=""#, "\"").first)
        let directives = policy.components(separatedBy: "; ")
        #expect(directives.first == "default-src 'none'")
        for (name, opening, closing) in [
            ("style-src", "<style>", "</style>"), ("script-src", "<script>", "</script>"),
        ] {
            let contents = Self.parts(text, opening, closing)
            #expect(contents.count == 1)
            // SHA256Tests compares the hexadecimal digest with the standard's.
            let digest = SHA256.hexadecimalDigest(of: Array(contents[0].utf8))
            let named = try #require(directives.first { $0.hasPrefix("\(name) 'sha256-") })
            let hash = try Base64.decode(String(named.dropFirst(name.count + 9).dropLast()), byteLimit: 33)
            #expect(hash.map { String(format: "%02x", $0) }.joined() == digest)
        }
        #expect(!policy.contains("unsafe"))
        #expect(Self.parts(text, " style=", ">").isEmpty && Self.parts(text, " onclick=", ">").isEmpty)
        // Namespaces are names; nothing else looks like a URL.
        let addresses = Set(Self.parts(text, "http", "\"").filter { $0.hasPrefix("://") || $0.hasPrefix("s://") })
        #expect(addresses.allSatisfy { $0.hasPrefix("://www.w3.org/2000/svg") }, "\(addresses)")
    }

    @Test func anImageIsUprightAndNoLargerThanRequested() async throws {
        let folder = try TemporaryFolder()
        try copy(TestFiles.media("images/photo-orientation-6.jpg"), as: "photo.jpg", to: folder)
        let text = try await page(
            [
                #"{"file":"photo.jpg","#
                    + #""detections":[{"label":"ball","score":0.5,"#
                    + #""box":{"xmin":640,"ymin":200,"xmax":1080,"ymax":640}}],"#
                    + #""sent":{"mediaType":"image/jpeg","byteCount":14149},"#
                    + #""receipt":{"uploadSize":{"width":300,"height":400}}}"#
            ], in: folder, ReportPage(imageSide: 320)
        ).text
        let card = try Self.cards(text)[0]
        // truth.json of TestMedia: 1200×1600 upright.
        #expect(card["width"] == 1200 && card["height"] == 1600)
        #expect(card["items"]?[0]?["box"] == [.double(640), .double(200), .double(1080), .double(640)])
        #expect(card["uploads"]?[0]?["sent"] == ["JPEG", "300×400", "14 kB"])
        let media = try Self.media(text)
        #expect(media.count == 1)
        let image = try Image(decoding: .bytes(media[0]))
        #expect(image.size == PixelSize(width: 240, height: 320))
        #expect(MediaType.sniff(media[0]) == .jpeg)
    }

    @Test func aMaskIsAPathWithHolesAtFullSize() async throws {
        let folder = try TemporaryFolder()
        // A ring: 5×5 without its centre.
        var pixels = [UInt8](repeating: 255, count: 25)
        pixels[12] = 0
        let mask = try Mask(size: PixelSize(width: 5, height: 5), pixels: pixels)
        #expect(try MaskOutline(mask, limits: .default).path == "M0 0h5v5h-5zM2 2v1h1v-1z")
        let segments = [Segment(label: "ring", score: nil, mask: mask)]
        let files = try SegmentFiles.save(segments, in: folder.file("masks"))
        let list = String(decoding: files.entries.map(\.json).json.serialized(), as: UTF8.self)
        let text = try await page(
            [
                #"{"file":"none.png","segments":\#(list),"#
                    + #""output":"masks"}"#
            ],
            in: folder
        ).text
        let card = try Self.cards(text)[0]
        #expect(card["kind"] == "picture" && card["width"] == 5 && card["mediaType"] == nil)
        #expect(card["items"]?[0]?["path"] == "M0 0h5v5h-5zM2 2v1h1v-1z")
        #expect(card["notes"]?[0]?.stringValue?.contains("The file was not found") == true)
    }

    @Test func aMaskOfNoiseIsTracedSmaller() throws {
        let size = PixelSize(width: 1200, height: 1200)
        let pixels = (0..<size.pixelCount).map { UInt8(truncatingIfNeeded: ($0 + $0 / 1200) % 2 * 255) }
        let outline = try MaskOutline(Mask(size: size, pixels: pixels), limits: .default)
        #expect(outline.scale.x >= 2 && outline.size == size)
        #expect(outline.path.utf8.count < 8 << 20)
    }

    @Test func aRecordingIsEmbeddedUnchangedOrCompressed() async throws {
        let folder = try TemporaryFolder()
        try copy(TestFiles.media("audio/kitchen-48000-mono.wav"), as: "talk.wav", to: folder)
        let original = try TestFiles.bytes(of: folder.file("talk.wav"))
        let line = #"{"file":"talk.wav","text":"a","chunks":[{"text":"a","timestamp":[0,1]}]}"#
        let whole = try await page([line], in: folder).text
        #expect(try Self.media(whole) == [original])
        let card = try Self.cards(whole)[0]
        // 205 046 frames, according to the file's header.
        #expect(abs((card["duration"]?.doubleValue ?? 0) - 205_046.0 / 48_000) < 1e-9)
        #expect(card["waveform"]?["maximum"]?.arrayValue?.count == ReportPage.waveformColumnCount)

        let small = try await page([line], in: folder, ReportPage(recordingByteCount: original.count - 1)).text
        let media = try Self.media(small)
        #expect(media.map { MediaType.sniff($0) } == [.flac])
        #expect(try RecordingReader(.bytes(media[0])).header.sampleRate == 16_000)

        #expect(try Self.cards(whole)[0]["copy"] == nil && Self.cards(small)[0]["copy"]?[1] == "16 kHz")

        let none = try await page([line], in: folder, ReportPage(recordingByteCount: 100))
        #expect(try Self.media(none.text).isEmpty)
        #expect(none.warnings.count == 1 && none.warnings[0].text.contains("shown without a player"))
        #expect(try Self.cards(none.text)[0]["waveform"] != nil)
    }

    /// A recording that is too large even as FLAC still has a player.
    @Test(.enabled(if: ListeningCopy.isAvailable, "this libsndfile cannot write MP3"))
    func aLongRecordingIsCarriedAsMP3() async throws {
        let folder = try TemporaryFolder()
        try copy(TestFiles.media("audio/kitchen-48000-mono.wav"), as: "talk.wav", to: folder)
        let page = try await page(
            [#"{"file":"talk.wav","text":"a"}"#], in: folder, ReportPage(recordingByteCount: 40_000))
        let media = try Self.media(page.text)
        #expect(media.map { MediaType.sniff($0) } == [.mp3] && media[0].count <= 40_000 && page.warnings.isEmpty)
        let card = try Self.cards(page.text)[0]
        #expect(card["mediaType"] == "audio/mpeg" && card["copy"]?[0] == "MP3")
    }

    @Test func unreadableMediaKeepTheirResults() async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write([0xFF, 0xD8, 0xFF, 0xE0, 0, 0], as: "cut.jpg")
        _ = try folder.write(Array("hello".utf8), as: "note.txt")
        let box = #"{"xmin":5,"ymin":5,"xmax":90.5,"ymax":40}"#
        let page = try await page(
            [
                #"{"file":"cut.jpg","detections":[{"label":"cat","score":1,"box":\#(box)}]}"#,
                #"{"file":"note.txt","classes":[{"label":"cat","score":1}]}"#,
            ], in: folder)
        let cards = try Self.cards(page.text)
        // As large as the extent of its boxes.
        #expect(cards.map { $0["kind"] } == ["picture", "other"])
        #expect(cards[0]["width"] == 91 && cards[0]["height"] == 40)
        #expect(page.warnings.count == 2)
        #expect(page.warnings.allSatisfy { $0.text.hasPrefix("cut.jpg: ") || $0.text.hasPrefix("note.txt: ") })
    }

    @Test func anInputIsNeverOverwritten() async throws {
        let folder = try TemporaryFolder()
        try copy(TestFiles.media("images/scene.png"), as: "scene.png", to: folder)
        let results = try folder.write(Array(#"{"file":"scene.png","classes":[]}"#.utf8), as: "run.jsonl")
        let report = try Report(collecting: [.file(results)])
        for input in [results, folder.file("scene.png")] {
            let before = try TestFiles.bytes(of: input)
            await #expect(throws: MediaError.self) { try await ReportPage().write(report, to: input) }
            #expect(try TestFiles.bytes(of: input) == before)
        }
        #expect(try folder.contents() == ["run.jsonl", "scene.png"])
    }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (14_149, "14 kB"), (999_499, "999 kB"),
        (999_500, "1.0 MB"), (2_500_000_000, "2.5 GB"),
    ]) func bytesAsPeopleReadThem(count: Int, text: String) {
        #expect(Quantity.bytes(count) == text)
    }
}
