internal import PerceptCore

/// Resizes a picture as its rows pass by, holding only the rows that the next output row is made of.
///
/// Give it the rows from top to bottom; it hands out the rows of the result as soon as they are complete. The result is
/// that of ``Image/resized(to:filter:limits:)``, whatever portions the rows come in.
struct RowResizer: ~Copyable {
    let inputSize: PixelSize
    /// Of the rows that are handed out.
    let outputSize: PixelSize
    let layout: Image.Layout
    /// `nil` when nothing has to be done.
    private let resizing: (any RowResizing)?

    /// - Parameters:
    ///   - resizedSize: of the whole result.
    ///   - window: the part of it that is handed out; all of it when `nil`. It has to lie within.
    ///   - orientation: how the result will be turned; it is then what resizing the turned picture would give, but for a
    ///     rounding where it is mirrored.
    /// - Throws: `MediaError` `.invalidArgument` when a side of the result is not positive, `.limitExceeded` when the
    ///   result has more than `limits.pixelCount` pixels, or the work takes more than `limits.imageByteCount` bytes.
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
        _ inputSize: PixelSize, _ resizedSize: PixelSize, _ window: PixelRectangle, _ layout: Image.Layout,
        _ filter: ResizeFilter, _ limits: ResourceLimits
    ) throws(MediaError) {
        guard resizedSize.shortestSide > 0, window.lies(within: resizedSize) else {
            throw MediaError(
                .invalidArgument, problem: "a picture cannot be resized to \(resizedSize)",
                remedy: "ask for sides of at least one pixel")
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
                .imageByteCount,
                problem:
                    "to resize \(inputSize) to \(resizedSize) takes more than the limit of \(limits.imageByteCount) bytes",
                alternative: "ask for another size")
        }
    }

    /// An upper bound for the inputs that one output takes along an axis.
    private static func taps(_ inputCount: Int, _ resizedCount: Int, _ filter: ResizeFilter) -> Double {
        2 * filter.support * max(1, Double(inputCount) / Double(resizedCount)) + 2
    }
}

extension ResourceLimits {
    /// Refuses to make a picture of more pixels than allowed.
    func checkPixelCount(of size: PixelSize) throws(MediaError) {
        guard size.pixelCount > pixelCount else { return }
        throw .exceeded(
            .pixelCount, problem: "\(size) is \(size.pixelCount) pixels, more than the limit of \(pixelCount)",
            alternative: "ask for a smaller picture")
    }
}

/// A way of resizing rows; called once per row.
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
