internal import PerceptCore

/// Resizes 16-bit rows in `Double`; rounds to nearest and clamps once, at the end.
///
/// Colours are premultiplied first and unpremultiplied at the end.
final class DoubleResizing: RowResizing {
    private let channelCount: Int
    private let hasAlpha: Bool
    private let across: ResizeAxis
    private let down: ResizeAxis
    private let input: WorkingMemory<Double>
    /// The last `ringCount` rows, already resized horizontally.
    private let ring: WorkingMemory<Double>
    private let ringCount: Int
    private let sums: WorkingMemory<Double>
    private let output: WorkingMemory<UInt16>
    private var inputRow = 0
    private var outputRow = 0

    private static let maximum = Double(UInt16.max)

    init(
        from inputSize: PixelSize, to outputSize: PixelSize, window: PixelRectangle, _ colorModel: Image.ColorModel,
        _ filter: ResizeFilter
    ) {
        channelCount = colorModel.channelCount
        hasAlpha = colorModel.hasAlpha
        across = ResizeAxis(from: inputSize.width, to: outputSize.width, window: window.columns, filter: filter)
        down = ResizeAxis(from: inputSize.height, to: outputSize.height, window: window.rows, filter: filter)
        ringCount = max(1, down.stride)
        let outputCount = window.width * colorModel.channelCount
        input = WorkingMemory(repeating: 0, count: inputSize.width * colorModel.channelCount)
        ring = WorkingMemory(repeating: 0, count: ringCount * outputCount)
        sums = WorkingMemory(repeating: 0, count: outputCount)
        output = WorkingMemory(repeating: 0, count: outputCount)
    }

    func append(
        _ row: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        load(row)
        resizeAcross(to: ring.start + inputRow % ringCount * sums.elements.count)
        inputRow += 1
        while outputRow < down.outputCount, down.range(outputRow).upperBound <= inputRow {
            resizeDown()
            store()
            outputRow += 1
            try emit(UnsafeRawBufferPointer(output.elements))
        }
    }

    private func load(_ row: UnsafeRawBufferPointer) {
        for index in 0..<input.elements.count {
            input.start[index] = Double(row.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
        }
        guard hasAlpha else { return }
        for pixel in stride(from: 0, to: input.elements.count, by: channelCount) {
            let alpha = input.start[pixel + channelCount - 1] / Self.maximum
            for channel in 0..<channelCount - 1 { input.start[pixel + channel] *= alpha }
        }
    }

    private func resizeAcross(to slot: UnsafeMutablePointer<Double>) {
        across.weights.withUnsafeBufferPointer { weights in
            for column in 0..<across.outputCount {
                let range = across.range(column)
                for channel in 0..<channelCount {
                    var sum = 0.0
                    for (index, source) in range.enumerated() {
                        sum += weights[column * across.stride + index] * input.start[source * channelCount + channel]
                    }
                    slot[column * channelCount + channel] = sum
                }
            }
        }
    }

    private func resizeDown() {
        let count = sums.elements.count
        sums.elements.update(repeating: 0)
        for (index, source) in down.range(outputRow).enumerated() {
            let weight = down.weights[outputRow * down.stride + index]
            let row = ring.start + source % ringCount * count
            for column in 0..<count { sums.start[column] += weight * row[column] }
        }
    }

    private func store() {
        guard hasAlpha else {
            for index in 0..<sums.elements.count { output.start[index] = Self.rounded(sums.start[index]) }
            return
        }
        for pixel in stride(from: 0, to: sums.elements.count, by: channelCount) {
            let alpha = sums.start[pixel + channelCount - 1]
            output.start[pixel + channelCount - 1] = Self.rounded(alpha)
            let isVisible = output.start[pixel + channelCount - 1] > 0
            for channel in 0..<channelCount - 1 {
                output.start[pixel + channel] =
                    isVisible ? Self.rounded(sums.start[pixel + channel] * Self.maximum / alpha) : 0
            }
        }
    }

    private static func rounded(_ value: Double) -> UInt16 {
        UInt16(min(max(value + 0.5, 0), maximum))
    }
}
