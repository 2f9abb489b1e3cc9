internal import PerceptCore

/// Resizes by selecting the nearest pixels.
final class NearestResizing: RowResizing {
    /// The input column of each output column; ``rows`` are the input rows.
    private let columns: [Int]
    private let rows: [Int]
    private let bytesPerPixel: Int
    private var inputRow = 0
    private var outputRow = 0
    private var output: [UInt8]

    init(from inputSize: PixelSize, to outputSize: PixelSize, window: PixelRectangle, bytesPerPixel: Int) {
        columns = ResizeAxis.nearestInputs(from: inputSize.width, to: outputSize.width, window: window.columns)
        rows = ResizeAxis.nearestInputs(from: inputSize.height, to: outputSize.height, window: window.rows)
        self.bytesPerPixel = bytesPerPixel
        output = [UInt8](repeating: 0, count: window.width * bytesPerPixel)
    }

    func append(
        _ row: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        defer { inputRow += 1 }
        guard outputRow < rows.count, rows[outputRow] == inputRow else { return }
        var target = 0
        for column in columns {
            for source in column * bytesPerPixel..<(column + 1) * bytesPerPixel {
                output[target] = row[source]
                target += 1
            }
        }
        while outputRow < rows.count, rows[outputRow] == inputRow {
            outputRow += 1
            try output.emit(emit)
        }
    }
}

extension Array where Element: BitwiseCopyable {
    /// Passes the elements to a function with a typed error.
    func emit(_ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void) throws(MediaError) {
        var failure: MediaError?
        withUnsafeBytes { bytes in
            do throws(MediaError) { try emit(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
