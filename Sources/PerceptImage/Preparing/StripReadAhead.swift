internal import PerceptCore

/// Reads an image's rows on a worker, one strip ahead of its consumer.
///
/// Not thread-safe: one thread takes the rows. A small image is read on that thread, without a worker.
final class StripReadAhead {
    private let worker: SerialWorker<State>
    private let isAhead: Bool
    private var next: Pending<[UInt8]?>?

    private struct State: ~Copyable {
        var reader: ImageReader
        /// The strips to fill again.
        var spare: [[UInt8]] = []

        init(_ reader: consuming ImageReader) {
            self.reader = reader
        }
    }

    /// The strip size in bytes, small enough to stay in the processor's cache.
    private static let stripByteCount = 256 << 10
    /// The image size in bytes below which waking a worker costs more than it saves.
    private static let smallestImage = 1 << 20

    init(_ reader: consuming sending ImageReader) {
        isAhead = reader.remainingRowCount * reader.bytesPerRow >= Self.smallestImage
        worker = SerialWorker("image-decoding", capacity: 4, State(reader))
    }

    /// Returns the next rows in order; `nil` after the last.
    ///
    /// - Throws: the errors of ``ImageReader/readRows(_:into:)``.
    func takeNext() throws(MediaError) -> [UInt8]? {
        guard isAhead else { return try worker.perform { state throws(MediaError) in try Self.read(&state) } }
        let strip = try (next.take() ?? begin()).wait()
        if strip != nil { next = begin() }
        return strip
    }

    /// Returns a strip for reuse.
    func recycle(_ strip: [UInt8]) {
        guard isAhead else { return _ = try? worker.perform { $0.spare.append(strip) } }
        worker.begin { $0.spare.append(strip) }
    }

    /// The reader's warnings; complete after the last strip.
    var warnings: [Warning] {
        (try? worker.perform { $0.reader.warnings }) ?? []
    }

    /// The sample range of the rows read so far, see ``ImageReader/sampleRange``.
    var sampleRange: SampleRange? {
        (try? worker.perform { $0.reader.sampleRange }) ?? nil
    }

    private func begin() -> Pending<[UInt8]?> {
        worker.begin { state throws(MediaError) in try Self.read(&state) }
    }

    private static func read(_ state: inout State) throws(MediaError) -> [UInt8]? {
        let count = min(max(1, stripByteCount / state.reader.bytesPerRow), state.reader.remainingRowCount)
        guard count > 0 else { return nil }
        let spare = state.spare.popLast() ?? []
        return try strip(of: count * state.reader.bytesPerRow, reusing: spare) { rows throws(MediaError) in
            try state.reader.readRows(count, into: rows)
        }.get()
    }

    private static func strip(
        of byteCount: Int, reusing strip: consuming [UInt8],
        _ read: (UnsafeMutableRawBufferPointer) throws(MediaError) -> Void
    ) -> Result<[UInt8], MediaError> {
        if strip.count > byteCount { strip.removeLast(strip.count - byteCount) }
        if strip.count < byteCount { strip.append(contentsOf: repeatElement(0, count: byteCount - strip.count)) }
        var failure: MediaError?
        strip.withUnsafeMutableBytes { rows in
            do throws(MediaError) { try read(rows) } catch { failure = error }
        }
        return if let failure { .failure(failure) } else { .success(strip) }
    }
}
