/// How boxes are drawn.
public struct BoxStyle: Sendable, Hashable {
    /// The line around a box.
    public var outline: BoxOutline
    /// In pixels; `nil` for √(width · height) / 280, at least 1.
    public var lineWidth: Double?
    /// Height of capital letters in pixels; `nil` for √(width · height) / 56, less where the plates of all labels would
    /// take more than a sixth of the image, at least 10.
    public var capHeight: Double?
    /// How much of a box's colour covers what is inside of it: 0 for nothing, 1 for all of it.
    public var fillOpacity: Double
    /// What becomes of the pixels inside of boxes, before anything is drawn; `nil` where they stay.
    public var hiding: BoxHiding?
    /// Where the colours of boxes come from.
    public var palette: Palette
    /// Which boxes have one colour.
    public var coloring: Palette.Coloring
    /// What labels are written in.
    public var typeface: Typeface

    public init(
        outline: BoxOutline = .rectangle, lineWidth: Double? = nil, capHeight: Double? = nil, fillOpacity: Double = 0,
        hiding: BoxHiding? = nil, palette: Palette = .okabeIto, coloring: Palette.Coloring = .label,
        typeface: Typeface = .automatic
    ) {
        self.outline = outline
        self.lineWidth = lineWidth
        self.capHeight = capHeight
        self.fillOpacity = fillOpacity
        self.hiding = hiding
        self.palette = palette
        self.coloring = coloring
        self.typeface = typeface
    }
}

/// The line around a box. Lengths are in pixels, along the outer edge of the line.
public enum BoxOutline: Sendable, Hashable {
    /// All four sides.
    case rectangle
    /// All four sides, with corners that are quarters of a circle; `nil` for a radius of four line widths. At most half
    /// of the shorter side.
    case rounded(radius: Double? = nil)
    /// The corners alone; `nil` for a quarter of the shorter side, at least four line widths. At least two.
    case corners(length: Double? = nil)
    /// Dashes, one around each corner, all of one length along a side; `nil` for dashes of four line widths and gaps of
    /// three. Both are stretched, so that a whole number of them fits; a side too short for a gap is solid.
    case dashed(dash: Double? = nil, gap: Double? = nil)
    /// No line.
    case none
}

/// How what is inside of a box is made unrecognizable: faces, say, and number plates.
///
/// Both ways leave nothing of the picture but the mean colours of a few cells, at most eight along the longer side of the box and
/// none with a side of less than eight pixels, where the box has that many; so however it is sharpened, no more comes back. They
/// cover all pixels that the box touches. Text of a known typeface can still be guessed and compared: where that matters, cover it with a
/// rectangle of ``BoxStyle/fillOpacity`` 1.
public enum BoxHiding: String, Sendable, Hashable, CaseIterable {
    /// The cells flow into each other.
    case blur
    /// Each cell is one square of its colour.
    case pixelate
}
