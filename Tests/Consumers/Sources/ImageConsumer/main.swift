import PerceptCore
import PerceptImage

/// Draws a box into a white image, prepares it for an endpoint, and decodes the upload.
func drawAndPrepare() throws -> PixelSize {
    let size = PixelSize(width: 60, height: 40)
    let white = try Image(
        size: size, layout: .init(colorModel: .rgb, bitDepth: .eight), bytes: [UInt8](repeating: 255, count: 7200))
    let box = LabelledBox(BoundingBox(xMin: 10, yMin: 10, xMax: 30, yMax: 30), label: "")
    let annotated = try white.drawing([box])
    let upload = try ImagePreparation(longestSide: 30).prepare(annotated.image)
    return try Image(decoding: .bytes(upload.bytes)).size
}

let size = try drawAndPrepare()
print("ImageConsumer: uploads \(size.width) x \(size.height) pixels")
guard size == PixelSize(width: 30, height: 20) else { fatalError("expected 30 x 20 pixels") }
