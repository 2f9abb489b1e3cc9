import Dispatch
import PerceptCore
import Synchronization

/// Encodes blocks on a thread of its own, so that making samples and encoding them go on side by side.
///
/// Used by one thread. The blocks are encoded in their order; as many may wait as make up for the unevenness of either side.
final class EncodingLane: Sendable {
    private let queue = DispatchQueue(label: "percept.encoding")
    private let room = DispatchSemaphore(value: 16)
    /// Touched on the queue alone; `nil` once it was finished or has failed: a failed writer removes its file as it goes.
    private let writer: Mutex<RecordingWriter?>
    private let failure = Mutex<MediaError?>(nil)

    init(_ writer: consuming sending RecordingWriter) {
        self.writer = Mutex(writer)
    }

    /// Hands over a block, waiting while too many wait already.
    ///
    /// - Throws: what an earlier block failed with.
    func write(_ planes: [[Float]]) throws(MediaError) {
        // The resampler gives nothing for most blocks: its own are longer.
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

    /// Drops what waits. A half-written file is gone when this returns, and not some time later, by when the process may have ended.
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
    /// - Throws: what a block, or the completion, failed with.
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
