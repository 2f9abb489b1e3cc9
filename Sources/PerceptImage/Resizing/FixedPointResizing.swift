internal import CKernels
internal import PerceptCore

/// Resizes 8-bit rows in 32-bit fixed point, exactly as Pillow does: across first, rounded to 8 bits, then down.
///
/// A direction in which the size stays is left out. Colours are premultiplied on the way in and divided on the way out.
final class FixedPointResizing: RowResizing {
    private let channelCount: Int32
    private let hasAlpha: Bool
    private let inputWidth: Int
    private let outputWidth: Int
    private let across: FixedPointAxis?
    private let down: FixedPointAxis?
    private let premultiplied: WorkingMemory<UInt8>
    /// Rows that are resized across already, `ringCount` of them.
    private let ring: WorkingMemory<UInt8>
    private let ringCount: Int
    /// Where in the ring the inputs of an output row are.
    private let taps: WorkingMemory<UnsafePointer<UInt8>?>
    private let output: WorkingMemory<UInt8>
    private let outputByteCount: Int
    private var inputRow = 0
    private var outputRow = 0

    init(from inputSize: PixelSize, to outputSize: PixelSize, _ colorModel: Image.ColorModel, _ filter: ResizeFilter) {
        channelCount = Int32(colorModel.channelCount)
        hasAlpha = colorModel.hasAlpha
        inputWidth = inputSize.width
        outputWidth = outputSize.width
        outputByteCount = outputSize.width * colorModel.channelCount
        across =
            inputSize.width == outputSize.width
            ? nil : FixedPointAxis(ResizeAxis(from: inputSize.width, to: outputSize.width, filter: filter))
        let down =
            inputSize.height == outputSize.height
            ? nil : FixedPointAxis(ResizeAxis(from: inputSize.height, to: outputSize.height, filter: filter))
        ringCount = max(1, down?.stride ?? 1)
        premultiplied = WorkingMemory(
            repeating: 0, count: colorModel.hasAlpha ? inputSize.width * colorModel.channelCount : 0)
        ring = WorkingMemory(repeating: 0, count: ringCount * outputByteCount)
        taps = WorkingMemory(repeating: nil, count: ringCount)
        output = WorkingMemory(repeating: 0, count: outputByteCount)
        self.down = down
    }

    func append(
        _ row: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        guard let input = row.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
        let slot = ring.start + inputRow % ringCount * outputByteCount
        if hasAlpha {
            premultiplied.start.update(from: input, count: row.count)
            image_premultiply(premultiplied.start, inputWidth, channelCount)
            resizeAcross(premultiplied.start, to: slot)
        } else {
            resizeAcross(input, to: slot)
        }
        inputRow += 1
        guard let down else { return try finish(slot, emit) }
        while outputRow < down.outputCount, down.range(outputRow).upperBound <= inputRow {
            let range = down.range(outputRow)
            for (index, source) in range.enumerated() {
                taps.start[index] = UnsafePointer(ring.start + source % ringCount * outputByteCount)
            }
            image_resize_column(taps.start, down.weights(outputRow), range.count, output.start, outputByteCount)
            outputRow += 1
            try finish(output.start, emit)
        }
    }

    private func resizeAcross(_ input: UnsafePointer<UInt8>, to slot: UnsafeMutablePointer<UInt8>) {
        guard let across else { return slot.update(from: input, count: outputByteCount) }
        var axis = across.raw
        image_resize_row(input, inputWidth, slot, &axis, channelCount)
    }

    private func finish(
        _ row: UnsafeMutablePointer<UInt8>, _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        if hasAlpha { image_unpremultiply(row, outputWidth, channelCount) }
        try emit(UnsafeRawBufferPointer(start: row, count: outputByteCount))
    }
}

/// A ``ResizeAxis`` as the inner loops want it.
private final class FixedPointAxis {
    let stride: Int
    let outputCount: Int
    private let starts: WorkingMemory<Int32>
    private let counts: WorkingMemory<Int32>
    private let weights: WorkingMemory<Int32>

    init(_ axis: ResizeAxis) {
        stride = axis.stride
        outputCount = axis.outputCount
        starts = WorkingMemory(axis.starts)
        counts = WorkingMemory(axis.counts)
        weights = WorkingMemory(axis.fixedPointWeights)
    }

    var raw: ImageResizeAxis {
        ImageResizeAxis(
            starts: starts.start, counts: counts.start, weights: weights.start, stride: stride,
            output_count: outputCount)
    }

    func range(_ output: Int) -> Range<Int> {
        Int(starts.start[output])..<Int(starts.start[output] + counts.start[output])
    }

    func weights(_ output: Int) -> UnsafePointer<Int32> {
        UnsafePointer(weights.start + output * stride)
    }
}
