public import PerceptCore

/// Colours for labels and segments: the same label always gets the same one.
public struct Palette: Sendable, Hashable {
    public let colors: [Color]

    /// - Throws: `MediaError` `.invalidArgument` when there are no colours.
    public init(_ colors: [Color]) throws(MediaError) {
        guard !colors.isEmpty else {
            throw MediaError(.invalidArgument, problem: "a palette needs at least one colour")
        }
        self.colors = colors
    }

    private init(known colors: [Color]) {
        self.colors = colors
    }

    /// Colours that people with any common colour vision deficiency tell apart.
    ///
    /// Okabe, M. and Ito, K., "Color Universal Design: how to make figures and presentations that are friendly to
    /// colorblind people", 2002, revised 2008: its eight colours in their order, without black, which vanishes on a dark
    /// picture.
    public static let okabeIto = Palette(known: [
        Color(red: 230, green: 159, blue: 0),
        Color(red: 86, green: 180, blue: 233),
        Color(red: 0, green: 158, blue: 115),
        Color(red: 240, green: 228, blue: 66),
        Color(red: 0, green: 114, blue: 178),
        Color(red: 213, green: 94, blue: 0),
        Color(red: 204, green: 121, blue: 167),
    ])

    /// The colour of the `index`-th thing; after the last one the palette starts again.
    public func color(at index: Int) -> Color {
        let remainder = index % colors.count
        return colors[remainder < 0 ? remainder + colors.count : remainder]
    }

    /// The colour of a label: the same in every picture and every run.
    ///
    /// Two labels may share a colour; which one a label gets depends on nothing but its text (the 64-bit FNV-1a hash of
    /// its UTF-8 bytes, modulo the number of colours).
    public func color(forLabel label: String) -> Color {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return colors[Int(hash % UInt64(colors.count))]
    }
}
