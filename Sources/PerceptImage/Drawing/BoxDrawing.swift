public import PerceptCore

/// A picture with boxes drawn into it.
public struct AnnotatedImage: Sendable, Hashable {
    /// 8 bits; rgb, or rgba when the picture had an alpha channel.
    public var image: Image
    /// The boxes that are not in the picture, by their place in the list.
    public var dropped: [DroppedBox]
}

extension Image {
    /// The image with boxes drawn into it, each with a plate saying what it is.
    ///
    /// Frames are antialiased and centred on the edges of their boxes, moved inwards where they would leave the image,
    /// and to the nearest whole pixel where they are thinner than two; a box too small for a frame becomes a spot as
    /// wide as a line. Boxes are put in order and clipped; those that are not finite, empty or outside the image are
    /// left out and reported. First the pixels inside of all boxes are hidden, then all boxes are filled, then all frames drawn, as far
    /// as the style says so; hiding covers every pixel that a box touches.
    ///
    /// A label reads `cat 0.98` in black or white, whichever stands out more from its plate (at least 4.5 by WCAG), and
    /// lies completely on the image: above its box, else inside, below or beside it, and not over another label where
    /// there is room. Text that does not fit is made smaller, then cut; an image less than 11 pixels high gets none.
    /// Labels lie over all frames; boxes are drawn, and labels placed, in their order. Letters of any script are taken from
    /// the style's typeface and, where it lacks them, from the system's fonts; what no font has is a box.
    ///
    /// Gray becomes rgb, 16 bits become 8 by `(v · 255 + 32767) / 65535`; alpha is kept, and drawn pixels are opaque.
    ///
    /// - Throws: `MediaError` `.cancelled`, or what ``Typeface/check()`` throws.
    public consuming func drawing(
        _ boxes: [LabelledBox], style: BoxStyle = BoxStyle()
    ) throws(MediaError) -> AnnotatedImage {
        let dropped = try draw(boxes, style: style)
        return AnnotatedImage(image: self, dropped: dropped)
    }

    /// Draws boxes into the image itself, as ``drawing(_:style:)`` does into a copy.
    ///
    /// When it is cancelled, what was drawn by then stays.
    ///
    /// - Returns: the boxes that are not in the picture.
    /// - Throws: `MediaError` `.cancelled`, or what ``Typeface/check()`` throws.
    public mutating func draw(
        _ boxes: [LabelledBox], style: BoxStyle = BoxStyle()
    ) throws(MediaError) -> [DroppedBox] {
        // Finding a font takes longer than drawing frames alone.
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
    /// A line of `lineWidth` around a box that lies on an image of `size`.
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

    /// What plates lie along: above and below, the rows that the box covers as a whole, so that no paler one shows between.
    var plateEdges: PixelRectangle {
        let left = Int(xMin.rounded())
        let top = Int(yMin.rounded(.up))
        return PixelRectangle(
            x: left, y: top, width: Int(xMax.rounded()) - left, height: max(0, Int(yMax.rounded(.down)) - top))
    }

    /// Half a line outside `lower…upper`, but within `0…limit`, and at least a line apart where there is room.
    ///
    /// A line thinner than two pixels would be pale between two of them, so it starts on a whole one.
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
    /// Draws a plate of `color` and on it the text, in black or white.
    mutating func draw(
        _ text: LabelText, on plate: PixelRectangle, color: Color, typesetter: Typesetter
    ) {
        fill(plate, color: color)
        draw(
            text.line, penX: Double(plate.x) + text.inset, baseLine: Double(plate.y + text.baseLine),
            capHeight: text.capHeight, color: color.legibleTextColor, clip: plate, typesetter: typesetter)
    }
}
