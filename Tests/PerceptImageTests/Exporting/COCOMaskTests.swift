import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptImage

/// `TestMedia/golden/masks.json` contains the results of pycocotools 2.0.11 for these masks.
@Suite("COCO's run-length coding")
struct COCOMaskTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let kind: String
            let seed: UInt64
            let width: Int
            let height: Int
            let text: String
            let counts: [Int]?
            let area: Int
            /// x, y, width, height.
            let box: [Int]

            /// The same mask as in the script.
            func mask() throws -> Mask { try mask(kind) }

            func mask(_ kind: String) throws -> Mask {
                let size = PixelSize(width: width, height: height)
                var state = seed
                let pixels = (0..<size.pixelCount).map { index in
                    let (x, y) = (index % width, index / width)
                    switch kind {
                    case "noise", "specks":
                        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        return state >> 56 >= (kind == "noise" ? 128 : 250)
                    case "ring":
                        let (dx, dy) = (2 * x + 1 - width, 2 * y + 1 - height)
                        let (distance, side) = (dx * dx + dy * dy, min(width, height))
                        return distance <= side * side && 4 * distance >= side * side
                    case "stripes": return ((x + Int(seed)) / 3 + y / 5) % 2 == 0
                    default: return kind == "full"
                    }
                }
                return try Mask(size: size, pixels: pixels.map { $0 ? 255 : 0 })
            }
        }

        struct Overlap: Decodable {
            let index: Int
            let iou: Double
            let union: String
            let intersection: String
        }

        let masks: [Case]
        let overlapsWithRing: [Overlap]

        static func read() throws -> Golden {
            try JSONDecoder().decode(Golden.self, from: Data(TestFiles.bytes(of: TestFiles.media("golden/masks.json"))))
        }
    }

    @Test("text, counts, areas and boxes equal pycocotools', and decode to the same mask")
    func golden() throws {
        let golden = try Golden.read()
        #expect(golden.masks.count == 14)
        for known in golden.masks {
            let mask = try known.mask()
            #expect(mask.cocoString == known.text)
            if let counts = known.counts { #expect(mask.cocoCounts == counts) }
            #expect(mask.area == known.area)
            let box = mask.boundingBox.map { [Int($0.xMin), Int($0.yMin), Int($0.width), Int($0.height)] }
            // pycocotools returns a box of zeros for an empty mask.
            #expect(box ?? [0, 0, 0, 0] == known.box)
            #expect(try Mask(cocoString: known.text, size: mask.size) == mask)
            #expect(try Mask(cocoCounts: mask.cocoCounts, size: mask.size) == mask)
        }
    }

    @Test("overlaps equal pycocotools'")
    func overlaps() throws {
        let golden = try Golden.read()
        #expect(golden.overlapsWithRing.count == 2)
        for known in golden.overlapsWithRing {
            let mask = try golden.masks[known.index].mask()
            let ring = try golden.masks[known.index].mask("ring")
            #expect(try mask.intersectionOverUnion(with: ring) == known.iou)
            #expect(try mask.union(ring).cocoString == known.union)
            #expect(try mask.intersection(ring).cocoString == known.intersection)
        }
    }

    @Test("runs equal a column-by-column scan of all pixels", arguments: 0..<200 as Range<UInt64>)
    func bruteForce(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let mask = try Mask.random(&random)
        var counts = [0]
        var value = false
        for x in 0..<mask.size.width {
            for y in 0..<mask.size.height {
                if mask.members[y * mask.size.width + x] != value {
                    counts.append(0)
                    value.toggle()
                }
                counts[counts.count - 1] += 1
            }
        }
        #expect(mask.cocoCounts == counts)
        #expect(try Mask(cocoCounts: counts, size: mask.size) == mask)
        #expect(try Mask(cocoString: mask.cocoString, size: mask.size) == mask)
    }

    @Test("inner runs of zero length are ignored")
    func emptyRuns() throws {
        let mask = try Mask(cocoCounts: [1, 1, 0, 2, 0, 0, 2], size: PixelSize(width: 3, height: 2))
        #expect(mask.rows == [".#.", "##."])
    }

    @Test(
        "invalid text is rejected",
        arguments: [
            "", "1", "4", "7", "P", "Q", "T1", "oooooooooooooooo", "/", "p", "é", "5O", "NNNN", "5100000000001",
        ])
    func damagedText(text: String) {
        expectMediaError(.malformedInput) {
            _ = try Mask(cocoString: text, size: PixelSize(width: 3, height: 2))
        }
    }

    @Test("wrong sums of runs and invalid sizes are rejected")
    func damagedCounts() {
        for counts in [[], [5], [7], [-1, 7], [3, .max], [.max, .max], [3, 3, .min]] {
            expectMediaError(.malformedInput) {
                _ = try Mask(cocoCounts: counts, size: PixelSize(width: 3, height: 2))
            }
        }
        expectMediaError(.invalidArgument) { _ = try Mask(cocoCounts: [], size: PixelSize(width: 0, height: 2)) }
        expectMediaError(.limitExceeded) {
            _ = try Mask(cocoCounts: [.max], size: PixelSize(width: .max, height: 2))
        }
    }

    @Test("damaged text never crashes", arguments: 0..<300 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let mask = try Mask.random(&random)
        var characters = Array(mask.cocoString.utf8)
        for _ in 0...Int.random(in: 0...3, using: &random) where !characters.isEmpty {
            let index = Int.random(in: characters.indices, using: &random)
            if Bool.random(using: &random) {
                characters[index] = .random(in: 47...112, using: &random)
            } else {
                characters.remove(at: index)
            }
        }
        // Text is either rejected or decodes to a mask of that size.
        if let read = try? Mask(cocoString: String(decoding: characters, as: UTF8.self), size: mask.size) {
            #expect(read.members.count == mask.size.pixelCount)
        }
    }
}
