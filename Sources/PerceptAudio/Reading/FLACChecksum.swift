import Dispatch
import PerceptCore
import Synchronization

/// Computes the MD5 of a FLAC's samples on a thread of its own, beside their decoding or encoding.
///
/// MD5 is serial: it takes as much as 40 % of what decoding takes, on another core where there is one to spare.
final class FLACChecksum: Sendable {
    private let queue = DispatchQueue(label: "percept.flac-checksum")
    /// As many blocks may wait as make up for the unevenness of either side.
    private let room = DispatchSemaphore(value: 8)
    private let digest = Mutex<Hashing?>(Hashing(.md5))

    /// Adds samples as FLAC defines it (RFC 9639 §8.2): interleaved, little-endian, in as few bytes as their bits need.
    func add(_ samples: [UInt8]) {
        room.wait()
        queue.async { [self] in
            samples.withUnsafeBytes { bytes in digest.withLock { $0?.update(bytes) } }
            room.signal()
        }
    }

    /// Waits for all samples; the digest can be taken once.
    func finish() -> [UInt8] {
        queue.sync { digest.withLock { $0.take()?.finish() ?? [] } }
    }
}
