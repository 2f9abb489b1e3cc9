public import PerceptCore

extension Mask {
    /// The pixels of this mask, of `other`, or of both.
    ///
    /// As with all results of set operations, its values are 255 and 0 and its threshold the default one.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when the masks differ in size.
    public func union(_ other: Mask) throws(MediaError) -> Mask {
        try combined(with: other) { $0 || $1 }
    }

    /// The pixels that both masks have.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when the masks differ in size.
    public func intersection(_ other: Mask) throws(MediaError) -> Mask {
        try combined(with: other) { $0 && $1 }
    }

    /// The pixels of this mask that `other` has not.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when the masks differ in size.
    public func subtracting(_ other: Mask) throws(MediaError) -> Mask {
        try combined(with: other) { $0 && !$1 }
    }

    /// How many pixels both masks have.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when the masks differ in size.
    public func intersectionArea(with other: Mask) throws(MediaError) -> Int {
        try checkSize(of: other)
        return runs.sharedCount(with: other.runs)
    }

    /// The area that the masks share, divided by the area that either covers: 0…1, and 0 when both are empty.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when the masks differ in size.
    public func intersectionOverUnion(with other: Mask) throws(MediaError) -> Double {
        let shared = try intersectionArea(with: other)
        let either = area + other.area - shared
        return either == 0 ? 0 : Double(shared) / Double(either)
    }

    /// The masks without what earlier ones cover: a pixel that several of them have stays with the first.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when the masks differ in size; `.cancelled`.
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
                .invalidArgument, problem: "a mask of \(size) and one of \(other.size) pixels have nothing in common",
                remedy: "resize one of them")
        }
    }
}
