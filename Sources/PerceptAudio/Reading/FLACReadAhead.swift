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

/// Blocks that follow one another in a FLAC file.
typealias FLACStretch = [FLACBlock]

struct FLACBlock: Sendable, Equatable {
    let planes: [[Float]]
    /// The byte behind its frame.
    let end: Int
}

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
        var samplesPerStretch = 1 << 16
        /// In bytes; shorter ones would be no more than the search for their first frame.
        var shortestStretch = 1 << 14
    }

    /// More would hold more memory than the rest of the work.
    private static let mostLanes = 4
    private static let stretchesPerLane = 2
    /// One for each processor.
    static let laneCount = min(Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))), mostLanes)

    /// - Parameter start: the byte of the first frame.
    /// - Returns: `nil` where nothing is gained: for a small file, or on a single processor.
    /// - Throws: `MediaError` as ``FLACDecoder`` does.
    init?(
        _ bytes: InputBytes, _ info: FLACStreamInfo, from start: Int, _ division: Division = Division()
    ) throws(MediaError) {
        guard Self.laneCount > 1, bytes.byteCount - start >= division.smallestFile else { return nil }
        var lanes: [Lane] = []
        for _ in 0..<Self.laneCount { lanes.append(Lane(try FLACDecoder(bytes, mediaType: .flac), bytes)) }
        self.lanes = lanes
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
    func stretch(at position: Int) -> FLACStretch? {
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
    private let result = Mutex<(start: Int, blocks: FLACStretch)?>(nil)
    /// Where it was cut.
    private let cut: Int

    init(cut: Int) {
        self.cut = cut
    }

    func finish(start: Int, _ blocks: FLACStretch) {
        result.withLock { $0 = (start, blocks) }
        isDone.signal()
    }

    /// The byte that it begins with, and its blocks.
    func wait() -> (start: Int, blocks: FLACStretch) {
        isDone.wait()
        defer { isDone.signal() }
        return result.withLock { $0 } ?? (cut, [])
    }
}

/// A decoder with a thread of its own.
private final class Lane: Sendable {
    private let queue = DispatchQueue(label: "percept.flac-decoding")
    /// Touched on the queue alone.
    private let decoder: Mutex<FLACDecoder>
    private let bytes: InputBytes

    init(_ decoder: sending FLACDecoder, _ bytes: InputBytes) {
        self.decoder = Mutex(decoder)
        self.bytes = bytes
    }

    /// Decodes the frames that begin within `range`, until one has no right checksum or `frameLimit` is reached.
    func decode(_ range: Range<Int>, frameLimit: Int) -> Pending {
        let pending = Pending(cut: range.lowerBound)
        queue.async { [self] in
            decoder.withLock { decoder in
                guard let start = firstFrame(in: range, decoder.info) else {
                    return pending.finish(start: range.lowerBound, [])
                }
                pending.finish(start: start, Self.blocks(decoder, from: start, to: range.upperBound, frameLimit))
            }
        }
        return pending
    }

    private func firstFrame(in range: Range<Int>, _ info: FLACStreamInfo) -> Int? {
        let pieceLength = 1 << 13
        for start in stride(from: range.lowerBound, to: range.upperBound, by: pieceLength) {
            let count = pieceLength + FLACFrameHeader.largestByteCount
            guard let piece = try? bytes.read(at: start, count: count) else { return nil }
            let index = FLACFrameHeader.firstIndex(
                in: piece, channelCount: info.channelCount, bitDepth: info.bitDepth)
            if let index { return start + index < range.upperBound ? start + index : nil }
        }
        return nil
    }

    private static func blocks(
        _ decoder: FLACDecoder, from start: Int, to end: Int, _ frameLimit: Int
    ) -> FLACStretch {
        var blocks: FLACStretch = []
        decoder.move(to: start, frame: 0)
        while let position = decoder.position, position < end, decoder.frameCount < frameLimit,
            case .block(let planes)? = try? decoder.next(), let end = decoder.position
        {
            blocks.append(FLACBlock(planes: planes, end: end))
        }
        return blocks
    }
}
