import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite struct GeometryReceiptTests {
    private func isClose(_ a: BoundingBox, _ b: BoundingBox, _ tolerance: Double = 1e-9) -> Bool {
        [a.xMin - b.xMin, a.yMin - b.yMin, a.xMax - b.xMax, a.yMax - b.yMax].allSatisfy { abs($0) <= tolerance }
    }

    @Test(arguments: Orientation.allCases) func boxesComeBack(orientation: Orientation) throws {
        var generator = SplitMix64(seed: UInt64(orientation.rawValue))
        for _ in 0..<200 {
            let stored = PixelSize(
                width: .random(in: 1...5000, using: &generator), height: .random(in: 1...5000, using: &generator))
            let upload = try ImagePreparation(longestSide: .random(in: 1...1500, using: &generator))
                .uploadSize(for: orientation.applied(to: stored))
            let receipt = try GeometryReceipt(storedSize: stored, orientation: orientation, uploadSize: upload)
            let (x, y) = (Double.random(in: 0...1, using: &generator), Double.random(in: 0...1, using: &generator))
            let box = BoundingBox(
                xMin: x * Double(upload.width) / 2, yMin: y * Double(upload.height) / 2,
                xMax: Double(upload.width) / 2 * (1 + x), yMax: Double(upload.height) / 2 * (1 + y))
            let source = receipt.sourceBox(for: box)
            #expect(isClose(receipt.uploadBox(for: source), box))
            #expect(isClose(receipt.sourceBox(forStoredBox: receipt.storedBox(for: source)), source))
            // A fraction of the image stays the same fraction.
            #expect(abs(source.xMin / Double(receipt.sourceSize.width) - x / 2) < 1e-12)
            #expect(abs(source.yMax / Double(receipt.sourceSize.height) - (1 + y) / 2) < 1e-12)
        }
    }

    @Test func theWholePictureIsTheWholePicture() throws {
        let receipt = try GeometryReceipt(
            storedSize: PixelSize(width: 4032, height: 3024), orientation: .rotateClockwise,
            uploadSize: PixelSize(width: 1000, height: 1333))
        let all = BoundingBox(xMin: 0, yMin: 0, xMax: 1000, yMax: 1333)
        #expect(receipt.sourceBox(for: all) == BoundingBox(xMin: 0, yMin: 0, xMax: 3024, yMax: 4032))
        #expect(
            receipt.storedBox(for: receipt.sourceBox(for: all)) == BoundingBox(xMin: 0, yMin: 0, xMax: 4032, yMax: 3024)
        )
        // What a detector puts beyond the edge is cut off.
        let beyond = BoundingBox(xMin: -20, yMin: 1300, xMax: 1010, yMax: 1400)
        let source = receipt.sourceBox(for: beyond)
        #expect(source.xMin == 0 && source.xMax == 3024 && source.yMax == 4032)
        #expect(abs(source.yMin - 1300.0 * 4032 / 1333) < 1e-9)
        #expect(receipt.scaleX == 1000.0 / 3024 && receipt.scaleY == 1333.0 / 4032)
    }

    /// A quarter turn clockwise takes the stored left edge to the top: worked out by hand on a 40×20 image.
    @Test func storedBoxOfAQuarterTurn() throws {
        let receipt = try GeometryReceipt(
            storedSize: PixelSize(width: 40, height: 20), orientation: .rotateClockwise,
            uploadSize: PixelSize(width: 10, height: 20))
        let box = BoundingBox(xMin: 1, yMin: 2, xMax: 3, yMax: 6)
        #expect(receipt.sourceBox(for: box) == BoundingBox(xMin: 2, yMin: 4, xMax: 6, yMax: 12))
        #expect(
            receipt.storedBox(for: receipt.sourceBox(for: box)) == BoundingBox(xMin: 4, yMin: 14, xMax: 12, yMax: 18))
    }

    @Test func masksGoThereAndBack() throws {
        let receipt = try GeometryReceipt(
            storedSize: PixelSize(width: 6, height: 4), orientation: .upright,
            uploadSize: PixelSize(width: 3, height: 2))
        let upload = try Mask(size: PixelSize(width: 3, height: 2), pixels: [0, 100, 255, 255, 0, 7], threshold: 50)
        let source = try receipt.sourceMask(for: upload)
        #expect(source.size == PixelSize(width: 6, height: 4))
        #expect(
            source.pixels == [
                0, 0, 100, 100, 255, 255, 0, 0, 100, 100, 255, 255, 255, 255, 0, 0, 7, 7, 255, 255, 0, 0, 7, 7,
            ])
        #expect(source.threshold == 50)
        #expect(try receipt.uploadMask(for: source) == upload)
    }

    @Test func aMaskOfAnotherSizeIsRefusedUnlessAskedFor() throws {
        let receipt = try GeometryReceipt(
            storedSize: PixelSize(width: 60, height: 40), orientation: .upright,
            uploadSize: PixelSize(width: 30, height: 20))
        let mask = try Mask(size: PixelSize(width: 15, height: 10), pixels: [UInt8](repeating: 255, count: 150))
        let error = expectMediaError(.invalidArgument) { _ = try receipt.sourceMask(for: mask) }
        #expect(error?.problem.contains("15×10") == true && error?.problem.contains("30×20") == true)
        let rescaled = try receipt.sourceMask(for: mask, rescalingMismatch: true)
        #expect(rescaled.size == PixelSize(width: 60, height: 40))
        #expect(rescaled.pixels.allSatisfy { $0 == 255 })
    }

    @Test func encodedKeys() throws {
        let receipt = try GeometryReceipt(
            storedSize: PixelSize(width: 40, height: 20), orientation: .rotateClockwise,
            uploadSize: PixelSize(width: 10, height: 20))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let json = String(decoding: try encoder.encode(receipt), as: UTF8.self)
        #expect(
            json == #"{"crop":{"height":40,"width":20,"x":0,"y":0},"orientation":6,"#
                + #""padding":{"bottom":0,"left":0,"right":0,"top":0},"resizedSize":{"height":20,"width":10},"#
                + #""scale":{"x":0.5,"y":0.5},"sourceSize":{"height":40,"width":20},"#
                + #""storedSize":{"height":20,"width":40},"uploadSize":{"height":20,"width":10}}"#)
        #expect(try JSONDecoder().decode(GeometryReceipt.self, from: Data(json.utf8)) == receipt)
    }

    /// The receipt format before crops and paddings existed.
    @Test func aReceiptOfOldIsRead() throws {
        let json = #"{"orientation":6,"storedSize":{"height":20,"width":40},"uploadSize":{"height":20,"width":10}}"#
        let receipt = try JSONDecoder().decode(GeometryReceipt.self, from: Data(json.utf8))
        #expect(receipt.crop == PixelRectangle(x: 0, y: 0, width: 20, height: 40))
        #expect(receipt.padding == .none)
        #expect(receipt.resizedSize == PixelSize(width: 10, height: 20))
    }

    @Test func aReceiptThatMakesNoSenseIsNotDecoded() {
        for json in [
            #"{"storedSize":{"width":0,"height":2},"orientation":1,"uploadSize":{"width":1,"height":1}}"#,
            #"{"storedSize":{"width":4,"height":2},"orientation":9,"uploadSize":{"width":1,"height":1}}"#,
            #"{"storedSize":{"width":4,"height":2},"orientation":1,"uploadSize":{"width":1,"height":1},"#
                + #""crop":{"x":3,"y":0,"width":2,"height":1}}"#,
            #"{"storedSize":{"width":4,"height":2},"orientation":1,"uploadSize":{"width":1,"height":1},"#
                + #""crop":{"x":9223372036854775807,"y":0,"width":9223372036854775807,"height":1}}"#,
            #"{"storedSize":{"width":4,"height":2},"orientation":1,"uploadSize":{"width":4,"height":1},"#
                + #""padding":{"left":3,"top":0,"right":1,"bottom":0}}"#,
            #"{"storedSize":{"width":4,"height":2},"orientation":1,"uploadSize":{"width":4,"height":1},"#
                + #""padding":{"left":-9223372036854775808,"top":0,"right":-1,"bottom":0}}"#,
            #"{"storedSize":{"width":4,"height":2},"orientation":1,"uploadSize":{"width":9223372036854775807,"#
                + #""height":1},"padding":{"left":-9223372036854775807,"top":0,"right":0,"bottom":0}}"#,
            #"{"storedSize":{"width":4,"height":2},"orientation":1,"uploadSize":{"width":2,"height":1},"#
                + #""padding":{"left":-8,"top":0,"right":6,"bottom":0}}"#,
        ] {
            #expect(throws: (any Error).self) { try JSONDecoder().decode(GeometryReceipt.self, from: Data(json.utf8)) }
        }
    }

    @Test func aHugeReceiptAllocatesNothing() throws {
        let receipt = try GeometryReceipt(
            storedSize: PixelSize(width: Int(Int32.max), height: Int(Int32.max)), orientation: .upright,
            uploadSize: PixelSize(width: 1, height: 1))
        let mask = try Mask(size: PixelSize(width: 1, height: 1), pixels: [255])
        expectMediaError(.limitExceeded) { _ = try receipt.sourceMask(for: mask) }
    }
}
