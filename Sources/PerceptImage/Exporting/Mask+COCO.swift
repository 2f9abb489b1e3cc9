public import PerceptCore

/// COCO's run-length encoding of masks, equal to pycocotools'. Runs of pixels outside and inside the mask alternate,
/// starting with a possibly empty run outside; pixels are in column-major order from the top left.
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
    /// From the fourth number on, each is stored as the difference from the number two before. Numbers are split into
    /// groups of five bits, lowest first, written as characters from `0` (48); bit 5 is set if another group follows.
    /// The highest bit of the last group is the sign.
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

    /// Decodes COCO's uncompressed `counts`.
    ///
    /// - Throws: `MediaError` `.malformedInput` for a negative length, or if the lengths do not add up to the pixels of
    ///   `size`; `.invalidArgument` or `.limitExceeded` for the size.
    public init(
        cocoCounts counts: [Int], size: PixelSize, limits: ResourceLimits = .default
    ) throws(MediaError) {
        try Self.check(size, limits)
        var columnRuns = PixelRuns()
        var position = 0
        for (index, count) in counts.enumerated() {
            guard count >= 0, count <= size.pixelCount - position else {
                throw MediaError(
                    .malformedInput,
                    problem: "invalid COCO mask: run \(index) (length \(count)) exceeds \(size) pixels",
                    remedy: "check that size is [height, width]")
            }
            if index % 2 == 1 { columnRuns.append(position..<position + count) }
            position += count
        }
        guard position == size.pixelCount else {
            throw MediaError(
                .malformedInput, problem: "invalid COCO mask: the runs cover \(position) of \(size.pixelCount) pixels",
                remedy: "check that size is [height, width]")
        }
        self.init(columnRuns.transposed(width: size.height, height: size.width), size: size)
    }

    /// Decodes COCO's compressed `counts`.
    ///
    /// - Throws: `MediaError` `.malformedInput` for an invalid character or truncated text; otherwise as
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
                    .malformedInput, problem: "invalid COCO mask: unexpected character at offset \(offset)",
                    remedy: "check that the text is unchanged (\\ may have been escaped twice)")
            }
            let group = Int(character) - 48
            value |= (group & 0x1F) << shift
            shift += 5
            if group & 0x20 != 0 { continue }
            if group & 0x10 != 0 { value |= -1 << shift }
            let base = counts.count > 2 ? counts[counts.count - 2] : 0
            // The sum of two numbers of at most 60 bits cannot overflow.
            value += base
            guard (0...size.pixelCount).contains(value) else {
                throw MediaError(
                    .malformedInput,
                    problem: "invalid COCO mask: run \(counts.count) (length \(value)) exceeds \(size) pixels",
                    remedy: "check that size is [height, width]")
            }
            counts.append(value)
            (value, shift) = (0, 0)
        }
        guard shift == 0 else {
            throw MediaError(
                .malformedInput, problem: "invalid COCO mask: the text ends within a number",
                remedy: "check that the text is complete")
        }
        try self.init(cocoCounts: counts, size: size, limits: limits)
    }
}

extension PixelRuns {
    /// Returns the same pixels with rows and columns exchanged: pixel `x · height + y` of the result is pixel
    /// `y · width + x`.
    ///
    /// A column changes between two rows exactly where only one of the rows has a pixel, so the cost depends on the
    /// number of runs in both forms.
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
        // A change at the end of one column and at the start of the next cancel out.
        for offset in offsets { result.toggle(at: offset) }
        return result
    }

    /// Calls `body` for each pixel that differs from the pixel above it. Above the first row and below the last one,
    /// all pixels count as outside.
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
