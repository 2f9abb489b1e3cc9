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
        if newSize == size { return self }
        // Both sides of a mask are within Int32 for every mask that fits in memory, so the products fit in Int.
        return try sampled(
            columns: (newSize.width, { (2 * $0 + 1) * size.width / (2 * newSize.width) }),
            rows: (newSize.height, { (2 * $0 + 1) * size.height / (2 * newSize.height) }), limits: limits)
    }

    /// A mask whose pixels are taken from this one: how many columns and rows it has, and which of these each one is;
    /// zero where that is `nil` or lies outside. What has no source may lie at the edges alone.
    ///
    /// - Throws: `MediaError` `.limitExceeded` when the new mask would have more pixels than `limits` allow,
    ///   `.cancelled`.
    func sampled(
        columns: (count: Int, source: (Int) -> Int?), rows: (count: Int, source: (Int) -> Int?), limits: ResourceLimits
    ) throws(MediaError) -> Mask {
        let newSize = PixelSize(width: columns.count, height: rows.count)
        guard newSize.pixelCount <= limits.pixelCount else {
            throw .exceeded(
                .pixelCount, problem: "a \(newSize) mask has more than \(limits.pixelCount) pixels",
                alternative: "ask for a smaller one")
        }
        try MediaError.checkCancellation()
        func column(_ index: Int) -> Int? { columns.source(index).flatMap { (0..<size.width).contains($0) ? $0 : nil } }
        let first = (0..<columns.count).first { column($0) != nil } ?? columns.count
        var inner: [Int32] = []
        for index in first..<columns.count {
            guard let source = column(index) else { break }
            inner.append(Int32(source))
        }
        let old = pixels
        let new = [UInt8](unsafeUninitializedCapacity: newSize.pixelCount) { output, written in
            output.initialize(repeating: 0)
            written = newSize.pixelCount
            old.withUnsafeBufferPointer { old in
                for row in 0..<rows.count {
                    guard let source = rows.source(row), (0..<size.height).contains(source) else { continue }
                    let (start, target) = (source * size.width, row * newSize.width + first)
                    for (index, column) in inner.enumerated() { output[target + index] = old[start + Int(column)] }
                }
            }
        }
        return Mask(values: new, size: newSize, threshold: threshold)
    }
}
