import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Decodes stretches of a native FLAC file in parallel, ahead of the position being read.
///
/// Not thread-safe. The file is cut at regular bytes; a stretch begins with the first frame after its cut. Until the
/// reader arrives at exactly that byte, a stretch is a guess. If the guess is wrong, or something in the stretch is
/// damaged, it is dropped and the reader decodes for itself.
final class FLACReadAhead {
    /// A first frame's byte, and the blocks that follow.
    private typealias Stretch = (start: Int, blocks: [FLACBlock])

    private let workers: [SerialWorker<FLACFrameDecoder>]
    private let bytes: InputBytes
    private let stretchLength: Int
    private let frameLimit: Int
    /// The bytes at the end of a stretch in which a frame may not begin; such a frame is left to the reader.
    private let margin: Int
    private var nextCut: Int
    private var nextWorker = 0
    private var pending: [Pending<Stretch>] = []
    /// The result of the first pending stretch, if it lies ahead of the reader.
    private var ready: Stretch?

    /// The division of a file.
    struct Division {
        /// The size in bytes of the smallest file that is divided; smaller ones are decoded before threads start.
        var smallestFile = 1 << 20
        /// The approximate number of samples of a stretch, all channels together; at most twice as many are decoded.
        var samplesPerStretch = 1 << 15
        /// The minimum size in bytes; below it, searching for the first frame dominates.
        var shortestStretch = 1 << 14
    }

    /// More workers would hold more memory than the rest of the work.
    private static let mostWorkers = 4
    private static let stretchesPerWorker = 2
    private static let largestMargin = 1 << 17

    /// Starts reading ahead.
    ///
    /// - Parameter start: The byte of the first frame.
    /// - Returns: `nil` for a small file, where nothing is gained.
    init?(
        _ bytes: InputBytes, _ info: FLACStreamInfo, from start: Int, _ division: Division = Division()
    ) {
        guard bytes.byteCount - start >= division.smallestFile else { return nil }
        let workerCount = max(1, min(Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))), Self.mostWorkers))
        workers = (0..<workerCount).map { _ in
            SerialWorker(
                "flac-decoding", capacity: Self.stretchesPerWorker,
                FLACFrameDecoder(
                    channelCount: info.channelCount, bitDepth: info.bitDepth, sampleRate: info.sampleRate))
        }
        self.bytes = bytes
        margin = min(info.largestFrame ?? Self.largestMargin, Self.largestMargin)
        nextCut = start
        let framesPerStretch = division.samplesPerStretch / info.channelCount
        frameLimit = 2 * framesPerStretch
        // Half the size of uncompressed samples, if the header does not state the frame count.
        let frameCount = info.frameCount ?? (bytes.byteCount - start) * 16 / (info.bitDepth * info.channelCount)
        let bytesPerFrame = Double(bytes.byteCount - start) / Double(max(1, frameCount))
        stretchLength = max(division.shortestStretch, min(Int(bytesPerFrame * Double(framesPerStretch)), 1 << 20))
    }

    /// Returns the stretch that begins at exactly `position`, waiting for it; `nil` if there is none.
    func stretch(at position: Int) -> [FLACBlock]? {
        startMore()
        // Decoding ahead never throws: a stretch that fails validation is empty.
        while let (start, blocks) = ready ?? pending.first.flatMap({ try? $0.wait() }) {
            ready = (start, blocks)
            if start > position { return nil }
            ready = nil
            pending.removeFirst()
            startMore()
            if start == position, !blocks.isEmpty { return blocks }
        }
        return nil
    }

    /// Leaves the last stretch to the reader, which knows what may stand at the end of a file.
    private func startMore() {
        while pending.count < workers.count * Self.stretchesPerWorker, nextCut + 2 * stretchLength <= bytes.byteCount {
            let range = nextCut..<nextCut + stretchLength
            pending.append(
                workers[nextWorker].begin { [bytes, margin, frameLimit] decoder in
                    decoder.blocks(in: range, of: bytes, margin: margin, frameLimit: frameLimit)
                        ?? (range.lowerBound, [])
                })
            nextCut = range.upperBound
            nextWorker = (nextWorker + 1) % workers.count
        }
    }
}
