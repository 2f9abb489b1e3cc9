public import PerceptCore

/// A mask to draw over its image, with its colour.
public struct MaskOverlay: Sendable, Hashable {
    /// The mask, of the same size as the image.
    public var mask: Mask
    /// The colour of the mask.
    public var color: Color

    /// Creates an overlay.
    public init(_ mask: Mask, color: Color) {
        self.mask = mask
        self.color = color
    }
}

/// The style of masks drawn over an image.
public struct MaskOverlayStyle: Sendable, Hashable {
    /// The weight of the mask's colour inside the mask, 0…1.
    public var opacity: Double
    /// The width in pixels of the solid line along the inside of the mask's edge: 0 for none, at most 1000, and `nil`
    /// for √(width · height) / 280 but at least 1.
    public var outlineWidth: Double?

    /// Creates a style.
    public init(opacity: Double = 0.5, outlineWidth: Double? = nil) {
        self.opacity = opacity
        self.outlineWidth = outlineWidth
    }
}

extension Image {
    /// Returns the image with masks blended over it, later ones over earlier ones.
    ///
    /// A pixel of a mask becomes `round((colour · a + image · (255 − a)) / 255)` with the opacity `a` in 0…255.
    /// Pixels within the outline width of a pixel outside the mask take the mask's colour. The edge of the image is not
    /// an edge of the mask.
    ///
    /// Gray becomes rgb, 16 bits become 8 by `(v · 255 + 32767) / 65535`; alpha is kept and blended by source-over.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the sizes of a mask and the image differ or the opacity is not in
    ///   0…1; `.cancelled`.
    public func overlaying(
        _ overlays: [MaskOverlay], style: MaskOverlayStyle = MaskOverlayStyle()
    ) throws(MediaError) -> Image {
        guard (0...1).contains(style.opacity) else {
            throw MediaError(.invalidArgument, problem: "invalid opacity \(style.opacity): must be in 0…1")
        }
        for (index, overlay) in overlays.enumerated() where overlay.mask.size != size {
            throw MediaError(
                .invalidArgument,
                problem: "the size of mask \(index) (\(overlay.mask.size)) differs from the image (\(size))",
                remedy: "resize the mask to the image")
        }
        let opacity = UInt8((style.opacity * 255).rounded())
        let outlineWidth = style.outlineWidth ?? DrawingScale.lineWidth(size)
        let reach = outlineWidth > 0 ? Int(min(max(outlineWidth.rounded(), 1), Double(MaskEdge.widest))) : 0
        var canvas = DrawingCanvas(self)
        for overlay in overlays {
            try MediaError.checkCancellation()
            canvas.draw(overlay, opacity: opacity, outline: reach)
        }
        return canvas.image()
    }
}

extension DrawingCanvas {
    /// Draws a mask; `outline` is the width of the edge in whole pixels.
    mutating func draw(_ overlay: MaskOverlay, opacity: UInt8, outline: Int) {
        let mask = overlay.mask
        guard let bounds = mask.pixelBounds else { return }
        let edge = outline > 0 ? MaskEdge(mask, bounds: bounds, width: outline) : nil
        let width = size.width
        withBlender(overlay.color) { blender in
            for span in PixelSpans(mask.runs, width: width) {
                guard let edge else {
                    blender.blend(PixelRectangle(span.columns, span.row..<span.row + 1), opacity)
                    continue
                }
                var first = span.columns.lowerBound
                while first < span.columns.upperBound {
                    let isEdge = edge.contains(first, span.row)
                    var end = first + 1
                    while end < span.columns.upperBound, edge.contains(end, span.row) == isEdge { end += 1 }
                    blender.blend(PixelRectangle(first..<end, span.row..<span.row + 1), isEdge ? 255 : opacity)
                    first = end
                }
            }
        }
    }
}
