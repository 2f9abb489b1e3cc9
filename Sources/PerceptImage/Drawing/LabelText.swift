import PerceptCore

/// One line of text, truncated and scaled so that its plate fits an image.
struct LabelText {
    let line: TextLine
    /// The cap height in pixels.
    let capHeight: Double

    /// The smallest legible cap height.
    static let smallestCapHeight = 6.0

    /// The text of a label before it is fitted.
    struct Wording {
        let characters: [Character]
        let isCut: Bool
        let number: String
        /// The whole line.
        let line: TextLine

        init(label: String, score: Double?, typesetter: Typesetter) {
            number = score.flatMap(LabelText.text(ofScore:)) ?? ""
            (characters, isCut, line) = typesetter.labelLine(label, number: number)
        }

        /// The area of the plate in units of the squared cap height.
        var plateArea: Double { line.isEmpty ? 0 : line.plateWidth * line.plateHeight }
    }

    /// Fits a label on an image of `size`, as close to `capHeight` as possible.
    ///
    /// Text that does not fit is made smaller, down to ``smallestCapHeight``; then the label is truncated with an
    /// ellipsis; then only the score is kept. Returns `nil` if that does not fit either, or there is no text.
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

    /// Fits a line at the largest cap height up to `preferred` at which the plate fits and letters are legible.
    private init?(_ line: TextLine, upTo preferred: Double, fitting size: PixelSize) {
        let fitting = min(
            preferred, Double(size.width) / line.plateWidth, Double(size.height) / line.plateHeight)
        guard !line.isEmpty, fitting >= Self.smallestCapHeight else { return nil }
        self.line = line
        capHeight = fitting
    }

    /// The size of the plate behind the text, in whole pixels.
    var plate: PixelSize {
        PixelSize(
            width: Self.wholePixels(line.plateWidth * capHeight), height: Self.wholePixels(line.plateHeight * capHeight)
        )
    }

    /// The distance from the left edge of the plate to the start of the line, in pixels.
    var inset: Double { (TextLine.inset - line.plateLeft) * capHeight }

    /// The distance from the top edge of the plate to the baseline, in whole pixels: capitals are centred, or shifted
    /// as far as taller or lower parts need.
    var baseLine: Int {
        let height = Double(plate.height)
        let lowest = height - (line.plateDescent * capHeight).rounded(.up)
        return Int(max((line.plateAscent * capHeight).rounded(.up), min(((height + capHeight) / 2).rounded(), lowest)))
    }

    /// Rounds up, with a tolerance for lengths that exceed a whole number only by rounding errors.
    private static func wholePixels(_ length: Double) -> Int {
        Int((length - 1e-6).rounded(.up))
    }

    /// Formats a score with two decimals, rounded to nearest; in scientific notation if it is not a plausible score;
    /// `nil` if it is not finite.
    private static func text(ofScore score: Double) -> String? {
        guard score.isFinite else { return nil }
        guard score.magnitude < 1_000_000 else { return "\(score)" }
        let hundredths = Int((score.magnitude * 100).rounded())
        let decimals = hundredths % 100
        return (score < 0 && hundredths > 0 ? "-" : "") + "\(hundredths / 100)." + (decimals < 10 ? "0" : "")
            + "\(decimals)"
    }
}

/// The plate of a line, in multiples of the cap height.
extension TextLine {
    /// The height of a plate for usual letters: room for descenders and the tallest brackets.
    private static let usualPlateHeight = 1.8
    fileprivate static let inset = 0.4
    /// The margin above and below ink that fills the plate, so that it fits after rounding to pixels.
    private static let margin = 0.2
    /// The limit for stacked marks, which are cut off above or below it.
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
