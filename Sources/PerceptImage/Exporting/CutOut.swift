public import PerceptCore

extension Image {
    /// Returns the pixels under a mask, cropped to its bounding box and transparent outside the mask; `nil` for an
    /// empty mask.
    ///
    /// Gray becomes gray with alpha, rgb becomes rgba; the bit depth is kept. Pixels of the mask keep their colour and
    /// alpha (opaque if the image has no alpha). All other pixels are 0 in every channel, so nothing of them remains in
    /// the file.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the sizes of mask and image differ; `.cancelled`.
    public func cutOut(_ mask: Mask) throws(MediaError) -> Image? {
        try mask.checkFits(size)
        guard let bounds = mask.pixelBounds else { return nil }
        let model: ColorModel = layout.colorModel.opaque == .gray ? .grayAlpha : .rgba
        let newLayout = Layout(colorModel: model, bitDepth: layout.bitDepth)
        let newSize = PixelSize(width: bounds.x.count, height: bounds.y.count)
        let (step, newStep) = (layout.bytesPerPixel, newLayout.bytesPerPixel)
        try MediaError.checkCancellation()
        var output = [UInt8](repeating: 0, count: newSize.pixelCount * newStep)
        bytes.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                for span in PixelSpans(mask.runs, width: width) {
                    var from = (span.row * width + span.columns.lowerBound) * step
                    var to =
                        ((span.row - bounds.y.lowerBound) * newSize.width + span.columns.lowerBound
                            - bounds.x.lowerBound) * newStep
                    for _ in span.columns {
                        for byte in 0..<step { output[to + byte] = input[from + byte] }
                        for byte in step..<newStep { output[to + byte] = .max }
                        from += step
                        to += newStep
                    }
                }
            }
        }
        return Image(size: newSize, layout: newLayout, uncheckedBytes: output)
    }
}
