public import PerceptCore

extension BoundingBox {
    /// Returns all pixels of an image that the box touches, after its corners are put in order; `nil` if the box is
    /// empty, outside the image, or not finite.
    public func pixels(of size: PixelSize) -> PixelRectangle? {
        guard reasonNotToDraw(on: size) == nil else { return nil }
        return standardized.clipped(to: size).coveredPixels
    }
}

extension Image {
    /// Returns a part of the image in the same layout.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the area is empty or extends outside the image.
    public func cropped(to area: PixelRectangle) throws(MediaError) -> Image {
        guard area.lies(within: size) else {
            throw MediaError(.invalidArgument, problem: "the area \(area) is not within the image (\(size))")
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
