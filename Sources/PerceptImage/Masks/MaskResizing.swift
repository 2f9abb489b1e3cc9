public import PerceptCore

extension Mask {
    /// The mask at another size: each new pixel takes the value of the old pixel that its centre lies in.
    ///
    /// Pixel `x` of `w` new columns takes column `⌊(x + ½) · W / w⌋` of `W` old ones, computed in whole numbers; rows
    /// likewise. No value is invented between two old ones.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when a side is not positive, `.limitExceeded` when the new mask would
    ///   have more pixels than `limits` allow, `.cancelled`.
    public func resized(to newSize: PixelSize, limits: ResourceLimits = .default) throws(MediaError) -> Mask {
        guard newSize.width > 0, newSize.height > 0 else {
            throw MediaError(.invalidArgument, problem: "a mask cannot be resized to \(newSize)")
        }
        guard newSize.pixelCount <= limits.pixelCount else {
            throw MediaError(
                .limitExceeded, problem: "a \(newSize) mask has more than \(limits.pixelCount) pixels",
                remedy: "raise the limit, or ask for a smaller one")
        }
        try MediaError.checkCancellation()
        if newSize == size { return self }
        let columns = Self.sources(count: newSize.width, of: size.width)
        let rows = Self.sources(count: newSize.height, of: size.height)
        let old = pixels
        let new = [UInt8](unsafeUninitializedCapacity: newSize.pixelCount) { output, written in
            old.withUnsafeBufferPointer { old in
                for row in rows {
                    let start = row * size.width
                    for column in columns {
                        output[written] = old[start + column]
                        written += 1
                    }
                }
            }
        }
        return Mask(values: new, size: newSize, threshold: threshold)
    }

    /// The old index under the centre of each of `count` new ones.
    private static func sources(count: Int, of oldCount: Int) -> [Int] {
        (0..<count).map { index in
            // Both sides of a mask are within Int32 for every mask that fits in memory, so the product fits in Int.
            (2 * index + 1) * oldCount / (2 * count)
        }
    }
}
