import Dispatch
import PerceptCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Decodes stretches of a native FLAC file side by side, ahead of where it is being read.
///
/// Used by one thread. The file is cut at regular bytes; a stretch begins with the first frame behind its cut. That this is a frame, and
/// that all before it was read, is known once the reader arrives at exactly that byte: until then a stretch is a guess, and where
/// it proves wrong, or something in it is, it is dropped, and the reader decodes for itself.
final class FLACReadAhead {
    private let lanes: [Lane]
    private let byteCount: Int
    private let stretchLength: Int
    private let frameLimit: Int
    private var nextCut: Int
    private var nextLane = 0
    private var pending: [Pending] = []

    /// How a file is divided.
    struct Division {
        /// In bytes; smaller ones are decoded before the threads have begun.
        var smallestFile = 1 << 20
        /// Of all channels, about; twice as many are the most that a stretch is allowed.
        var samplesPerStretch = 1 << 15
        /// In bytes; shorter ones would be no more than the search for their first frame.
        var shortestStretch = 1 << 14
    }

    /// More would hold more memory than the rest of the work.
    private static let mostLanes = 4
    private static let stretchesPerLane = 2

    /// - Parameter start: the byte of the first frame.
    /// - Returns: `nil` where nothing is gained, for a small file.
    init?(
        _ bytes: InputBytes, _ info: FLACStreamInfo, from start: Int, _ division: Division = Division()
    ) {
        guard bytes.byteCount - start >= division.smallestFile else { return nil }
        let laneCount = max(1, min(Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))), Self.mostLanes))
        lanes = (0..<laneCount).map { _ in Lane(bytes, info) }
        byteCount = bytes.byteCount
        nextCut = start
        let framesPerStretch = division.samplesPerStretch / info.channelCount
        frameLimit = 2 * framesPerStretch
        // Half of what the samples take uncompressed, where the header does not tell.
        let frameCount = info.frameCount ?? (byteCount - start) * 16 / (info.bitDepth * info.channelCount)
        let bytesPerFrame = Double(byteCount - start) / Double(max(1, frameCount))
        stretchLength = max(division.shortestStretch, min(Int(bytesPerFrame * Double(framesPerStretch)), 1 << 20))
    }

    /// The stretch that begins at exactly `position`, waiting for it; `nil` when there is none.
    func stretch(at position: Int) -> [FLACBlock]? {
        startMore()
        while let first = pending.first {
            let (start, blocks) = first.wait()
            if start > position { return nil }
            pending.removeFirst()
            startMore()
            if start == position, !blocks.isEmpty { return blocks }
        }
        return nil
    }

    /// The last stretch is left to the reader, who knows what may stand at the end of a file.
    private func startMore() {
        while pending.count < lanes.count * Self.stretchesPerLane, nextCut + 2 * stretchLength <= byteCount {
            let range = nextCut..<nextCut + stretchLength
            pending.append(lanes[nextLane].decode(range, frameLimit: frameLimit))
            nextCut = range.upperBound
            nextLane = (nextLane + 1) % lanes.count
        }
    }
}

/// A stretch that is being decoded.
private final class Pending: Sendable {
    private let isDone = DispatchSemaphore(value: 0)
    private let result = Mutex<(start: Int, blocks: [FLACBlock])?>(nil)
    /// Where it was cut.
    private let cut: Int

    init(cut: Int) {
        self.cut = cut
    }

    func finish(start: Int, _ blocks: [FLACBlock]) {
        result.withLock { $0 = (start, blocks) }
        isDone.signal()
    }

    /// The byte that it begins with, and its blocks.
    func wait() -> (start: Int, blocks: [FLACBlock]) {
        isDone.wait()
        defer { isDone.signal() }
        return result.withLock { $0 } ?? (cut, [])
    }
}

/// A decoder with a thread of its own.
private final class Lane: Sendable {
    private let queue = DispatchQueue(label: "percept.flac-decoding")
    /// Touched on the queue alone.
    private let decoder: Mutex<FLACFrameDecoder>
    private let bytes: InputBytes
    private let margin: Int

    /// Of frames that may be longer, the last of a stretch is left to the reader.
    private static let largestMargin = 1 << 17

    init(_ bytes: InputBytes, _ info: FLACStreamInfo) {
        self.bytes = bytes
        decoder = Mutex(
            FLACFrameDecoder(
                channelCount: info.channelCount, bitDepth: info.bitDepth, sampleRate: info.sampleRate))
        margin = min(info.largestFrame ?? Self.largestMargin, Self.largestMargin)
    }

    /// Decodes the frames that begin within `range`, until one is not beyond doubt or `frameLimit` is reached.
    func decode(_ range: Range<Int>, frameLimit: Int) -> Pending {
        let pending = Pending(cut: range.lowerBound)
        queue.async { [self] in
            let found = decoder.withLock { decoder in
                decoder.blocks(in: range, of: bytes, margin: margin, frameLimit: frameLimit)
            }
            pending.finish(start: found?.start ?? range.lowerBound, found?.blocks ?? [])
        }
        return pending
    }
}
