public import PerceptCore

/// Colours for labels and segments: the same label always gets the same one.
public struct Palette: Sendable, Hashable {
    public let colors: [Color]
    /// Labels that have a colour of their own, whatever the others get.
    public let labelColors: [String: Color]

    /// Which things have one colour.
    public enum Coloring: String, Sendable, Hashable, CaseIterable {
        /// Those of one label, in every picture and every run.
        case label
        /// Each has the next colour.
        case index
    }

    /// - Throws: `MediaError` `.invalidArgument` when there are no colours.
    public init(_ colors: [Color], labelColors: [String: Color] = [:]) throws(MediaError) {
        guard !colors.isEmpty else {
            throw MediaError(.invalidArgument, problem: "a palette needs at least one colour")
        }
        self.init(known: colors, labelColors: labelColors)
    }

    private init(known colors: [Color], labelColors: [String: Color] = [:]) {
        self.colors = colors
        self.labelColors = labelColors
    }

    /// Reads a list such as `#e69f00,#56b4e9,person=#d55e00`: colours as `Color(hex:)` takes them, and colours of labels.
    ///
    /// Without a colour that belongs to no label, all other labels have ``okabeIto``'s. A label may hold commas and signs of equality,
    /// and spaces but at its ends; only one that begins with `#` cannot be told from a colour.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for anything else, and a label that has two colours.
    public init(parsing list: String) throws(MediaError) {
        var colors: [Color] = []
        var labelColors: [String: Color] = [:]
        // Parts of a label that holds commas.
        var pending: [Substring] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            if pending.isEmpty, part.trimmed.hasPrefix("#") {
                colors.append(try Color(hex: String(part.trimmed)))
                continue
            }
            pending.append(part)
            let text = pending.joined(separator: ",")
            guard let sign = text.lastIndex(of: "="),
                let color = try? Color(hex: String(text[text.index(after: sign)...].trimmed))
            else { continue }
            let label = String(text[..<sign].trimmed)
            guard labelColors.updateValue(color, forKey: label) == nil else {
                throw MediaError(.invalidArgument, problem: "'\(label)' has two colours in a palette")
            }
            pending = []
        }
        guard pending.isEmpty else {
            throw MediaError(
                .invalidArgument, problem: "'\(pending.joined(separator: ","))' is no colour of a palette",
                remedy: "write '#rrggbb' or 'label=#rrggbb', with commas between")
        }
        self.init(known: colors.isEmpty ? Self.okabeIto.colors : colors, labelColors: labelColors)
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

    /// The colour of the `index`-th thing, whose label is `label`.
    public func color(for label: String, at index: Int, by coloring: Coloring) -> Color {
        switch coloring {
        case .label: color(forLabel: label)
        case .index: labelColors[label] ?? color(at: index)
        }
    }

    /// The colour of a label: its own, or else the same in every picture and every run.
    ///
    /// Two labels may share a colour; which one a label gets depends on nothing but its text (the 64-bit FNV-1a hash of
    /// its UTF-8 bytes, modulo the number of colours).
    public func color(forLabel label: String) -> Color {
        if let color = labelColors[label] { return color }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return colors[Int(hash % UInt64(colors.count))]
    }
}

extension StringProtocol {
    /// Without spaces at its ends.
    fileprivate var trimmed: SubSequence {
        let start = drop { $0 == " " }
        guard let last = start.lastIndex(where: { $0 != " " }) else { return start }
        return start[...last]
    }
}
