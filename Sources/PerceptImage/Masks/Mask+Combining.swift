public import PerceptCore

extension Mask {
    /// Returns the pixels that are in this mask, in `other`, or in both.
    ///
    /// The result of every set operation has the values 255 and 0 and the default threshold.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the masks differ in size.
    public func union(_ other: Mask) throws(MediaError) -> Mask {
        try combined(with: other) { $0 || $1 }
    }

    /// Returns the pixels that are in both masks.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the masks differ in size.
    public func intersection(_ other: Mask) throws(MediaError) -> Mask {
        try combined(with: other) { $0 && $1 }
    }

    /// Returns the pixels of this mask that are not in `other`.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the masks differ in size.
    public func subtracting(_ other: Mask) throws(MediaError) -> Mask {
        try combined(with: other) { $0 && !$1 }
    }

    /// Returns the number of pixels that are in both masks.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the masks differ in size.
    public func intersectionArea(with other: Mask) throws(MediaError) -> Int {
        try checkSize(of: other)
        return runs.sharedCount(with: other.runs)
    }

    /// Returns the area of the intersection divided by the area of the union: 0…1, and 0 if both masks are empty.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the masks differ in size.
    public func intersectionOverUnion(with other: Mask) throws(MediaError) -> Double {
        let shared = try intersectionArea(with: other)
        let either = area + other.area - shared
        return either == 0 ? 0 : Double(shared) / Double(either)
    }

    /// Returns the masks without overlaps: a pixel that is in several masks stays in the first.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the masks differ in size; `.cancelled`.
    public static func disjoint(_ masks: [Mask]) throws(MediaError) -> [Mask] {
        var covered = PixelRuns()
        var result: [Mask] = []
        for mask in masks {
            try MediaError.checkCancellation()
            try masks.first?.checkSize(of: mask)
            let runs = mask.runs
            result.append(Mask(runs.combined(with: covered) { $0 && !$1 }, size: mask.size))
            covered = covered.combined(with: runs) { $0 || $1 }
        }
        return result
    }

    private func combined(with other: Mask, _ isKept: (Bool, Bool) -> Bool) throws(MediaError) -> Mask {
        try checkSize(of: other)
        return Mask(runs.combined(with: other.runs, isKept), size: size)
    }

    func checkSize(of other: Mask) throws(MediaError) {
        guard other.size == size else {
            throw MediaError(
                .invalidArgument, problem: "the masks differ in size (\(size) and \(other.size) pixels)",
                remedy: "resize one of them")
        }
    }
}
