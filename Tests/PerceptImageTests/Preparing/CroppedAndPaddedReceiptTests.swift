import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// Receipts that compose all terms: orientation, crop, resizing, padding or cutting.
@Suite struct CroppedAndPaddedReceiptTests {
    /// Any receipt of odd sizes: letterboxes, middles that were cut out, and paddings that are neither.
    private func receipt(
        _ orientation: Orientation, upTo side: Int, _ generator: inout SplitMix64
    ) throws -> GeometryReceipt {
        func size() -> PixelSize {
            PixelSize(
                width: .random(in: 1...side, using: &generator), height: .random(in: 1...side, using: &generator))
        }
        let stored = size()
        let source = orientation.applied(to: stored)
        let (x, y) = (
            Int.random(in: 0..<source.width, using: &generator), Int.random(in: 0..<source.height, using: &generator)
        )
        let crop = PixelRectangle(
            x: x, y: y, width: .random(in: 1...source.width - x, using: &generator),
            height: .random(in: 1...source.height - y, using: &generator))
        let resized = size()
        func pads(_ count: Int) -> (Int, Int) {
            // What is cut off at both ends together leaves a pixel at least.
            let before = Int.random(in: 1 - count...side, using: &generator)
            return (before, Int.random(in: 1 - count - min(0, before)...side, using: &generator))
        }
        let (across, down) = (pads(resized.width), pads(resized.height))
        return try GeometryReceipt(
            storedSize: stored, orientation: orientation, crop: crop, resizedSize: resized,
            padding: .init(left: across.0, top: down.0, right: across.1, bottom: down.1))
    }

    @Test(arguments: Orientation.allCases) func pointsAndBoxesComeBack(orientation: Orientation) throws {
        var generator = SplitMix64(seed: UInt64(orientation.rawValue))
        var count = 0
        for _ in 0..<300 {
            let receipt = try receipt(orientation, upTo: 4001, &generator)
            let side = Double(max(receipt.sourceSize.longestSide, receipt.uploadSize.longestSide, 8002))
            let point = (
                x: Double.random(in: -10...4011, using: &generator), y: Double.random(in: -10...4011, using: &generator)
            )
            let there = receipt.uploadPoint(for: point)
            let back = receipt.sourcePoint(for: there)
            // The bound that the receipt states, for the side on which rounding is larger.
            let bound = 1e-9 * side * max(1, 1 / receipt.scaleX, 1 / receipt.scaleY)
            #expect(abs(back.x - point.x) <= bound && abs(back.y - point.y) <= bound)

            // Within the content, a box there and back is itself, and its area goes by both factors.
            let content = receipt.content
            func within(_ start: Int, _ count: Int) -> (Double, Double) {
                let a = Double(start) + Double.random(in: 0...1, using: &generator) * Double(count)
                let b = Double(start) + Double.random(in: 0...1, using: &generator) * Double(count)
                return (min(a, b), max(a, b))
            }
            let (x, y) = (within(content.x, content.width), within(content.y, content.height))
            let box = BoundingBox(xMin: x.0, yMin: y.0, xMax: x.1, yMax: y.1)
            let source = receipt.sourceBox(for: box)
            let again = receipt.uploadBox(for: source)
            for (a, b) in [
                (again.xMin, box.xMin), (again.yMin, box.yMin), (again.xMax, box.xMax), (again.yMax, box.yMax),
            ] { #expect(abs(a - b) <= 1e-9 * side * max(1, receipt.scaleX, receipt.scaleY)) }
            let area = source.area * receipt.scaleX * receipt.scaleY
            #expect(abs(area - box.area) <= 1e-6 * max(1, box.area) * max(1, receipt.scaleX, receipt.scaleY))
            // What comes back lies within what was sent of the source.
            let sent = BoundingBox(
                xMin: Double(receipt.crop.x), yMin: Double(receipt.crop.y),
                xMax: Double(receipt.crop.x + receipt.crop.width), yMax: Double(receipt.crop.y + receipt.crop.height))
            #expect(source.xMin >= sent.xMin - 1e-9 && source.yMax <= sent.yMax + 1e-9)
            // Stored and back: the eight orientations move edges alone.
            let stored = receipt.storedBox(for: source)
            let upright = receipt.sourceBox(forStoredBox: stored)
            #expect(abs(upright.xMin - source.xMin) <= 1e-9 * side && abs(upright.yMax - source.yMax) <= 1e-9 * side)
            #expect(abs(stored.area - source.area) <= 1e-6 * max(1, source.area))
            count += 1
        }
        #expect(count == 300)
    }

    /// Worked out by hand: 100×50 within 640×640 is enlarged by 6.4 to 640×320, with 160 above and below.
    @Test func aLetterbox() throws {
        let receipt = try ImagePreparation(preset: .yolo)
            .geometry(storedSize: PixelSize(width: 100, height: 50), orientation: .upright)
        #expect(receipt.resizedSize == PixelSize(width: 640, height: 320))
        #expect(receipt.padding == .init(left: 0, top: 160, right: 0, bottom: 160))
        #expect(receipt.uploadSize == PixelSize(width: 640, height: 640))
        #expect((receipt.scaleX, receipt.scaleY) == (6.4, 6.4))
        func source(_ xMin: Double, _ yMin: Double, _ xMax: Double, _ yMax: Double) -> BoundingBox {
            receipt.sourceBox(for: BoundingBox(xMin: xMin, yMin: yMin, xMax: xMax, yMax: yMax))
        }
        #expect(source(64, 224, 128, 288) == BoundingBox(xMin: 10, yMin: 10, xMax: 20, yMax: 20))
        // The whole upload maps to the whole image; a box is clipped at the padding.
        #expect(source(0, 0, 640, 640) == BoundingBox(xMin: 0, yMin: 0, xMax: 100, yMax: 50))
        #expect(source(64, 100, 128, 224) == BoundingBox(xMin: 10, yMin: 0, xMax: 20, yMax: 10))
        // In the padding alone, and beyond the upload: nothing.
        #expect(source(64, 0, 128, 160).isEmpty && source(64, 480, 128, 640).isEmpty)
        #expect(source(-50, 200, -10, 300).isEmpty && source(700, 200, 800, 300).isEmpty)
        // Points are mapped without clipping, in the padding too.
        #expect(receipt.sourcePoint(for: (64, 0)) == (10, -25))
        #expect(receipt.uploadPoint(for: (10, 10)) == (64, 224))
    }

    /// By hand: of 60×40 the middle 20×20 of the 30×20 that it is resized to; 5 columns are missing on each side.
    @Test func aMiddle() throws {
        let receipt = try ImagePreparation(exactSize: PixelSize(width: 20, height: 20), fit: .centerCrop())
            .geometry(storedSize: PixelSize(width: 40, height: 60), orientation: .rotateClockwise)
        #expect(receipt.sourceSize == PixelSize(width: 60, height: 40))
        #expect(receipt.resizedSize == PixelSize(width: 30, height: 20))
        #expect(receipt.padding == .init(left: -5, top: 0, right: -5, bottom: 0))
        #expect(receipt.content == PixelRectangle(x: 0, y: 0, width: 20, height: 20))
        let all = receipt.sourceBox(for: BoundingBox(xMin: -3, yMin: 0, xMax: 20, yMax: 20))
        #expect(all == BoundingBox(xMin: 10, yMin: 0, xMax: 50, yMax: 40))
        // Nothing of it was sent.
        #expect(receipt.uploadBox(for: BoundingBox(xMin: 0, yMin: 0, xMax: 9, yMax: 40)).isEmpty)
        #expect(
            receipt.uploadBox(for: BoundingBox(xMin: 0, yMin: 0, xMax: 60, yMax: 4))
                == BoundingBox(xMin: 0, yMin: 0, xMax: 20, yMax: 2))
    }

    /// Each pixel by itself: the one under its centre, or nothing.
    @Test(arguments: Orientation.allCases) func masksGoBothWays(orientation: Orientation) throws {
        var generator = SplitMix64(seed: 100 + UInt64(orientation.rawValue))
        for _ in 0..<60 {
            let receipt = try receipt(orientation, upTo: 23, &generator)
            func mask(_ size: PixelSize) throws -> Mask {
                try Mask(
                    size: size,
                    pixels: (0..<size.pixelCount).map { _ in UInt8.random(in: 1...255, using: &generator) })
            }
            /// Indicates whether a position is too near the border of two pixels for the oracle.
            func isOnBorder(_ value: Double) -> Bool { abs(value - value.rounded()) < 1e-6 }

            let upload = try mask(receipt.uploadSize)
            let source = try receipt.sourceMask(for: upload)
            #expect(source.size == receipt.sourceSize)
            for y in 0..<source.size.height {
                for x in 0..<source.size.width {
                    let point = receipt.uploadPoint(for: (Double(x) + 0.5, Double(y) + 0.5))
                    guard !isOnBorder(point.x), !isOnBorder(point.y) else { continue }
                    let (column, row) = (Int(point.x.rounded(.down)), Int(point.y.rounded(.down)))
                    let isSent =
                        receipt.crop.columns.contains(x) && receipt.crop.rows.contains(y)
                        && (0..<upload.size.width).contains(column) && (0..<upload.size.height).contains(row)
                    #expect(
                        source.pixels[y * source.size.width + x]
                            == (isSent ? upload.pixels[row * upload.size.width + column] : 0))
                }
            }
            let whole = try mask(receipt.sourceSize)
            let sent = try receipt.uploadMask(for: whole)
            #expect(sent.size == receipt.uploadSize)
            for y in 0..<sent.size.height {
                for x in 0..<sent.size.width {
                    let point = receipt.sourcePoint(for: (Double(x) + 0.5, Double(y) + 0.5))
                    guard !isOnBorder(point.x), !isOnBorder(point.y) else { continue }
                    let (column, row) = (Int(point.x.rounded(.down)), Int(point.y.rounded(.down)))
                    let isContent = receipt.content.columns.contains(x) && receipt.content.rows.contains(y)
                    #expect(
                        sent.pixels[y * sent.size.width + x]
                            == (isContent ? whole.pixels[row * whole.size.width + column] : 0))
                }
            }
        }
    }

    /// Masks of the size of what a model works on, which is not the upload's, cover the padding too.
    @Test func aRescaledMaskCoversThePadding() throws {
        let receipt = try ImagePreparation(preset: .yolo)
            .geometry(storedSize: PixelSize(width: 100, height: 50), orientation: .upright)
        let size = PixelSize(width: 160, height: 160)
        let pixels = (0..<size.pixelCount).map { UInt8(40..<120 ~= $0 / 160 ? 255 : 9) }
        let mask = try Mask(size: size, pixels: pixels)
        expectMediaError(.invalidArgument) { _ = try receipt.sourceMask(for: mask) }
        let source = try receipt.sourceMask(for: mask, rescalingMismatch: true)
        #expect(source.size == receipt.sourceSize)
        #expect(source.pixels.allSatisfy { $0 == 255 })
    }

    @Test func receiptsThatMakeNoSenseAreRefused() throws {
        let (stored, resized) = (PixelSize(width: 40, height: 20), PixelSize(width: 10, height: 10))
        let crops = [
            PixelRectangle(x: -1, y: 0, width: 2, height: 2), PixelRectangle(x: 0, y: 0, width: 21, height: 2),
            PixelRectangle(x: 20, y: 0, width: 1, height: 1), PixelRectangle(x: 0, y: 0, width: 0, height: 1),
            PixelRectangle(x: .max, y: .max, width: .max, height: .max),
            PixelRectangle(x: 0, y: 0, width: .max, height: .max),
        ]
        for crop in crops {
            expectMediaError(.invalidArgument) {
                _ = try GeometryReceipt(
                    storedSize: stored, orientation: .transpose, crop: crop, resizedSize: resized)
            }
        }
        for padding: GeometryReceipt.Padding in [
            .init(left: -10, top: 0, right: 10, bottom: 0), .init(left: 0, top: 5, right: 0, bottom: -10),
            .init(left: .max, top: 0, right: 0, bottom: 0), .init(left: .min, top: 0, right: .max, bottom: 0),
            .init(left: Int(Int32.max), top: 0, right: 0, bottom: 0), .init(left: -5, top: 0, right: -5, bottom: 0),
        ] {
            expectMediaError(.invalidArgument) {
                _ = try GeometryReceipt(
                    storedSize: stored, orientation: .upright, resizedSize: resized, padding: padding)
            }
        }
    }
}
