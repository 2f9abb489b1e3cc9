internal import CKernels
internal import PerceptCore

/// Resizes 8-bit rows in 32-bit fixed point, exactly as Pillow does: one direction first, rounded to 8 bits, then the
/// other.
///
/// A direction of unchanged size is skipped. Colours are premultiplied first and unpremultiplied at the end.
final class FixedPointResizing: RowResizing {
    private let channelCount: Int32
    private let hasAlpha: Bool
    private let inputWidth: Int
    private let outputWidth: Int
    private let across: FixedPointAxis?
    private let down: FixedPointAxis?
    private let premultiplied: WorkingMemory<UInt8>
    private let isDownFirst: Bool
    /// The last `ringCount` rows, resized horizontally unless the vertical direction is first.
    private let ring: WorkingMemory<UInt8>
    private let ringCount: Int
    private let ringByteCount: Int
    /// Pointers to the rows in the ring that an output row is made from.
    private let taps: WorkingMemory<UnsafePointer<UInt8>?>
    /// A row that is resized vertically, but not yet horizontally.
    private let middle: WorkingMemory<UInt8>
    private let output: WorkingMemory<UInt8>
    private let outputByteCount: Int
    private var inputRow = 0
    private var outputRow = 0

    init(
        from inputSize: PixelSize, to outputSize: PixelSize, window: PixelRectangle, _ colorModel: Image.ColorModel,
        _ filter: ResizeFilter, isDownFirst: Bool
    ) {
        channelCount = Int32(colorModel.channelCount)
        hasAlpha = colorModel.hasAlpha
        inputWidth = inputSize.width
        outputWidth = window.width
        outputByteCount = window.width * colorModel.channelCount
        func axis(_ from: Int, _ to: Int, _ window: Range<Int>) -> FixedPointAxis? {
            from == to && window.count == to
                ? nil : FixedPointAxis(ResizeAxis(from: from, to: to, window: window, filter: filter))
        }
        across = axis(inputSize.width, outputSize.width, window.columns)
        let down = axis(inputSize.height, outputSize.height, window.rows)
        self.isDownFirst = isDownFirst && down != nil
        ringCount = max(1, down?.tapCount ?? 1)
        ringByteCount = self.isDownFirst ? inputSize.width * colorModel.channelCount : outputByteCount
        premultiplied = WorkingMemory(
            repeating: 0, count: colorModel.hasAlpha ? inputSize.width * colorModel.channelCount : 0)
        ring = WorkingMemory(repeating: 0, count: ringCount * ringByteCount)
        taps = WorkingMemory(repeating: nil, count: ringCount)
        middle = WorkingMemory(repeating: 0, count: self.isDownFirst ? ringByteCount : 0)
        output = WorkingMemory(repeating: 0, count: outputByteCount)
        self.down = down
    }

    func append(
        _ row: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        guard var input = row.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
        if hasAlpha {
            premultiplied.start.update(from: input, count: row.count)
            percept_premultiply(premultiplied.start, inputWidth, channelCount)
            input = UnsafePointer(premultiplied.start)
        }
        let slot = ring.start + inputRow % ringCount * ringByteCount
        if isDownFirst { slot.update(from: input, count: ringByteCount) } else { resizeAcross(input, to: slot) }
        inputRow += 1
        guard let down else { return try finish(slot, emit) }
        while outputRow < down.outputCount, down.range(outputRow).upperBound <= inputRow {
            if isDownFirst {
                resizeDown(down, to: middle.start)
                resizeAcross(middle.start, to: output.start)
            } else {
                resizeDown(down, to: output.start)
            }
            outputRow += 1
            try finish(output.start, emit)
        }
    }

    private func resizeDown(_ down: FixedPointAxis, to target: UnsafeMutablePointer<UInt8>) {
        let range = down.range(outputRow)
        for (index, source) in range.enumerated() {
            taps.start[index] = UnsafePointer(ring.start + source % ringCount * ringByteCount)
        }
        percept_resize_column(taps.start, down.weights(outputRow), range.count, target, ringByteCount)
    }

    private func resizeAcross(_ input: UnsafePointer<UInt8>, to slot: UnsafeMutablePointer<UInt8>) {
        guard let across else { return slot.update(from: input, count: outputByteCount) }
        var axis = across.raw
        percept_resize_row(input, inputWidth, slot, &axis, channelCount)
    }

    private func finish(
        _ row: UnsafeMutablePointer<UInt8>, _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        if hasAlpha { percept_unpremultiply(row, outputWidth, channelCount) }
        try emit(UnsafeRawBufferPointer(start: row, count: outputByteCount))
    }
}

/// A ``ResizeAxis`` in the layout of the inner loops.
private final class FixedPointAxis {
    /// The maximum number of inputs per output.
    let tapCount: Int
    let outputCount: Int
    private let stride: Int
    private let starts: WorkingMemory<Int32>
    private let counts: WorkingMemory<Int32>
    private let weights: WorkingMemory<Int32>
    private let splitWeights: WorkingMemory<Int16>

    init(_ axis: ResizeAxis) {
        // Padding for the vector loops, which read whole registers of weights.
        stride = (axis.stride + 4 + 7) / 8 * 8
        tapCount = axis.stride
        outputCount = axis.outputCount
        starts = WorkingMemory(axis.starts)
        counts = WorkingMemory(axis.counts)
        weights = WorkingMemory(repeating: 0, count: stride * axis.outputCount)
        for (index, weight) in axis.fixedPointWeights.enumerated() {
            weights.start[index / axis.stride * stride + index % axis.stride] = weight
        }
        let count = stride * axis.outputCount
        splitWeights = WorkingMemory(repeating: 0, count: 2 * count)
        percept_split_weights(weights.start, count, splitWeights.start)
    }

    var raw: ImageResizeAxis {
        ImageResizeAxis(
            starts: starts.start, counts: counts.start, weights: weights.start,
            split_weights: splitWeights.start, stride: stride, output_count: outputCount)
    }

    func range(_ output: Int) -> Range<Int> {
        Int(starts.start[output])..<Int(starts.start[output] + counts.start[output])
    }

    func weights(_ output: Int) -> UnsafePointer<Int32> {
        UnsafePointer(weights.start + output * stride)
    }
}
