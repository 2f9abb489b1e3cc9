import PerceptCore

/// One line of text, cut and sized so that its plate fits on an image.
struct LabelText {
    /// Characters that ``StrokeFont`` has glyphs for.
    var characters: [Unicode.Scalar]
    /// Height of capitals in pixels.
    var capHeight: Double

    /// Letters with smaller capitals cannot be read.
    static let smallestCapHeight = 6.0
    /// Longer labels are cut, and end in an ellipsis, before anything is measured: a plate is no place for a text.
    private static let longestLabel = 200

    /// Fits a label on an image of `size`, as near to `capHeight` as can be.
    ///
    /// Text that does not fit is made smaller, down to ``smallestCapHeight``; then the label is cut and ends in an
    /// ellipsis; then the label goes and the score stays; `nil` when not even that fits, or there is nothing to write.
    init?(_ wording: Wording, capHeight: Double, fitting size: PixelSize) {
        let words = wording.words
        let number = wording.number
        let whole = wording.whole
        guard !whole.isEmpty else { return nil }
        let highest = Double(size.height) / Self.plateScale
        let preferred = min(capHeight, highest)
        guard preferred >= Self.smallestCapHeight else { return nil }
        if let fitting = Self.largestCapHeight(whole, from: preferred, width: size.width) {
            self.init(characters: whole, capHeight: fitting)
            return
        }
        let smallest = Self.smallestCapHeight
        let tail: [Unicode.Scalar] = number.isEmpty ? [] : [" "] + number
        for end in number.isEmpty ? [[]] : [tail, []] {
            // Widths grow with the number of letters, so the longest beginning that fits is found by bisection.
            var fits = 0
            var tooLong = words.count + 1
            while tooLong - fits > 1 {
                let middle = (fits + tooLong) / 2
                let cut = words.prefix(middle) + [StrokeFont.ellipsis] + end
                if Self.plateWidth(Array(cut), capHeight: smallest) <= size.width {
                    fits = middle
                } else {
                    tooLong = middle
                }
            }
            if fits > 0 {
                self.init(characters: words.prefix(fits) + [StrokeFont.ellipsis] + end, capHeight: smallest)
                return
            }
            if !number.isEmpty, let fitting = Self.largestCapHeight(number, from: smallest, width: size.width) {
                self.init(characters: number, capHeight: fitting)
                return
            }
        }
        return nil
    }

    /// What a label says before it is fitted anywhere, in characters that ``StrokeFont`` has glyphs for.
    struct Wording {
        var words: [Unicode.Scalar]
        var number: [Unicode.Scalar]

        init(label: String, score: Double?) {
            words = LabelText.glyphs(label)
            number = score.flatMap(LabelText.text(ofScore:)).map { Array($0.unicodeScalars) } ?? []
        }

        var whole: [Unicode.Scalar] { words + (words.isEmpty || number.isEmpty ? [] : [" "]) + number }

        /// Area of the plate as a multiple of the square of the capitals' height.
        var plateArea: Double {
            let whole = whole
            return whole.isEmpty ? 0 : LabelText.relativeWidth(whole) * LabelText.plateScale
        }
    }

    private init(characters: [Unicode.Scalar], capHeight: Double) {
        self.characters = characters
        self.capHeight = capHeight
    }

    /// Pixels per font unit.
    var scale: Double { capHeight / StrokeFont.capHeight }

    /// Size of the plate behind the text, in whole pixels.
    var plate: PixelSize {
        PixelSize(
            width: Self.plateWidth(characters, capHeight: capHeight),
            height: Self.wholePixels(capHeight * Self.plateScale))
    }

    /// From the left edge of the plate to the first centre line, in pixels.
    var inset: Double { capHeight * Self.insetScale }

    /// From the top edge of the plate to the base line, in whole pixels: the capitals stand in the middle, or a pixel
    /// higher where descenders need it.
    var baseLine: Int {
        let height = Double(plate.height)
        let descent = max(StrokeFont.reach.below * scale, StrokeFont.descent * scale + GlyphRasterizer.smallestRadius)
        return Int(min(((height + capHeight) / 2).rounded(), (height - descent).rounded(.down)))
    }

    /// Height of the plate as a multiple of the capitals': room for descenders and for the tallest brackets.
    private static let plateScale = 1.8
    private static let insetScale = 0.4

    /// Width of the plate as a multiple of the capitals' height.
    private static func relativeWidth(_ characters: [Unicode.Scalar]) -> Double {
        StrokeFont.width(of: characters) / StrokeFont.capHeight + 2 * insetScale
    }

    private static func plateWidth(_ characters: [Unicode.Scalar], capHeight: Double) -> Int {
        wholePixels(relativeWidth(characters) * capHeight)
    }

    /// The largest height up to `preferred` at which the plate is no wider than `width`, if letters stay legible.
    private static func largestCapHeight(_ characters: [Unicode.Scalar], from preferred: Double, width: Int) -> Double?
    {
        let fitting = min(preferred, Double(width) / relativeWidth(characters))
        return fitting >= smallestCapHeight ? fitting : nil
    }

    /// Rounded up; what was made to fit a whole number of pixels may come out a hair above it.
    private static func wholePixels(_ length: Double) -> Int {
        Int((length - 1e-6).rounded(.up))
    }

    /// The glyphs for any text: ASCII as it is, letters with marks without them, one box for each other character.
    private static func glyphs(_ text: String) -> [Unicode.Scalar] {
        var glyphs: [Unicode.Scalar] = []
        for character in text.prefix(longestLabel) {
            guard let letters = LatinFolding.ascii(character) else {
                glyphs.append(StrokeFont.missing)
                continue
            }
            for letter in letters.unicodeScalars where letter != " " || glyphs.last ?? " " != " " {
                glyphs.append(letter)
            }
        }
        if glyphs.last == " " { glyphs.removeLast() }
        if !text.dropFirst(longestLabel).isEmpty { glyphs.append(StrokeFont.ellipsis) }
        return glyphs
    }

    /// Two decimals, rounded to nearest; scientific notation for what is no score at all; nothing for no number.
    private static func text(ofScore score: Double) -> String? {
        guard score.isFinite else { return nil }
        guard score.magnitude < 1_000_000 else { return "\(score)" }
        let hundredths = Int((score.magnitude * 100).rounded())
        let decimals = hundredths % 100
        return (score < 0 && hundredths > 0 ? "-" : "") + "\(hundredths / 100)." + (decimals < 10 ? "0" : "")
            + "\(decimals)"
    }
}
