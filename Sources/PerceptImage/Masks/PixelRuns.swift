/// A set of pixels as runs in raster order (pixel `y · width + x`, from the top left); runs may span rows.
struct PixelRuns: Sendable, Hashable {
    /// The starts and ends of runs, alternating; strictly increasing, even in number.
    private(set) var boundaries: [Int] = []

    /// Adds pixels after all existing ones; they may touch the last run.
    mutating func append(_ run: Range<Int>) {
        guard !run.isEmpty else { return }
        if boundaries.last == run.lowerBound {
            boundaries[boundaries.count - 1] = run.upperBound
        } else {
            boundaries.append(run.lowerBound)
            boundaries.append(run.upperBound)
        }
    }

    /// Toggles membership from `offset` up to the next toggle. Offsets must not decrease. Two toggles at the same
    /// offset cancel out.
    ///
    /// The caller must make an even number of toggles in total.
    mutating func toggle(at offset: Int) {
        if boundaries.last == offset {
            boundaries.removeLast()
        } else {
            boundaries.append(offset)
        }
    }

    /// The number of pixels.
    var pixelCount: Int { reduce(0) { $0 + $1.count } }

    /// Returns the pixels for which `isKept` is true, given membership in this set and in `other`.
    ///
    /// - Parameter isKept: Must return false for a pixel in neither set.
    func combined(with other: PixelRuns, _ isKept: (Bool, Bool) -> Bool) -> PixelRuns {
        var result = PixelRuns()
        var (first, second) = (0, 0)
        var wasKept = false
        while first < boundaries.count || second < other.boundaries.count {
            let firstOffset = first < boundaries.count ? boundaries[first] : .max
            let secondOffset = second < other.boundaries.count ? other.boundaries[second] : .max
            if firstOffset <= secondOffset { first += 1 }
            if secondOffset <= firstOffset { second += 1 }
            // After an odd number of boundaries, the position is within a run.
            let isNowKept = isKept(first % 2 == 1, second % 2 == 1)
            if isNowKept != wasKept { result.boundaries.append(Swift.min(firstOffset, secondOffset)) }
            wasKept = isNowKept
        }
        return result
    }

    /// Returns the number of pixels in both sets.
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
