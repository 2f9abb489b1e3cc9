internal import PerceptCore

/// Resizes an image row by row, holding only the rows that the next output row needs.
///
/// Takes rows from top to bottom and emits each row of the result as soon as it is complete. The result equals that of
/// ``Image/resized(to:filter:limits:)``, however the rows are divided.
struct RowResizer: ~Copyable {
    let inputSize: PixelSize
    /// The size of the emitted rows.
    let outputSize: PixelSize
    let layout: Image.Layout
    /// `nil` if the size does not change.
    private let resizing: (any RowResizing)?

    /// Creates a resizer.
    ///
    /// - Parameters:
    ///   - resizedSize: The size of the whole result.
    ///   - window: The part of the result to emit, or all of it if `nil`. It must lie within the result.
    ///   - orientation: The orientation that will be applied to the result. The result then equals resizing the
    ///     oriented image, except for rounding if it is mirrored.
    /// - Throws: `MediaError` `.invalidArgument` if a side of the result is not positive, `.limitExceeded` if the
    ///   result has more than `limits.pixelCount` pixels, or the work needs more than `limits.imageByteCount` bytes.
    init(
        from inputSize: PixelSize, to resizedSize: PixelSize, window: PixelRectangle? = nil, layout: Image.Layout,
        filter: ResizeFilter, orientation: Orientation = .upright, limits: ResourceLimits = .default
    ) throws(MediaError) {
        let window = window ?? PixelRectangle(whole: resizedSize)
        try Self.check(inputSize, resizedSize, window, layout, filter, limits)
        self.inputSize = inputSize
        outputSize = window.size
        self.layout = layout
        if inputSize == resizedSize, outputSize == resizedSize {
            resizing = nil
        } else if filter == .nearest || inputSize == resizedSize {
            resizing = NearestResizing(
                from: inputSize, to: resizedSize, window: window, bytesPerPixel: layout.bytesPerPixel)
        } else if layout.bitDepth == .eight {
            resizing = FixedPointResizing(
                from: inputSize, to: resizedSize, window: window, layout.colorModel, filter,
                isDownFirst: Self.isDownFirst(inputSize, resizedSize, orientation))
        } else {
            resizing = DoubleResizing(from: inputSize, to: resizedSize, window: window, layout.colorModel, filter)
        }
    }

    /// Adds consecutive rows and calls `emit` with each row of the result that they complete.
    func append(
        _ rows: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        let bytesPerRow = inputSize.width * layout.bytesPerPixel
        for start in stride(from: 0, to: rows.count, by: bytesPerRow) {
            let row = UnsafeRawBufferPointer(rebasing: rows[start..<start + bytesPerRow])
            if let resizing { try resizing.append(row, emit: emit) } else { try emit(row) }
        }
    }

    /// Returns true if the vertical direction is first, as in Pillow 13: only if the height loses more than twice as
    /// many pixels as the width. For a stored image that lies on its side, vertical in the upright image is horizontal
    /// in the stored one.
    private static func isDownFirst(
        _ inputSize: PixelSize, _ outputSize: PixelSize, _ orientation: Orientation
    ) -> Bool {
        let (input, output) = (orientation.applied(to: inputSize), orientation.applied(to: outputSize))
        let lostRows = input.height - output.height
        let isUprightDownFirst = lostRows > 0 && lostRows > 2 * (input.width - output.width)
        return isUprightDownFirst != orientation.swapsSides
    }

    private static func check(
        _ inputSize: PixelSize, _ resizedSize: PixelSize, _ window: PixelRectangle, _ layout: Image.Layout,
        _ filter: ResizeFilter, _ limits: ResourceLimits
    ) throws(MediaError) {
        guard resizedSize.shortestSide > 0, window.lies(within: resizedSize) else {
            throw MediaError(
                .invalidArgument, problem: "invalid image size: \(resizedSize)",
                remedy: "choose sides of at least 1 pixel")
        }
        let outputSize = window.size
        try limits.checkPixelCount(of: outputSize)
        let rowBytes = Double(max(inputSize.width, outputSize.width)) * Double(layout.bytesPerPixel) * 4
        let columnTaps = taps(inputSize.width, resizedSize.width, filter)
        let rowTaps = taps(inputSize.height, resizedSize.height, filter)
        let work =
            columnTaps * Double(outputSize.width) * 12 + rowTaps * (Double(outputSize.height) * 12 + rowBytes)
        guard work <= Double(limits.imageByteCount), max(inputSize.longestSide, resizedSize.longestSide) < Int32.max
        else {
            throw .exceeded(
                .imageByteCount, limits.imageByteCount,
                problem:
                    "resizing \(inputSize) to \(resizedSize) exceeds the limit of \(limits.imageByteCount) bytes",
                alternative: "choose another size")
        }
    }

    /// Returns an upper bound for the number of inputs per output along an axis.
    private static func taps(_ inputCount: Int, _ resizedCount: Int, _ filter: ResizeFilter) -> Double {
        2 * filter.support * max(1, Double(inputCount) / Double(resizedCount)) + 2
    }
}

extension ResourceLimits {
    /// Throws `.limitExceeded` if an image of this size has too many pixels.
    func checkPixelCount(of size: PixelSize) throws(MediaError) {
        guard size.pixelCount > pixelCount else { return }
        throw .exceeded(
            .pixelCount, pixelCount, problem: "an image of \(size) exceeds the limit of \(pixelCount) pixels",
            alternative: "choose a smaller size")
    }
}

/// Resizes rows; called once per row.
protocol RowResizing: AnyObject {
    func append(
        _ row: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError)
}

/// Memory at a fixed address for inner loops.
struct WorkingMemory<Element: BitwiseCopyable>: ~Copyable {
    let elements: UnsafeMutableBufferPointer<Element>
    /// Valid for `elements.count` elements, even if there are none.
    let start: UnsafeMutablePointer<Element>

    init(repeating value: Element, count: Int) {
        start = .allocate(capacity: max(1, count))
        elements = UnsafeMutableBufferPointer(start: start, count: count)
        elements.initialize(repeating: value)
    }

    init(_ values: [Element]) {
        start = .allocate(capacity: max(1, values.count))
        elements = UnsafeMutableBufferPointer(start: start, count: values.count)
        _ = elements.initialize(from: values)
    }

    deinit {
        start.deallocate()
    }
}
