public import PerceptCore

extension BoundingBox {
    /// All pixels of a picture that the box touches, its corners put in order first; `nil` where it has none: it is empty, outside, or
    /// not finite.
    public func pixels(of size: PixelSize) -> PixelRectangle? {
        guard reasonNotToDraw(on: size) == nil else { return nil }
        return standardized.clipped(to: size).coveredPixels
    }
}

extension Image {
    /// A part of the picture, in its own layout.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when there is no such part, or it is empty.
    public func cropped(to area: PixelRectangle) throws(MediaError) -> Image {
        guard area.lies(within: size) else {
            throw MediaError(.invalidArgument, problem: "\(area) is no part of a picture of \(size)")
        }
        let step = layout.bytesPerPixel
        let count = area.width * step
        var output: [UInt8] = []
        output.reserveCapacity(area.height * count)
        for row in area.rows {
            let start = row * bytesPerRow + area.x * step
            output += bytes[start..<start + count]
        }
        return Image(size: area.size, layout: layout, uncheckedBytes: output)
    }
}
