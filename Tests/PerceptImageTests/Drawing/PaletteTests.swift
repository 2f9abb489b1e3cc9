import PerceptCore
import PerceptImage
import Testing

@Suite("Colours of labels")
struct PaletteTests {
    @Test("black or white text on any colour has the contrast that WCAG asks for")
    func contrast() {
        for value in stride(from: 0, through: 0xFFFFFF, by: 1_019) {
            let color = Color(
                red: UInt8(value >> 16), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
            #expect(color.contrast(with: color.legibleTextColor) >= 4.5)
        }
        for color in Palette.okabeIto.colors { #expect(color.contrast(with: color.legibleTextColor) >= 4.5) }
    }

    /// #767676 is the lightest gray that passes AA on white, at 4.54; #777777 fails at 4.48 (WebAIM's contrast
    /// checker).
    @Test("ratios that are widely published")
    func published() throws {
        #expect(abs(Color.white.contrast(with: .black) - 21) < 1e-9)
        #expect(Color.white.contrast(with: .white) == 1)
        #expect(abs(try Color(hex: "#767676").contrast(with: .white) - 4.54) < 0.005)
        #expect(abs(try Color.white.contrast(with: Color(hex: "#777777")) - 4.48) < 0.005)
        #expect(abs(Color(red: 255, green: 0, blue: 0).relativeLuminance - 0.2126) < 1e-9)
    }

    /// Made with a few lines of Python: 64-bit FNV-1a modulo 7, which gives af63dc4c8601ec8c for "a" as its authors'
    /// test vectors do.
    @Test(
        "a label has one colour for ever",
        arguments: [("cat", 2), ("dog", 6), ("", 2), ("remote", 1), ("猫", 0), ("LABEL_199", 0)])
    func stable(label: String, index: Int) {
        #expect(Palette.okabeIto.color(forLabel: label) == Palette.okabeIto.colors[index])
    }

    @Test("colours by index start again after the last one")
    func index() {
        let palette = Palette.okabeIto
        #expect(palette.color(at: 7) == palette.color(at: 0))
        #expect(palette.color(at: -1) == palette.color(at: 6))
        #expect(Set((0..<7).map(palette.color(at:))).count == 7)
    }

    @Test("a palette of no colours is refused")
    func empty() throws {
        #expect(throws: MediaError.self) { try Palette([]) }
        #expect(try Palette([.white]).color(forLabel: "anything") == .white)
    }

    @Test("a list of colours and of labels' colours is read")
    func parsing() throws {
        let palette = try Palette(parsing: "#e69f00, #56B4E9,person=#d55e00,tabby, tabby cat = #fff,a=b=#000")
        #expect(palette.colors == [try Color(hex: "#e69f00"), try Color(hex: "#56b4e9")])
        #expect(palette.labelColors.count == 3)
        #expect(palette.color(forLabel: "person") == (try Color(hex: "#d55e00")))
        #expect(palette.color(forLabel: "tabby, tabby cat") == .white)
        #expect(palette.color(forLabel: "a=b") == .black)
        #expect(palette.colors.contains(palette.color(forLabel: "dog")))
        let labels = try Palette(parsing: "cat=#fff")
        #expect(labels.colors == Palette.okabeIto.colors && labels.color(forLabel: "cat") == .white)
        #expect(labels.color(forLabel: "dog") == Palette.okabeIto.color(forLabel: "dog"))
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", ",", "red", "#12", "#e69f00,", "cat=", "cat=red", "cat=#fff,cat=#000", "#fff,cat", "#e69f0,a=#fff",
        ])
    func refused(list: String) {
        #expect(throws: MediaError.self) { try Palette(parsing: list) }
    }
}
