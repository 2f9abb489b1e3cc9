import PerceptImage
import PerceptTestSupport
import Testing

@Suite("File names of segments")
struct SegmentFileNameTests {
    @Test("ordinary labels")
    func plain() {
        #expect(
            SegmentFileName.names(for: ["cat", "LABEL_199", "traffic light"]) == [
                "000-cat.png", "001-LABEL_199.png", "002-traffic-light.png",
            ])
        #expect(SegmentFileName.names(for: []).isEmpty)
        #expect(SegmentFileName.names(for: ["cat"], fileExtension: "txt") == ["000-cat.txt"])
    }

    @Test(
        "hostile labels become harmless",
        arguments: [
            ("../../etc/passwd", "etc-passwd"), ("", "segment"), ("猫", "segment"), ("a/b", "a-b"), ("a\\b", "a-b"),
            (".hidden", "hidden"), ("...", "segment"), ("a\0b\n", "a-b"), ("C:\\x", "C-x"), ("a  b", "a-b"),
            ("Café", "Cafe"), ("cafe\u{301}", "cafe"), ("Straße", "Strasse"), ("🐈 cat 🐈", "cat"),
            ("a--b", "a--b"),
            ("-rf", "-rf"), ("~root", "root"), ("$(reboot)", "reboot"), ("cheetah, chetah", "cheetah-chetah"),
            (String(repeating: "x", count: 300), String(repeating: "x", count: 60)),
            (String(repeating: "猫", count: 300) + "x", "segment"),
        ])
    func hostile(label: String, expected: String) {
        #expect(SegmentFileName.names(for: [label]) == ["000-\(expected).png"])
    }

    @Test(
        "a thousand and more names sort in order and are unique, ignoring case",
        arguments: [1, 1000, 1001, 12_345])
    func many(count: Int) {
        let names = SegmentFileName.names(for: (0..<count).map { ["cat", "Cat", "c/at", ""][$0 % 4] })
        #expect(names.count == count)
        #expect(names.sorted() == names)
        #expect(Set(names.map { $0.lowercased() }).count == count)
        #expect(names.allSatisfy { name in name.utf8.count < 100 && !name.hasPrefix(".") && !name.contains("/") })
    }

    @Test("any characters give a safe name", arguments: 0..<50 as Range<UInt64>)
    func anything(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let label = String(
            String.UnicodeScalarView(
                (0..<40).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &random)) }))
        let name = SegmentFileName.names(for: [label])[0]
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        #expect(name.hasPrefix("000-") && name.hasSuffix(".png"))
        #expect(name.dropFirst(4).dropLast(4).allSatisfy(allowed.contains))
        #expect(name.count > 8 && name.count <= 68)
    }
}
