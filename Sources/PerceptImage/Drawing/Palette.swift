public import PerceptCore

/// Colours for labels and segments; a label always has the same colour.
public struct Palette: Sendable, Hashable {
    /// The colours, in order.
    public let colors: [Color]
    /// The labels with colours of their own, which take precedence.
    public let labelColors: [String: Color]

    /// The rule by which things share a colour.
    public enum Coloring: String, Sendable, Hashable, CaseIterable {
        /// Things with the same label have the same colour, in every image and every run.
        case label
        /// Each thing has the next colour.
        case index
    }

    /// Creates a palette.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if there are no colours.
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

    /// Parses a list such as `#e69f00,#56b4e9,person=#d55e00`: colours in the form of `Color(hex:)`, and colours of
    /// labels.
    ///
    /// If every colour belongs to a label, other labels use ``okabeIto``. A label may contain commas, equals signs and
    /// inner spaces; it must not start with `#`.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for anything else, and for a label with two colours.
    public init(parsing list: String) throws(MediaError) {
        var colors: [Color] = []
        var labelColors: [String: Color] = [:]
        // The parts of a label that contains commas.
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

    /// Colours that are distinct for people with common colour vision deficiencies.
    ///
    /// Okabe, M. and Ito, K., "Color Universal Design: how to make figures and presentations that are friendly to
    /// colorblind people", 2002, revised 2008: its eight colours in order, without black, which is invisible on dark
    /// images.
    public static let okabeIto = Palette(known: [
        Color(red: 230, green: 159, blue: 0),
        Color(red: 86, green: 180, blue: 233),
        Color(red: 0, green: 158, blue: 115),
        Color(red: 240, green: 228, blue: 66),
        Color(red: 0, green: 114, blue: 178),
        Color(red: 213, green: 94, blue: 0),
        Color(red: 204, green: 121, blue: 167),
    ])

    /// Returns the colour of the `index`-th thing; after the last colour, the palette repeats.
    public func color(at index: Int) -> Color {
        let remainder = index % colors.count
        return colors[remainder < 0 ? remainder + colors.count : remainder]
    }

    /// Returns the colour of the `index`-th thing with a label.
    public func color(for label: String, at index: Int, by coloring: Coloring) -> Color {
        switch coloring {
        case .label: color(forLabel: label)
        case .index: labelColors[label] ?? color(at: index)
        }
    }

    /// Returns the colour of a label: its own, or else the same in every image and every run.
    ///
    /// Two labels may share a colour, which depends only on the text (the 64-bit FNV-1a hash of its UTF-8 bytes, modulo
    /// the number of colours).
    public func color(forLabel label: String) -> Color {
        if let color = labelColors[label] { return color }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return colors[Int(hash % UInt64(colors.count))]
    }
}

extension StringProtocol {
    /// The text without spaces at its ends.
    fileprivate var trimmed: SubSequence {
        let start = drop { $0 == " " }
        guard let last = start.lastIndex(where: { $0 != " " }) else { return start }
        return start[...last]
    }
}
