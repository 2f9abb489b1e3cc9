/// The style of drawn boxes.
public struct BoxStyle: Sendable, Hashable {
    /// The line around a box.
    public var outline: BoxOutline
    /// The line width in pixels; `nil` for √(width · height) / 280, at least 1.
    public var lineWidth: Double?
    /// The height of capital letters in pixels. `nil` for √(width · height) / 56, or less if the plates of all
    /// labels would cover more than a sixth of the image, but at least 10.
    public var capHeight: Double?
    /// The opacity of a box's colour inside the box, 0…1.
    public var fillOpacity: Double
    /// The treatment of the pixels inside boxes before anything is drawn; `nil` keeps them.
    public var hiding: BoxHiding?
    /// The colours of boxes.
    public var palette: Palette
    /// The rule by which boxes share a colour.
    public var coloring: Palette.Coloring
    /// The typeface of labels.
    public var typeface: Typeface

    /// Creates a style.
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
    /// All four sides with rounded corners; `nil` for a radius of four line widths. At most half of the shorter side.
    case rounded(radius: Double? = nil)
    /// The corners only; `nil` for a length of a quarter of the shorter side, at least four line widths. At least two.
    case corners(length: Double? = nil)
    /// Dashes, one around each corner, of equal length along a side; `nil` for dashes of four line widths and gaps of
    /// three. Both are stretched to fit a whole number of them; a side too short for a gap is solid.
    case dashed(dash: Double? = nil, gap: Double? = nil)
    /// No line.
    case none
}

/// The way in which the contents of a box are made unrecognizable, such as faces or number plates.
///
/// Both ways leave only the mean colours of a few cells: at most eight along the longer side of the box, each at least
/// eight pixels wide if the box is that large. Sharpening cannot restore more. They cover all pixels that the box
/// touches. Text in a known typeface may still be guessed by comparison; if that matters, cover it with a rectangle of
/// ``BoxStyle/fillOpacity`` 1.
public enum BoxHiding: String, Sendable, Hashable, CaseIterable {
    /// The cells blend into each other.
    case blur
    /// Each cell is a rectangle of its colour.
    case pixelate
}
