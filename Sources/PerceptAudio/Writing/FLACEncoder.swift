import CKernels
import PerceptCore

/// Writes a native FLAC stream (RFC 9639) of 16 or 24 bits: a STREAMINFO block, then frames of one length.
///
/// Blocks last about 1/20 s, which makes speech smaller than longer blocks do. The MD5 of the samples is computed on a
/// background thread. Used by one ``RecordingWriter``.
final class FLACEncoder {
    static let channelCounts = 1...8
    /// The rates in Hz that any kind of frame can state.
    static let sampleRates = 1...655_350

    private let file: VirtualFile
    private let format: FLACStreamFormat
    private let sampleRate: Int
    private let blockSize: Int
    private let space = UnsafeMutablePointer<FLACEncodingSpace>.allocate(capacity: 1)
    private let checksum = SerialWorker<Hashing>.flacChecksum()
    /// One block, plane after plane; the first `filledCount` frames are filled.
    private var block: [Int32]
    private var filledCount = 0
    /// Encoded frames that are not yet written.
    private var encoded: [UInt8]
    private var encodedCount = 0
    private var frameBytes: (smallest: Int, largest: Int) = (.max, 0)
    private var blockCount: UInt32 = 0
    private var frameCount = 0

    private static let headerLength = 42
    /// The number of bytes written at a time.
    private static let writingSize = 1 << 16

    private var channelCount: Int { Int(format.channel_count) }

    init(_ file: VirtualFile, sampleRate: Int, channelCount: Int, bitDepth: Int) {
        self.file = file
        self.sampleRate = sampleRate
        format = FLACStreamFormat(
            channel_count: Int32(clamping: channelCount), bit_depth: Int32(clamping: bitDepth), sample_rate: 0)
        // The largest power of two within a fifteenth of a second: 1024 at 16 kHz, 2048 at 44.1 and 48.
        let target = max(256, min(sampleRate / 15, 4096))
        blockSize = 1 << (Int.bitWidth - 1 - target.leadingZeroBitCount)
        block = [Int32](repeating: 0, count: blockSize * channelCount)
        let bound = percept_flac_frame_bound(format, Int32(blockSize))
        encoded = [UInt8](repeating: 0, count: Self.writingSize + bound)
        space.initialize(to: FLACEncodingSpace())
        encoded.replaceSubrange(0..<Self.headerLength, with: header(digest: nil))
        encodedCount = Self.headerLength
    }

    deinit {
        space.deallocate()
    }

    /// Appends interleaved samples; returns `false` if the file cannot be written.
    func write(_ samples: [Int16]) -> Bool {
        samples.withUnsafeBytes { bytes in
            // The layout in memory equals the checksum's on every supported processor.
            checksum.add(Array(bytes))
        }
        return append(samples) { Int32($0) }
    }

    /// Appends interleaved samples, each in the upper 24 of 32 bits.
    func write(_ samples: [Int32]) -> Bool {
        checksum.add(samples.flatMap { sample in (1...3).map { UInt8(truncatingIfNeeded: sample >> (8 * $0)) } })
        return append(samples) { $0 >> 8 }
    }

    /// Writes the remaining block, then the completed header.
    consuming func finish() -> Bool {
        if filledCount > 0 {
            // Packs the planes of a shorter block.
            var last: [Int32] = []
            for channel in 0..<channelCount { last += block[channel * blockSize..<channel * blockSize + filledCount] }
            block = last
            encode(length: filledCount)
        }
        guard flush() else { return false }
        return file.write(header(digest: checksum.digest()), at: 0)
    }

    @inline(__always)
    private func append<Sample>(_ samples: [Sample], _ value: (Sample) -> Int32) -> Bool {
        let total = samples.count / channelCount
        var taken = 0
        while taken < total {
            let count = min(total - taken, blockSize - filledCount)
            block.withUnsafeMutableBufferPointer { block in
                for channel in 0..<channelCount {
                    let start = channel * blockSize + filledCount
                    if channelCount == 1 {
                        for frame in 0..<count { block[start + frame] = value(samples[taken + frame]) }
                    } else {
                        for frame in 0..<count {
                            block[start + frame] = value(samples[(taken + frame) * channelCount + channel])
                        }
                    }
                }
            }
            taken += count
            filledCount += count
            if filledCount == blockSize {
                encode(length: blockSize)
                filledCount = 0
                guard encodedCount < Self.writingSize || flush() else { return false }
            }
        }
        return true
    }

    private func encode(length: Int) {
        encoded.withUnsafeMutableBufferPointer { encoded in
            guard let base = encoded.baseAddress else { return }
            let count = percept_flac_encode(
                format, Int32(clamping: sampleRate), block, Int32(length), blockCount, space, base + encodedCount)
            frameBytes = (min(frameBytes.smallest, count), max(frameBytes.largest, count))
            encodedCount += count
        }
        blockCount += 1
        frameCount += length
    }

    private func flush() -> Bool {
        let isWritten = file.write(Array(encoded[..<encodedCount]), at: file.byteCount)
        encodedCount = 0
        return isWritten
    }

    /// Returns the magic number and STREAMINFO (RFC 9639 §8.2), with 0 for unknown values.
    private func header(digest: [UInt8]?) -> [UInt8] {
        func bytes(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let total = frameCount < 1 << 36 ? frameCount : 0
        let parameters = sampleRate << 44 | (channelCount - 1) << 41 | Int(format.bit_depth - 1) << 36 | total
        let frameSizes = frameBytes.largest == 0 ? [0, 0] : [frameBytes.smallest, frameBytes.largest]
        return Array("fLaC".utf8) + bytes(0x8000_0000 | 34, 4) + bytes(blockSize, 2) + bytes(blockSize, 2)
            + frameSizes.flatMap { bytes($0, 3) } + bytes(parameters, 8)
            + (digest ?? [UInt8](repeating: 0, count: 16))
    }
}

/// The MD5 of a FLAC's samples, which takes up to 40 % of the time of decoding.
extension SerialWorker<Hashing> {
    static func flacChecksum() -> SerialWorker<Hashing> {
        SerialWorker("flac-checksum", capacity: 8, Hashing(.md5))
    }

    /// Adds samples as RFC 9639 §8.2 defines: interleaved, little-endian, in as few bytes as their bits need.
    func add(_ samples: [UInt8]) {
        begin { digest in samples.withUnsafeBytes { digest.update($0) } }
    }

    /// Waits for all samples and returns the digest, which is available once.
    func digest() -> [UInt8] {
        (try? finish { $0.finish() }) ?? []
    }
}
