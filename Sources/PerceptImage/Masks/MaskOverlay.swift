public import PerceptCore

/// A mask to show over its image, and the colour to show it in.
public struct MaskOverlay: Sendable, Hashable {
    /// Of the same size as the image.
    public var mask: Mask
    public var color: Color

    public init(_ mask: Mask, color: Color) {
        self.mask = mask
        self.color = color
    }
}

/// How masks are shown over an image.
public struct MaskOverlayStyle: Sendable, Hashable {
    /// The share of the mask's colour inside the mask, 0…1.
    public var opacity: Double
    /// Width in pixels of the full-coloured line along the inside of the mask's edge, 0 for none, at most 1000; `nil`
    /// for √(width · height) / 280, at least 1.
    public var outlineWidth: Double?

    public init(opacity: Double = 0.5, outlineWidth: Double? = nil) {
        self.opacity = opacity
        self.outlineWidth = outlineWidth
    }
}

extension Image {
    /// The image with masks mixed over it, later ones over earlier ones.
    ///
    /// A pixel of a mask becomes `round((colour · a + image · (255 − a)) / 255)` with `a` the opacity in 0…255; the
    /// pixels within the outline's width of a pixel that is not in the mask take the colour as it is. The edge of the
    /// image is no edge of a mask.
    ///
    /// Gray becomes rgb, 16 bits become 8 by `(v · 255 + 32767) / 65535`; alpha is kept, and mixed by source-over.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when a mask is not of the image's size or the opacity is no number of
    ///   0…1, `.cancelled`.
    public func overlaying(
        _ overlays: [MaskOverlay], style: MaskOverlayStyle = MaskOverlayStyle()
    ) throws(MediaError) -> Image {
        guard (0...1).contains(style.opacity) else {
            throw MediaError(.invalidArgument, problem: "an opacity of \(style.opacity) is not in 0…1")
        }
        for (index, overlay) in overlays.enumerated() where overlay.mask.size != size {
            throw MediaError(
                .invalidArgument, problem: "mask \(index) is \(overlay.mask.size), the image \(size)",
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
    /// `outline` is the width of the edge in whole pixels.
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
