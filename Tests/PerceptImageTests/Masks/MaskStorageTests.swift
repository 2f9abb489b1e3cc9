import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

@Suite("Storage of masks")
struct MaskStorageTests {
    @Test("a hundred masks over the whole of 12 MP, with soft edges, take less than 50 MB")
    func fullFrames() throws {
        let size = PixelSize(width: 4000, height: 3000)
        var byteCount = 0
        // Discs from edge to edge with three values along their edges, a stripe, and the whole image.
        for index in 0..<5 {
            var pixels = [UInt8](repeating: 0, count: size.pixelCount)
            let radius = 1490 - index * 100
            pixels.withUnsafeMutableBufferPointer { pixels in
                for y in 0..<size.height {
                    let dy = y - 1500
                    for x in 0..<size.width {
                        let dx = (x - 2000) * 3 / 4
                        let distance = dx * dx + dy * dy
                        let edge = radius * radius - distance
                        pixels[y * size.width + x] =
                            edge <= 0 ? 0 : edge < 3 * radius ? UInt8(edge / radius * 64 + 63) : 255
                    }
                }
            }
            let mask = try Mask(size: size, pixels: pixels)
            #expect(mask.pixels == pixels)
            byteCount += mask.storedByteCount
        }
        // Twenty times these five.
        #expect(byteCount * 20 < 50_000_000)
        let full = try Mask(size: size, pixels: [UInt8](repeating: 255, count: size.pixelCount))
        #expect(full.storedByteCount == 5)
        #expect(full.area == size.pixelCount)
    }

    @Test("noise takes no more memory than its pixels")
    func noise() throws {
        var random = SplitMix64(seed: 1)
        let size = PixelSize(width: 301, height: 99)
        let pixels = (0..<size.pixelCount).map { _ in UInt8.random(in: 0...255, using: &random) }
        let mask = try Mask(size: size, pixels: pixels, threshold: 7)
        #expect(mask.storedByteCount == size.pixelCount)
        #expect(mask.pixels == pixels)
        #expect(mask.area == pixels.count { $0 >= 7 })
    }

    @Test("any values are restored, and equal values are equal masks", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let mask = try Mask.random(&random, longestSide: 40)
        let pixels = mask.pixels
        let again = try Mask(size: mask.size, pixels: pixels)
        #expect(again == mask && again.hashValue == mask.hashValue)
        #expect(again.pixels == pixels)
        // The storage is the same when created from the set of pixels.
        #expect(mask.binarized() == mask)
        #expect(mask.area == mask.members.count { $0 })
        for threshold: UInt8 in [0, 1, 255] {
            var other = mask
            other.threshold = threshold
            #expect(other.area == pixels.count { $0 >= threshold })
        }
    }

    @Test("a changed pixel makes masks unequal")
    func inequality() throws {
        var pixels = [UInt8](repeating: 0, count: 100)
        let empty = try Mask(size: PixelSize(width: 10, height: 10), pixels: pixels)
        pixels[99] = 1
        #expect(try Mask(size: PixelSize(width: 10, height: 10), pixels: pixels) != empty)
    }
}
