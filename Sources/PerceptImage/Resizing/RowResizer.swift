internal import PerceptCore

/// Resizes a picture as its rows pass by, holding only the rows that the next output row is made of.
///
/// Give it the rows from top to bottom; it hands out the rows of the result as soon as they are complete. The result is
/// that of ``Image/resized(to:filter:limits:)``, whatever portions the rows come in.
struct RowResizer: ~Copyable {
    let inputSize: PixelSize
    let outputSize: PixelSize
    let layout: Image.Layout
    /// `nil` when nothing has to be done.
    private let resizing: (any RowResizing)?

    /// - Parameter orientation: how the result will be turned; it is then what resizing the turned picture would give, but
    ///   for a rounding where it is mirrored.
    /// - Throws: `MediaError` `.invalidArgument` when a side of the result is not positive, `.limitExceeded` when the
    ///   result has more than `limits.pixelCount` pixels, or the work takes more than `limits.imageByteCount` bytes.
    init(
        from inputSize: PixelSize, to outputSize: PixelSize, layout: Image.Layout, filter: ResizeFilter,
        orientation: Orientation = .upright, limits: ResourceLimits = .default
    ) throws(MediaError) {
        try Self.check(inputSize, outputSize, layout, filter, limits)
        self.inputSize = inputSize
        self.outputSize = outputSize
        self.layout = layout
        if inputSize == outputSize {
            resizing = nil
        } else if filter == .nearest {
            resizing = NearestResizing(from: inputSize, to: outputSize, bytesPerPixel: layout.bytesPerPixel)
        } else if layout.bitDepth == .eight {
            resizing = FixedPointResizing(
                from: inputSize, to: outputSize, layout.colorModel, filter,
                isDownFirst: Self.isDownFirst(inputSize, outputSize, orientation))
        } else {
            resizing = DoubleResizing(from: inputSize, to: outputSize, layout.colorModel, filter)
        }
    }

    /// Takes the next rows, one behind the other, and calls `emit` with each row of the result that they complete.
    func append(
        _ rows: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        let bytesPerRow = inputSize.width * layout.bytesPerPixel
        for start in stride(from: 0, to: rows.count, by: bytesPerRow) {
            let row = UnsafeRawBufferPointer(rebasing: rows[start..<start + bytesPerRow])
            if let resizing { try resizing.append(row, emit: emit) } else { try emit(row) }
        }
    }

    /// Which direction Pillow, as of version 13, resizes first: across, unless the height loses more than twice as many
    /// pixels as the width. Down in the upright picture is across in a stored one that lies on its side.
    private static func isDownFirst(
        _ inputSize: PixelSize, _ outputSize: PixelSize, _ orientation: Orientation
    ) -> Bool {
        let (input, output) = (orientation.applied(to: inputSize), orientation.applied(to: outputSize))
        let lostRows = input.height - output.height
        let isUprightDownFirst = lostRows > 0 && lostRows > 2 * (input.width - output.width)
        return isUprightDownFirst != orientation.swapsSides
    }

    private static func check(
        _ inputSize: PixelSize, _ outputSize: PixelSize, _ layout: Image.Layout, _ filter: ResizeFilter,
        _ limits: ResourceLimits
    ) throws(MediaError) {
        guard outputSize.width > 0, outputSize.height > 0 else {
            throw MediaError(
                .invalidArgument, problem: "a picture cannot be resized to \(outputSize)",
                remedy: "ask for sides of at least one pixel")
        }
        guard outputSize.pixelCount <= limits.pixelCount else {
            throw MediaError(
                .limitExceeded,
                problem:
                    "\(outputSize) is \(outputSize.pixelCount) pixels, more than the limit of \(limits.pixelCount) "
                    + "(pixelCount)",
                remedy: "ask for a smaller picture, or raise the limit")
        }
        let work =
            memory(inputSize.width, outputSize.width, filter, bytesPerTap: 12)
            + memory(
                inputSize.height, outputSize.height, filter,
                bytesPerTap: 12 + Double(max(inputSize.width, outputSize.width)) * Double(layout.bytesPerPixel) * 4
                    / Double(outputSize.height))
        guard work <= Double(limits.imageByteCount), max(inputSize.longestSide, outputSize.longestSide) < Int32.max
        else {
            throw MediaError(
                .limitExceeded,
                problem:
                    "to resize \(inputSize) to \(outputSize) takes more than the limit of \(limits.imageByteCount) bytes "
                    + "(imageByteCount)",
                remedy: "ask for another size, or raise the limit")
        }
    }

    /// An upper bound for the weights of one axis: each output takes at most this many inputs.
    private static func memory(
        _ inputCount: Int, _ outputCount: Int, _ filter: ResizeFilter, bytesPerTap: Double
    ) -> Double {
        let scale = max(1, Double(inputCount) / Double(outputCount))
        return (2 * filter.support * scale + 2) * Double(outputCount) * bytesPerTap
    }
}

/// A way of resizing rows; called once per row.
protocol RowResizing: AnyObject {
    func append(
        _ row: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError)
}
