import CKernels
import PerceptTestSupport
import Testing

/// The fastest supported kernels against plain C, and plain C against exact division.
@Suite struct PaintingKernelTests {
    /// Rows surrounded by bytes that must not change. The buffer ends with the last row, so that a sanitizer notices a
    /// write beyond it.
    private struct Picture {
        let rowLength: Int
        let rowCount: Int
        let bytesPerRow: Int
        let first: Int
        var bytes: [UInt8]

        init(rowLength: Int, _ generator: inout SplitMix64) {
            self.rowLength = rowLength
            rowCount = Int.random(in: 1...9, using: &generator)
            first = Int.random(in: 0...7, using: &generator)
            bytesPerRow = rowLength * 3 + Int.random(in: 0...40, using: &generator)
            bytes = (0..<first + bytesPerRow * (rowCount - 1) + rowLength * 3).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
        }

        mutating func paint(_ body: (ImagePixelRows) -> Void) {
            let (rowLength, rowCount, bytesPerRow, first) = (rowLength, rowCount, bytesPerRow, first)
            bytes.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                body(
                    ImagePixelRows(
                        first: base + first, bytes_per_row: bytesPerRow, row_length: rowLength, row_count: rowCount,
                        has_alpha: false))
            }
        }
    }

    private static func randomColor(_ generator: inout SplitMix64) -> ImageColor {
        let bits = UInt32.random(in: 0..<1 << 24, using: &generator)
        return ImageColor(
            red: UInt8(truncatingIfNeeded: bits), green: UInt8(truncatingIfNeeded: bits >> 8),
            blue: UInt8(truncatingIfNeeded: bits >> 16))
    }

    @Test func blendingEqualsPlainC() {
        var generator = SplitMix64(seed: 6)
        for rowLength in 1...70 {
            for _ in 0..<4 {
                var fast = Picture(rowLength: rowLength, &generator)
                var plain = fast
                let coveragePerRow = rowLength + Int.random(in: 0...20, using: &generator)
                // Like the coverage of letters: long runs of 0 and 255 with other values between.
                var run: UInt8 = 0
                let coverage = (0..<coveragePerRow * (fast.rowCount - 1) + rowLength).map { _ in
                    if Int.random(in: 0..<12, using: &generator) == 0 {
                        run = Bool.random(using: &generator) ? 255 : 0
                    }
                    return Int.random(in: 0..<20, using: &generator) == 0
                        ? UInt8.random(in: 0...255, using: &generator) : run
                }
                let color = Self.randomColor(&generator)
                fast.paint { percept_blend($0, coverage, coveragePerRow, color) }
                withKernel(PerceptKernelScalar) { plain.paint { percept_blend($0, coverage, coveragePerRow, color) } }
                #expect(fast.bytes == plain.bytes, "\(rowLength) pixels")
            }
        }
    }

    @Test func tintingAndFillingEqualPlainC() {
        var generator = SplitMix64(seed: 7)
        for rowLength in 1...130 {
            for coverage in [0, 1, 77, 128, 254, 255] as [UInt8] {
                var fast = Picture(rowLength: rowLength, &generator)
                var plain = fast
                let color = Self.randomColor(&generator)
                let shares = [UInt8](repeating: coverage, count: rowLength)
                fast.paint { percept_tint($0, color, coverage) }
                withKernel(PerceptKernelScalar) { plain.paint { percept_blend($0, shares, 0, color) } }
                #expect(fast.bytes == plain.bytes, "\(rowLength) pixels, \(coverage)")
            }
            var filled = Picture(rowLength: rowLength, &generator)
            var plain = filled
            let color = Self.randomColor(&generator)
            filled.paint { percept_tint($0, color, 255) }
            withKernel(PerceptKernelScalar) {
                plain.paint { percept_blend($0, [UInt8](repeating: 255, count: rowLength), 0, color) }
            }
            #expect(filled.bytes == plain.bytes, "\(rowLength) pixels")
        }
    }

    /// Every value over every value with every coverage, against the formula in integers.
    @Test func valuesAreRoundedToNearest() {
        let old = (0..<256).map { UInt8($0) }
        // The rounded quotient of every possible sum, since dividing for each pixel takes most of the time.
        let quotients = (0...255 * 255).map { UInt8(($0 + 127) / 255) }
        var wrong = 0
        for coverage in 0...255 {
            for new in 0...255 {
                var pixels = old + old + old
                let byte = UInt8(new)
                pixels.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    percept_tint(
                        ImagePixelRows(
                            first: base, bytes_per_row: 0, row_length: 256, row_count: 1, has_alpha: false),
                        ImageColor(red: byte, green: byte, blue: byte), UInt8(coverage))
                }
                let exact = [UInt8](unsafeUninitializedCapacity: 256) { output, count in
                    quotients.withUnsafeBufferPointer { quotients in
                        var (value, sum) = (0, new * coverage)
                        while value < 256 {
                            output[value] = quotients[sum]
                            value += 1
                            sum += 255 - coverage
                        }
                    }
                    count = 256
                }
                if pixels != exact + exact + exact { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }

    /// Every coverage over every alpha, against the formula in integers, with one coverage for all pixels and with one
    /// for each.
    @Test func pixelsWithAlphaAreRoundedToNearest() {
        let color = ImageColor(red: 0, green: 100, blue: 255)
        for coverage in 0...255 {
            var tinted: [UInt8] = (0...255).flatMap { [200, 7, 31, UInt8($0)] as [UInt8] }
            var blended = tinted
            let old = tinted
            func rows(_ first: UnsafeMutablePointer<UInt8>) -> ImagePixelRows {
                ImagePixelRows(first: first, bytes_per_row: 0, row_length: 256, row_count: 1, has_alpha: true)
            }
            tinted.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { percept_tint(rows(base), color, UInt8(coverage)) }
            }
            blended.withUnsafeMutableBufferPointer { buffer in
                let shares = [UInt8](repeating: UInt8(coverage), count: 256)
                if let base = buffer.baseAddress { percept_blend(rows(base), shares, 0, color) }
            }
            var expected: [UInt8] = []
            for alpha in 0...255 {
                let kept = alpha * (255 - coverage)
                let total = coverage * 255 + kept
                guard coverage > 0 else {
                    expected += old[alpha * 4..<alpha * 4 + 4]
                    continue
                }
                for (new, old) in [(0, 200), (100, 7), (255, 31)] {
                    expected.append(UInt8((new * coverage * 255 + old * kept + total / 2) / total))
                }
                expected.append(UInt8((total + 127) / 255))
            }
            #expect(tinted == expected, "coverage \(coverage)")
            #expect(blended == expected, "coverage \(coverage)")
        }
    }
}
