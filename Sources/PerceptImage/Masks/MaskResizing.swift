public import PerceptCore

extension Mask {
    /// Returns the mask at another size; each new pixel takes the value of the old pixel at its centre.
    ///
    /// Pixel `x` of `w` new columns takes column `⌊(x + ½) · W / w⌋` of `W` old ones, computed in integers; rows
    /// likewise. Values are never interpolated.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if a side is not positive, `.limitExceeded` if the new mask would have
    ///   more pixels than `limits` allow, `.cancelled`.
    public func resized(to newSize: PixelSize, limits: ResourceLimits = .default) throws(MediaError) -> Mask {
        guard newSize.width > 0, newSize.height > 0 else {
            throw MediaError(.invalidArgument, problem: "invalid mask size: \(newSize)")
        }
        if newSize == size { return self }
        // Both sides fit in Int32 for every mask that fits in memory, so the products fit in Int.
        return try sampled(
            columns: (newSize.width, { (2 * $0 + 1) * size.width / (2 * newSize.width) }),
            rows: (newSize.height, { (2 * $0 + 1) * size.height / (2 * newSize.height) }), limits: limits)
    }

    /// Returns a mask sampled from this one, given the source column and row of each new column and row. Pixels are 0
    /// where the source is `nil` or outside; such columns and rows may occur only at the edges.
    ///
    /// - Throws: `MediaError` `.limitExceeded` if the new mask would have more pixels than `limits` allow,
    ///   `.cancelled`.
    func sampled(
        columns: (count: Int, source: (Int) -> Int?), rows: (count: Int, source: (Int) -> Int?), limits: ResourceLimits
    ) throws(MediaError) -> Mask {
        let newSize = PixelSize(width: columns.count, height: rows.count)
        guard newSize.pixelCount <= limits.pixelCount else {
            throw .exceeded(
                .pixelCount, limits.pixelCount, problem: "a \(newSize) mask has more than \(limits.pixelCount) pixels",
                alternative: "request a smaller size")
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
