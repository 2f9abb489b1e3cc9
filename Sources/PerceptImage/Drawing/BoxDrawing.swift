public import PerceptCore

/// An image with boxes drawn on it.
public struct AnnotatedImage: Sendable, Hashable {
    /// The image: 8-bit rgb, or rgba if the original has an alpha channel.
    public var image: Image
    /// The boxes that were not drawn, by their indexes in the list.
    public var dropped: [DroppedBox]
}

extension Image {
    /// Returns the image with boxes and their labels drawn on it.
    ///
    /// Frames are antialiased and centred on the edges of their boxes. They are moved inwards at the edge of the image,
    /// and to the nearest whole pixel if thinner than two; a box too small for a frame becomes a spot as wide as a
    /// line. The corners of boxes are put in order, and boxes are clipped; boxes that are not finite, empty or outside
    /// the image are skipped and reported. According to the style, first the pixels inside all boxes are hidden, then
    /// all boxes are filled, then all frames are drawn; hiding covers every pixel that a box touches.
    ///
    /// A label reads `cat 0.98` in black or white, whichever has the higher contrast with its plate (at least 4.5 by
    /// WCAG). It lies completely within the image: above its box, or else inside, below or beside it, and if possible
    /// not over another label. Text that does not fit is made smaller, then truncated; an image less than 11 pixels
    /// high has no labels. Labels lie over all frames; boxes are drawn, and labels placed, in order. Characters that
    /// the style's typeface lacks come from the system's fonts, or else become a box.
    ///
    /// Gray becomes rgb, 16 bits become 8 by `(v · 255 + 32767) / 65535`; alpha is kept, and drawn pixels are opaque.
    ///
    /// - Throws: `MediaError` `.cancelled`, or an error of ``Typeface/check()``.
    public consuming func drawing(
        _ boxes: [LabelledBox], style: BoxStyle = BoxStyle()
    ) throws(MediaError) -> AnnotatedImage {
        let dropped = try draw(boxes, style: style)
        return AnnotatedImage(image: self, dropped: dropped)
    }

    /// Draws boxes on the image in place; see ``drawing(_:style:)``.
    ///
    /// If cancelled, the image is left partially drawn.
    ///
    /// - Returns: The boxes that were not drawn.
    /// - Throws: `MediaError` `.cancelled`, or an error of ``Typeface/check()``.
    public mutating func draw(
        _ boxes: [LabelledBox], style: BoxStyle = BoxStyle()
    ) throws(MediaError) -> [DroppedBox] {
        // Finding a font takes longer than drawing the frames, so it is skipped without text.
        let hasText = boxes.contains { !$0.label.isEmpty || $0.score != nil }
        return try IdleTypesetter.with(hasText ? style.typeface : .builtIn) { typesetter throws(MediaError) in
            var canvas = DrawingCanvas(taking: &self)
            defer { self = canvas.image() }
            return try canvas.draw(boxes, style: style, typesetter: typesetter)
        }
    }
}

extension DrawingCanvas {
    fileprivate mutating func draw(
        _ boxes: [LabelledBox], style: BoxStyle, typesetter: Typesetter
    ) throws(MediaError) -> [DroppedBox] {
        let lineWidth = Self.sensible(style.lineWidth, default: DrawingScale.lineWidth(size), least: 1)
        var dropped: [DroppedBox] = []
        var drawn: [(labelled: LabelledBox, color: Color, frame: OutlineFrame)] = []
        for (index, labelled) in boxes.enumerated() {
            if let reason = labelled.box.reasonNotToDraw(on: size) {
                dropped.append(DroppedBox(index: index, reason: reason))
                continue
            }
            let color = labelled.color ?? style.palette.color(for: labelled.label, at: index, by: style.coloring)
            let box = labelled.box.standardized.clipped(to: size)
            if let hiding = style.hiding {
                try MediaError.checkCancellation()
                hide(box.coveredPixels, by: hiding)
            }
            let frame =
                style.outline == .none
                ? OutlineFrame(outer: box, inner: .nothing, lineWidth: 0) : box.frame(lineWidth: lineWidth, on: size)
            drawn.append((labelled, color, frame))
        }
        if style.fillOpacity > 0 {
            for (_, color, frame) in drawn {
                try MediaError.checkCancellation()
                fill(style.outline, frame, color: color, opacity: min(style.fillOpacity, 1))
            }
        }
        var frames: [(wording: LabelText.Wording, frame: OutlineFrame, color: Color)] = []
        for (labelled, color, frame) in drawn {
            try MediaError.checkCancellation()
            draw(style.outline, frame, color: color)
            frames.append(
                (
                    LabelText.Wording(label: labelled.label, score: labelled.score, typesetter: typesetter),
                    frame, color
                ))
        }
        let capHeight = Self.sensible(
            style.capHeight,
            default: DrawingScale.capHeight(size, plateAreas: frames.reduce(0) { $0 + $1.wording.plateArea }),
            least: LabelText.smallestCapHeight)
        var placement = LabelPlacement(on: size)
        for (wording, frame, color) in frames {
            guard let text = LabelText(wording, capHeight: capHeight, fitting: size, typesetter: typesetter)
            else { continue }
            try MediaError.checkCancellation()
            let plate = placement.place(text.plate, for: frame.outer.plateEdges)
            if case .rounded(let radius) = style.outline { squareCorners(of: frame, radius, at: plate, color: color) }
            draw(text, on: plate, color: color, typesetter: typesetter)
        }
        return dropped
    }

    private static func sensible(_ value: Double?, default: Double, least: Double) -> Double {
        guard let value, value.isFinite else { return `default` }
        return max(value, least)
    }
}

extension BoundingBox {
    /// Returns a frame of `lineWidth` around a box on an image of `size`.
    func frame(lineWidth: Double, on size: PixelSize) -> OutlineFrame {
        let horizontal = Self.outerEdge(xMin, xMax, lineWidth: lineWidth, limit: Double(size.width))
        let vertical = Self.outerEdge(yMin, yMax, lineWidth: lineWidth, limit: Double(size.height))
        let outer = BoundingBox(
            xMin: horizontal.lower, yMin: vertical.lower, xMax: horizontal.upper, yMax: vertical.upper)
        let inner = BoundingBox(
            xMin: outer.xMin + lineWidth, yMin: outer.yMin + lineWidth, xMax: outer.xMax - lineWidth,
            yMax: outer.yMax - lineWidth)
        return OutlineFrame(outer: outer, inner: inner, lineWidth: lineWidth)
    }

    /// The pixels that the box touches.
    var coveredPixels: PixelRectangle {
        let left = Int(xMin.rounded(.down))
        let top = Int(yMin.rounded(.down))
        return PixelRectangle(
            x: left, y: top, width: Int(xMax.rounded(.up)) - left, height: Int(yMax.rounded(.up)) - top)
    }

    /// The edges along which plates lie: above and below, the rows that the box covers completely, so that no paler row
    /// shows between them.
    var plateEdges: PixelRectangle {
        let left = Int(xMin.rounded())
        let top = Int(yMin.rounded(.up))
        return PixelRectangle(
            x: left, y: top, width: Int(xMax.rounded()) - left, height: max(0, Int(yMax.rounded(.down)) - top))
    }

    /// Returns `lower…upper` extended by half a line, but within `0…limit`, and at least one line wide if there is
    /// room.
    ///
    /// A line thinner than two pixels starts on a whole pixel, because it would be pale across two.
    private static func outerEdge(
        _ lower: Double, _ upper: Double, lineWidth: Double, limit: Double
    ) -> (lower: Double, upper: Double) {
        var first = max(0, lower - lineWidth / 2)
        var last = min(limit, upper + lineWidth / 2)
        if last - first < lineWidth {
            first = first == 0 ? 0 : max(0, limit - lineWidth)
            last = min(limit, first + lineWidth)
        }
        return lineWidth < 2 ? (first.rounded(), last.rounded()) : (first, last)
    }
}

extension DrawingCanvas {
    /// Draws a plate of `color` with the text in black or white.
    mutating func draw(
        _ text: LabelText, on plate: PixelRectangle, color: Color, typesetter: Typesetter
    ) {
        fill(plate, color: color)
        draw(
            text.line, penX: Double(plate.x) + text.inset, baseLine: Double(plate.y + text.baseLine),
            capHeight: text.capHeight, color: color.legibleTextColor, clip: plate, typesetter: typesetter)
    }
}
