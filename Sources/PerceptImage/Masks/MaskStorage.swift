/// The values of a mask in the smaller of two forms: runs of equal values in raster order, or one byte per pixel.
///
/// Equal values have equal storage, so masks can be compared by it: runs are as long as possible, and their number
/// alone determines the form.
enum MaskStorage: Sendable, Hashable {
    /// The end of each run (one past its last pixel) and its value; the first run begins at pixel 0.
    case runs(ends: [UInt32], values: [UInt8])
    case pixels([UInt8])

    /// The size of a run: four bytes for its end and one for its value.
    private static let bytesPerRun = 5

    /// Returns true if `runCount` runs take no more memory than the pixels, and their ends fit in 32 bits.
    private static func holdsRuns(_ runCount: Int, pixelCount: Int) -> Bool {
        pixelCount <= Int(UInt32.max) && runCount * bytesPerRun <= pixelCount
    }

    init(_ values: [UInt8]) {
        self = values.withUnsafeBytes { Self.runs(of: $0) } ?? .pixels(values)
    }

    /// Creates storage with 255 in `runs` and 0 elsewhere.
    init(_ runs: PixelRuns, pixelCount: Int) {
        let boundaries = runs.boundaries
        let isWholeStart = boundaries.first == 0
        let isWholeEnd = boundaries.last == pixelCount
        let count = boundaries.count + 1 - (isWholeStart ? 1 : 0) - (isWholeEnd ? 1 : 0)
        guard Self.holdsRuns(count, pixelCount: pixelCount) else {
            self = .pixels(
                [UInt8](unsafeUninitializedCapacity: pixelCount) { output, written in
                    output.initialize(repeating: 0)
                    for run in runs { output[run].update(repeating: 255) }
                    written = pixelCount
                })
            return
        }
        var ends = boundaries.dropFirst(isWholeStart ? 1 : 0).map { UInt32(truncatingIfNeeded: $0) }
        if !isWholeEnd { ends.append(UInt32(truncatingIfNeeded: pixelCount)) }
        let first: UInt8 = isWholeStart ? 255 : 0
        self = .runs(ends: ends, values: ends.indices.map { $0 % 2 == 0 ? first : 255 - first })
    }

    /// Returns the values as runs, or `nil` if one byte per pixel is smaller.
    private static func runs(of values: UnsafeRawBufferPointer) -> MaskStorage? {
        guard holdsRuns(0, pixelCount: values.count) else { return nil }
        let runLimit = values.count / bytesPerRun
        var ends: [UInt32] = []
        var found: [UInt8] = []
        var index = 0
        while index < values.count {
            guard ends.count < runLimit else { return nil }
            let value = values[index]
            index = endOfRun(in: values, from: index, of: value)
            ends.append(UInt32(truncatingIfNeeded: index))
            found.append(value)
        }
        return .runs(ends: ends, values: found)
    }

    /// Returns the index of the first value other than `value`, comparing eight bytes at a time.
    private static func endOfRun(in values: UnsafeRawBufferPointer, from start: Int, of value: UInt8) -> Int {
        let pattern = UInt64(value) &* 0x0101_0101_0101_0101
        var index = start
        while index + 8 <= values.count {
            let difference =
                UInt64(littleEndian: values.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ pattern
            if difference != 0 { return index + difference.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < values.count, values[index] == value { index += 1 }
        return index
    }

    /// The values, one byte per pixel.
    var values: [UInt8] {
        switch self {
        case .pixels(let values): return values
        case .runs(let ends, let values):
            let count = Int(ends.last ?? 0)
            return [UInt8](unsafeUninitializedCapacity: count) { output, written in
                var start = 0
                for (end, value) in zip(ends, values) {
                    output[start..<Int(end)].initialize(repeating: value)
                    start = Int(end)
                }
                written = count
            }
        }
    }

    /// Returns the pixels with a value of at least `threshold`.
    func belonging(threshold: UInt8) -> PixelRuns {
        var runs = PixelRuns()
        switch self {
        case .runs(let ends, let values):
            var start = 0
            for (end, value) in zip(ends, values) {
                if value >= threshold { runs.append(start..<Int(end)) }
                start = Int(end)
            }
        case .pixels(let values):
            values.withUnsafeBufferPointer { values in
                var start: Int?
                for index in values.indices {
                    if values[index] >= threshold {
                        if start == nil { start = index }
                    } else if let first = start {
                        runs.append(first..<index)
                        start = nil
                    }
                }
                if let start { runs.append(start..<values.count) }
            }
        }
        return runs
    }

    /// The number of bytes that the values take.
    var byteCount: Int {
        switch self {
        case .runs(let ends, _): ends.count * Self.bytesPerRun
        case .pixels(let values): values.count
        }
    }
}
