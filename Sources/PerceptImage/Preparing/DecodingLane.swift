import Dispatch
internal import PerceptCore
import Synchronization

/// Reads an image's rows on a worker, one strip ahead of its consumer.
///
/// Not thread-safe: one thread takes the rows. A small image is read on that thread, without a worker.
final class DecodingLane: Sendable {
    private let queue = DispatchQueue(label: "percept.image-decoding")
    private let isAhead: Bool
    /// Locked while rows are read.
    private let state: Mutex<State>
    /// The strips to fill again.
    private let spare = Mutex<[[UInt8]]>([])
    private let isDone = DispatchSemaphore(value: 0)

    private struct State: ~Copyable {
        var reader: ImageReader
        /// The strips that are read but not yet taken.
        var strip: Result<[UInt8], MediaError>?
        var isReading = false
    }

    /// The strip size in bytes, small enough to stay in the processor's cache.
    private static let stripByteCount = 256 << 10
    /// The image size in bytes below which waking a worker costs more than it saves.
    private static let smallestPicture = 1 << 20

    init(_ reader: consuming sending ImageReader) {
        isAhead = reader.remainingRowCount * reader.bytesPerRow >= Self.smallestPicture
        state = Mutex(State(reader: reader))
    }

    /// Returns the next rows in order; `nil` after the last.
    ///
    /// - Throws: the errors of ``ImageReader/readRows(_:into:)``.
    func next() throws(MediaError) -> [UInt8]? {
        guard isAhead else {
            fill()
            return try take()
        }
        start()
        guard state.withLock({ $0.isReading }) else { return nil }
        isDone.wait()
        state.withLock { $0.isReading = false }
        let strip = try take()
        start()
        return strip
    }

    /// Returns a strip for reuse.
    func recycle(_ strip: [UInt8]) {
        spare.withLock { $0.append(strip) }
    }

    /// The reader's warnings; complete after the last strip.
    var warnings: [String] {
        state.withLock { $0.reader.warnings }
    }

    /// The sample range of the rows read so far, see ``ImageReader/sampleRange``.
    var sampleRange: SampleRange? {
        state.withLock { $0.reader.sampleRange }
    }

    private func start() {
        let begins = state.withLock { state in
            guard !state.isReading, state.strip == nil, state.reader.remainingRowCount > 0 else { return false }
            state.isReading = true
            return true
        }
        guard begins else { return }
        queue.async { [self] in
            fill()
            isDone.signal()
        }
    }

    private func take() throws(MediaError) -> [UInt8]? {
        try state.withLock { $0.strip.take() }?.get()
    }

    private func fill() {
        state.withLock { state in
            let count = min(
                max(1, Self.stripByteCount / state.reader.bytesPerRow), state.reader.remainingRowCount)
            guard count > 0 else { return }
            state.strip = Self.strip(
                of: count * state.reader.bytesPerRow, reusing: spare.withLock { $0.popLast() } ?? []
            ) { rows throws(MediaError) in try state.reader.readRows(count, into: rows) }
        }
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
