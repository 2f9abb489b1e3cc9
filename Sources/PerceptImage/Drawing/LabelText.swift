import PerceptCore

/// One line of text, cut and sized so that its plate fits on an image.
struct LabelText {
    let line: TextLine
    /// Height of capitals in pixels.
    let capHeight: Double

    /// Letters with smaller capitals cannot be read.
    static let smallestCapHeight = 6.0

    /// What a label says before it is fitted anywhere.
    struct Wording {
        let characters: [Character]
        let isCut: Bool
        let number: String
        /// All of it.
        let line: TextLine

        init(label: String, score: Double?, typesetter: Typesetter) {
            number = score.flatMap(LabelText.text(ofScore:)) ?? ""
            (characters, isCut, line) = typesetter.labelLine(label, number: number)
        }

        /// Area of the plate as a multiple of the square of the capitals' height.
        var plateArea: Double { line.isEmpty ? 0 : line.plateWidth * line.plateHeight }
    }

    /// Fits a label on an image of `size`, as near to `capHeight` as can be.
    ///
    /// Text that does not fit is made smaller, down to ``smallestCapHeight``; then the label is cut and ends in an
    /// ellipsis; then the label goes and the score stays; `nil` when not even that fits, or there is nothing to write.
    init?(_ wording: Wording, capHeight: Double, fitting size: PixelSize, typesetter: Typesetter) {
        let capHeight = min(capHeight, Typesetter.largestCapHeight)
        if let whole = LabelText(wording.line, upTo: capHeight, fitting: size) {
            self = whole
            return
        }
        let smallest = Self.smallestCapHeight
        for number in wording.number.isEmpty ? [""] : [wording.number, ""] {
            let fitting = typesetter.longestCut(of: wording.characters, number: number) { cut in
                LabelText(cut, upTo: smallest, fitting: size)
            }
            if let fitting {
                self = fitting
                return
            }
            if !number.isEmpty {
                let alone = typesetter.line([], isCut: false, number: number)
                if let text = LabelText(alone, upTo: smallest, fitting: size) {
                    self = text
                    return
                }
            }
        }
        return nil
    }

    /// At the largest height up to `preferred` at which the plate fits, if letters stay legible.
    private init?(_ line: TextLine, upTo preferred: Double, fitting size: PixelSize) {
        let fitting = min(
            preferred, Double(size.width) / line.plateWidth, Double(size.height) / line.plateHeight)
        guard !line.isEmpty, fitting >= Self.smallestCapHeight else { return nil }
        self.line = line
        capHeight = fitting
    }

    /// Size of the plate behind the text, in whole pixels.
    var plate: PixelSize {
        PixelSize(
            width: Self.wholePixels(line.plateWidth * capHeight), height: Self.wholePixels(line.plateHeight * capHeight)
        )
    }

    /// From the left edge of the plate to the start of the line, in pixels.
    var inset: Double { (TextLine.inset - line.plateLeft) * capHeight }

    /// From the top edge of the plate to the base line, in whole pixels: the capitals stand in the middle, or off it as far
    /// as what reaches lower or higher needs.
    var baseLine: Int {
        let height = Double(plate.height)
        let lowest = height - (line.plateDescent * capHeight).rounded(.up)
        return Int(max((line.plateAscent * capHeight).rounded(.up), min(((height + capHeight) / 2).rounded(), lowest)))
    }

    /// Rounded up; what was made to fit a whole number of pixels may come out a hair above it.
    private static func wholePixels(_ length: Double) -> Int {
        Int((length - 1e-6).rounded(.up))
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

/// The plate of a line, in multiples of the height of capitals.
extension TextLine {
    /// Height of a plate for letters of usual size: room for descenders and for the tallest brackets.
    private static let usualPlateHeight = 1.8
    fileprivate static let inset = 0.4
    /// Left free above and below ink that fills the plate, so that it fits after rounding to pixels.
    private static let margin = 0.2
    /// Marks piled up higher or lower than any writing needs are cut off.
    private static let highestAscent = 2.5
    private static let lowestDescent = 1.5

    fileprivate var plateAscent: Double { min(ascent, Self.highestAscent) }
    fileprivate var plateDescent: Double { min(descent, Self.lowestDescent) }
    fileprivate var plateLeft: Double { min(0, left + Self.inset / 2) }
    fileprivate var plateWidth: Double { max(advance, right - Self.inset / 2) - plateLeft + 2 * Self.inset }
    fileprivate var plateHeight: Double {
        max(Self.usualPlateHeight, plateAscent + plateDescent + Self.margin)
    }
}
