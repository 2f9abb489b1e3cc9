/// A set of pixels as runs in raster order: pixel `y · width + x`, from the top left, runs going on from row to row.
struct PixelRuns: Sendable, Hashable {
    /// Where runs begin and end, by turns; strictly rising, an even number of them.
    private(set) var boundaries: [Int] = []

    /// Adds pixels behind all that are there; they may touch the last ones.
    mutating func append(_ run: Range<Int>) {
        guard !run.isEmpty else { return }
        if boundaries.last == run.lowerBound {
            boundaries[boundaries.count - 1] = run.upperBound
        } else {
            boundaries.append(run.lowerBound)
            boundaries.append(run.upperBound)
        }
    }

    /// Changes whether the pixels from `offset` on belong, up to the next such change; offsets never fall. Two changes at
    /// one place are none.
    ///
    /// Whoever calls this makes the number of changes even in the end.
    mutating func toggle(at offset: Int) {
        if boundaries.last == offset {
            boundaries.removeLast()
        } else {
            boundaries.append(offset)
        }
    }

    /// How many pixels there are.
    var pixelCount: Int { reduce(0) { $0 + $1.count } }

    /// The pixels that `isKept` says yes to, given whether a pixel is of this set and whether it is of `other`.
    ///
    /// - Parameter isKept: no for a pixel of neither.
    func combined(with other: PixelRuns, _ isKept: (Bool, Bool) -> Bool) -> PixelRuns {
        var result = PixelRuns()
        var (first, second) = (0, 0)
        var wasKept = false
        while first < boundaries.count || second < other.boundaries.count {
            let firstOffset = first < boundaries.count ? boundaries[first] : .max
            let secondOffset = second < other.boundaries.count ? other.boundaries[second] : .max
            if firstOffset <= secondOffset { first += 1 }
            if secondOffset <= firstOffset { second += 1 }
            // After an odd number of boundaries one is within a run.
            let isNowKept = isKept(first % 2 == 1, second % 2 == 1)
            if isNowKept != wasKept { result.boundaries.append(Swift.min(firstOffset, secondOffset)) }
            wasKept = isNowKept
        }
        return result
    }

    /// How many pixels both have.
    func sharedCount(with other: PixelRuns) -> Int {
        var shared = 0
        var (first, second) = (0, 0)
        while first < boundaries.count, second < other.boundaries.count {
            let start = Swift.max(boundaries[first], other.boundaries[second])
            let end = Swift.min(boundaries[first + 1], other.boundaries[second + 1])
            shared += Swift.max(0, end - start)
            if boundaries[first + 1] <= other.boundaries[second + 1] { first += 2 } else { second += 2 }
        }
        return shared
    }
}

extension PixelRuns: RandomAccessCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { boundaries.count / 2 }

    subscript(index: Int) -> Range<Int> { boundaries[2 * index]..<boundaries[2 * index + 1] }
}
