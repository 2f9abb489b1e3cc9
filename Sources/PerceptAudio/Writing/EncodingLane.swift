import Dispatch
import PerceptCore
import Synchronization

/// Encodes blocks on a background thread, so that preparing and encoding samples run in parallel.
///
/// Must be used by one thread only. Blocks are encoded in order; a short queue evens out the speed of the two sides.
final class EncodingLane: Sendable {
    private let queue = DispatchQueue(label: "percept.encoding")
    private let room = DispatchSemaphore(value: 16)
    /// Accessed on the queue only. `nil` after it has finished or failed; a failed writer removes its file.
    private let writer: Mutex<RecordingWriter?>
    private let failure = Mutex<MediaError?>(nil)

    init(_ writer: consuming sending RecordingWriter) {
        self.writer = Mutex(writer)
    }

    /// Queues a block; waits while the queue is full.
    ///
    /// - Throws: The error of an earlier block.
    func write(_ planes: [[Float]]) throws(MediaError) {
        // The resampler returns nothing for most blocks, since its own are longer.
        guard planes.first?.isEmpty == false else { return }
        room.wait()
        if let failure = failure.withLock({ $0 }) {
            room.signal()
            throw failure
        }
        queue.async { [self] in
            encode(planes)
            room.signal()
        }
    }

    /// Drops queued blocks. The partial file is removed before this returns, since the process may exit next.
    func abandon() {
        writer.withLock { $0 = nil }
    }

    private func encode(_ planes: [[Float]]) {
        writer.withLock { writer in
            do throws(MediaError) {
                try writer?.write(planes)
            } catch {
                failure.withLock { $0 = error }
                writer = nil
            }
        }
    }

    /// Waits for all blocks, then completes the file.
    ///
    /// - Throws: The error of a block or of the completion.
    func finish() throws(MediaError) -> RecordingWriter.Summary {
        let result: Result<RecordingWriter.Summary, MediaError> = queue.sync {
            if let failure = failure.withLock({ $0 }) { return .failure(failure) }
            return writer.withLock { writer in
                guard let writer = writer.take() else { return .failure(.cancelled) }
                do throws(MediaError) {
                    return .success(try writer.finish())
                } catch {
                    return .failure(error)
                }
            }
        }
        return try result.get()
    }
}
