public import PerceptCore

/// COCO's run-length coding of masks, equal to pycocotools': runs of pixels that do not belong and that do, by turns, the
/// first of them possibly empty, column after column from the left, each from top to bottom.
extension Mask {
    /// The lengths of the runs: COCO's uncompressed `counts`.
    public var cocoCounts: [Int] {
        let transposed = runs.transposed(width: size.width, height: size.height)
        var counts: [Int] = []
        var position = 0
        for boundary in transposed.boundaries {
            counts.append(boundary - position)
            position = boundary
        }
        if position < size.pixelCount { counts.append(size.pixelCount - position) }
        return counts
    }

    /// The lengths of the runs as text: COCO's compressed `counts`.
    ///
    /// From the fourth number on each is written as its difference to the one two places before; in groups of five bits, the
    /// lowest first, as the characters from `0` (48) on, bit 5 saying that more follow; the last group's highest bit is the sign.
    public var cocoString: String {
        let counts = cocoCounts
        var characters: [UInt8] = []
        for (index, count) in counts.enumerated() {
            var rest = index > 2 ? count - counts[index - 2] : count
            var hasMore = true
            while hasMore {
                let group = rest & 0x1F
                rest >>= 5
                hasMore = group & 0x10 != 0 ? rest != -1 : rest != 0
                characters.append(UInt8(truncatingIfNeeded: (group | (hasMore ? 0x20 : 0)) + 48))
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Reads COCO's uncompressed `counts`.
    ///
    /// - Throws: `MediaError` `.malformedInput` for a negative length, or when they do not add up to the pixels of `size`;
    ///   `.invalidArgument`, `.limitExceeded` for the size.
    public init(
        cocoCounts counts: [Int], size: PixelSize, limits: ResourceLimits = .default
    ) throws(MediaError) {
        try Self.check(size, limits)
        var columnRuns = PixelRuns()
        var position = 0
        for (index, count) in counts.enumerated() {
            guard count >= 0, count <= size.pixelCount - position else {
                throw MediaError(
                    .malformedInput, problem: "run \(index) of a COCO mask, \(count), does not fit into \(size) pixels",
                    remedy: "check that size is [height, width]")
            }
            if index % 2 == 1 { columnRuns.append(position..<position + count) }
            position += count
        }
        guard position == size.pixelCount else {
            throw MediaError(
                .malformedInput, problem: "the runs of a COCO mask end at \(position) of \(size.pixelCount) pixels",
                remedy: "check that size is [height, width]")
        }
        self.init(columnRuns.transposed(width: size.height, height: size.width), size: size)
    }

    /// Reads COCO's compressed `counts`.
    ///
    /// - Throws: `MediaError` `.malformedInput` for a character that is none of the coding's or a text that is cut short; as
    ///   ``init(cocoCounts:size:limits:)``.
    public init(
        cocoString text: String, size: PixelSize, limits: ResourceLimits = .default
    ) throws(MediaError) {
        var counts: [Int] = []
        var value = 0
        var shift = 0
        for (offset, character) in text.utf8.enumerated() {
            // 12 groups are 60 bits, more than any length has.
            guard (48..<112).contains(character), shift < 60 else {
                throw MediaError(
                    .malformedInput, problem: "the text of a COCO mask has a wrong character at offset \(offset)",
                    remedy: "check that it arrived unchanged (\\ may have been escaped twice)")
            }
            let group = Int(character) - 48
            value |= (group & 0x1F) << shift
            shift += 5
            if group & 0x20 != 0 { continue }
            if group & 0x10 != 0 { value |= -1 << shift }
            let base = counts.count > 2 ? counts[counts.count - 2] : 0
            // Two numbers of at most 60 bits.
            value += base
            guard (0...size.pixelCount).contains(value) else {
                throw MediaError(
                    .malformedInput,
                    problem: "run \(counts.count) of a COCO mask, \(value), does not fit into \(size) pixels",
                    remedy: "check that size is [height, width]")
            }
            counts.append(value)
            (value, shift) = (0, 0)
        }
        guard shift == 0 else {
            throw MediaError(
                .malformedInput, problem: "the text of a COCO mask ends within a number",
                remedy: "check that all of it arrived")
        }
        try self.init(cocoCounts: counts, size: size, limits: limits)
    }
}

extension PixelRuns {
    /// The same pixels with rows and columns exchanged: pixel `x · height + y` of the result is `y · width + x` of these.
    ///
    /// A column changes between two rows exactly where one of them has a pixel that the other has not, so that the work
    /// follows the number of runs of both forms.
    func transposed(width: Int, height: Int) -> PixelRuns {
        var columnStarts = [Int](repeating: 0, count: width + 1)
        forEachChange(width: width, height: height) { x, _ in columnStarts[x + 1] += 1 }
        for x in 0..<width { columnStarts[x + 1] += columnStarts[x] }
        var places = columnStarts
        var offsets = [Int](repeating: 0, count: columnStarts[width])
        forEachChange(width: width, height: height) { x, y in
            offsets[places[x]] = x * height + y
            places[x] += 1
        }
        var result = PixelRuns()
        // A column that ends within and the next one that begins within change at the same place.
        for offset in offsets { result.toggle(at: offset) }
        return result
    }

    /// Calls `body` with each pixel that differs from the one above it, or from the outside above the first row and below
    /// the last one.
    private func forEachChange(width: Int, height: Int, _ body: (_ x: Int, _ y: Int) -> Void) {
        var above = PixelRuns()
        var row = 0
        func finish(_ current: PixelRuns) {
            for changed in above.combined(with: current, { $0 != $1 }) {
                for x in changed { body(x, row) }
            }
            above = current
            row += 1
        }
        var current = PixelRuns()
        for span in PixelSpans(self, width: width) {
            while row < span.row {
                finish(current)
                current = PixelRuns()
            }
            current.append(span.columns)
        }
        while row <= height {
            finish(current)
            current = PixelRuns()
        }
    }
}
