import Dispatch
import PerceptCore
import Synchronization

/// Encodes blocks on a thread of its own, so that making samples and encoding them go on side by side.
///
/// Used by one thread. The blocks are encoded in their order; as many may wait as make up for the unevenness of either side.
final class EncodingLane: Sendable {
    private let queue = DispatchQueue(label: "percept.encoding")
    private let room = DispatchSemaphore(value: 16)
    private let state: Mutex<State>

    private struct State: ~Copyable {
        /// `nil` once it was finished or has failed; a failed writer removes its file as it goes.
        var writer: RecordingWriter?
        var failure: MediaError?
    }

    init(_ writer: consuming sending RecordingWriter) {
        state = Mutex(State(writer: writer))
    }

    /// Hands over a block, waiting while too many wait already.
    ///
    /// - Throws: what an earlier block failed with.
    func write(_ planes: [[Float]]) throws(MediaError) {
        room.wait()
        if let failure = state.withLock({ $0.failure }) {
            room.signal()
            throw failure
        }
        queue.async { [self] in
            encode(planes)
            room.signal()
        }
    }

    private func encode(_ planes: [[Float]]) {
        state.withLock { state in
            guard state.failure == nil else { return }
            do throws(MediaError) {
                try state.writer?.write(planes)
            } catch {
                state.failure = error
                state.writer = nil
            }
        }
    }

    /// Waits for all blocks, then completes the file.
    ///
    /// - Throws: what a block, or the completion, failed with.
    func finish() throws(MediaError) -> RecordingWriter.Summary {
        let result: Result<RecordingWriter.Summary, MediaError> = queue.sync {
            state.withLock { state in
                if let failure = state.failure { return .failure(failure) }
                guard let writer = state.writer.take() else { return .failure(.cancelled) }
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
