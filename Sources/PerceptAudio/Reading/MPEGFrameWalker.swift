import PerceptCore

/// One frame of MPEG audio in a file.
struct MPEGFrame {
    let header: MPEGFrameHeader
    let position: Int
    let byteCount: Int
    /// `true` if its channel count differs from the frames before and after it: damage to the header.
    let isOutlier: Bool
}

/// Iterates over the frames of MPEG audio, skipping tags, zeros and junk.
///
/// libmpg123 can do so too, but does not report the bytes it skipped, nor the length before everything is decoded. It
/// receives whole frames only, and so returns exactly as many samples as they hold.
struct MPEGFrameWalker {
    let bytes: InputBytes
    /// The offset at which the next frame is expected.
    private(set) var position: Int
    private let end: Int
    /// The stream of the last frame; `nil` before the first.
    private(set) var stream: MPEGFrameHeader?
    /// The size in bytes of a frame of free format without padding.
    private(set) var freeFormatByteCount: Int?
    /// `true` if the last frame ended at `position`.
    private var isInStep = false
    private(set) var damage = Damage()
    private var window: [UInt8] = []
    private var windowStart = 0

    struct Damage {
        /// The number of bytes that are neither frames nor tags nor zeros, and the offset of the first.
        var skippedByteCount = 0
        var firstSkipped: Int?
        /// `true` if the bytes end inside a frame, which is left out.
        var endsInsideFrame = false
    }

    private static let windowLength = 1 << 16
    /// The size of a frame that may be cut off, and of three that may begin within it.
    private static let lookahead = 5 * MPEGFrameHeader.largestFrame + 64

    init(_ bytes: InputBytes, range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// Continues at the start of a frame of `stream`.
    init(_ bytes: InputBytes, at position: Int, end: Int, stream: MPEGFrameHeader, freeFormatByteCount: Int?) {
        self.bytes = bytes
        self.position = position
        self.end = end
        self.stream = stream
        self.freeFormatByteCount = freeFormatByteCount
        isInStep = true
    }

    /// Returns the next frame, or `nil` at the end.
    ///
    /// - Throws: `MediaError` `.inputOutput`.
    mutating func next() throws(MediaError) -> MPEGFrame? {
        while position < end {
            try load()
            if let frame = try frameInStep() ?? firstFrame() {
                position += frame.byteCount
                isInStep = true
                return frame
            }
            guard position < end else { break }
            isInStep = false
            try skip()
        }
        return nil
    }

    /// Returns the bytes of a frame, for the decoder.
    mutating func content(of frame: MPEGFrame) throws(MediaError) -> ArraySlice<UInt8> {
        if frame.position < windowStart || frame.position + frame.byteCount > windowStart + window.count {
            return try bytes.read(at: frame.position, count: frame.byteCount)[...]
        }
        let start = frame.position - windowStart
        return window[start..<start + frame.byteCount]
    }

    // MARK: Frames

    private mutating func load() throws(MediaError) {
        let needed = min(Self.lookahead, end - position)
        if position >= windowStart, position + needed <= windowStart + window.count { return }
        window = try bytes.read(at: position, count: min(Self.windowLength, end - position))
        windowStart = position
        // The file became shorter; zeros replace the missing bytes.
        if window.count < needed { window += [UInt8](repeating: 0, count: needed - window.count) }
    }

    private func header(at position: Int) -> MPEGFrameHeader? {
        MPEGFrameHeader(window, at: position - windowStart)
    }

    private func byteCount(of header: MPEGFrameHeader, _ freeFormat: Int?) -> Int? {
        let count = header.frameByteCount ?? freeFormat.map { $0 + header.paddingByteCount }
        return count.flatMap { $0 > MPEGFrameHeader.byteCount ? $0 : nil }
    }

    /// Returns whether the bytes at `position` may follow a frame of `stream`.
    private func follows(_ stream: MPEGFrameHeader, at position: Int) -> Bool {
        if position == end { return true }
        guard position < end else { return false }
        if let next = header(at: position) { return next.isOfOneStream(with: stream) }
        if isCutHeader(at: position, of: stream) { return true }
        let start = position - windowStart
        return window.indices.contains(start) && MediaTag.canBegin(with: window[start])
            && ["ID3", "TAG", "APETAGEX"].contains { window[start...].starts(with: Array($0.utf8)) }
    }

    /// Returns the frame at `position` if it continues the stream.
    private mutating func frameInStep() throws(MediaError) -> MPEGFrame? {
        guard isInStep, let stream else { return nil }
        if isCutHeader(at: position, of: stream) {
            damage.endsInsideFrame = true
            position = end
            return nil
        }
        guard let header = header(at: position), header.isOfOneStream(with: stream),
            let length = byteCount(of: header, freeFormatByteCount)
        else { return nil }
        if !follows(header, at: position + length) {
            // If it is cut off or has a wrong length, the next may begin before its end.
            if let next = (position + 4..<min(position + length, end)).first(where: { isRun(at: $0, of: stream) }) {
                note(position..<next)
                position = next
                try load()
                return try frameInStep()
            }
            if position + length > end {
                damage.endsInsideFrame = true
                position = end
                return nil
            }
        }
        var isOutlier = false
        if header.channelCount != stream.channelCount {
            isOutlier = self.header(at: position + length)?.channelCount != header.channelCount
        }
        if !isOutlier { self.stream = header }
        return MPEGFrame(header: header, position: position, byteCount: length, isOutlier: isOutlier)
    }

    /// Returns whether the bytes end inside the header of a frame of `stream`.
    private func isCutHeader(at position: Int, of stream: MPEGFrameHeader) -> Bool {
        let start = position - windowStart
        let count = end - position
        guard (1..<MPEGFrameHeader.byteCount).contains(count), start + count <= window.count else { return false }
        let word = window[start..<start + count].reduce(0) { $0 << 8 | UInt32($1) }
        // Version and layer are in the second byte, the sample rate is in the third; the fourth may have any value.
        return (0..<UInt32(1) << (8 * UInt32(max(0, 3 - count)))).contains { rest in
            MPEGFrameHeader((word << (8 * UInt32(3 - count)) | rest) << 8)?.isOfOneStream(with: stream) == true
        }
    }

    /// Returns the frame at `position` if two more frames or the end confirm that it begins a stream.
    private mutating func firstFrame() -> MPEGFrame? {
        guard let header = header(at: position) else { return nil }
        let free = header.bitRate == nil ? freeFormat(at: position) : nil
        guard let length = byteCount(of: header, free), isRun(at: position, of: header, free) else { return nil }
        (stream, freeFormatByteCount) = (header, free)
        return MPEGFrame(header: header, position: position, byteCount: length, isOutlier: false)
    }

    private func freeFormat(at position: Int) -> Int? {
        MPEGFrameHeader.freeFormatByteCount(
            window, at: position - windowStart, isAtEnd: windowStart + window.count >= end)
    }

    /// Returns whether three consecutive frames of one stream begin at `position`, or as many as there is room for.
    private func isRun(at position: Int, of stream: MPEGFrameHeader, _ freeFormat: Int? = nil) -> Bool {
        var (next, count) = (position, 0)
        while count < 3 {
            guard let header = header(at: next), header.isOfOneStream(with: stream),
                let length = byteCount(of: header, freeFormat ?? freeFormatByteCount)
            else { break }
            next += length
            count += 1
            // The last may be cut off.
            if next > end { return count > 1 }
        }
        return count == 3 || count > 0 && next == end || count > 1 && follows(stream, at: next)
    }

    // MARK: Everything else

    /// Moves to the next offset at which a frame may begin.
    private mutating func skip() throws(MediaError) {
        let start = position
        if let tagEnd = try MediaTag.end(at: position, in: bytes, limit: end) {
            position = tagEnd
            return
        }
        var isZero = true
        repeat {
            isZero = isZero && window[position - windowStart] == 0
            position += 1
            if position - windowStart >= window.count { break }
        } while position < end && !canBegin(window[position - windowStart])
        if !isZero { note(start..<position) }
    }

    private func canBegin(_ byte: UInt8) -> Bool {
        byte == 0xFF || MediaTag.canBegin(with: byte)
    }

    private mutating func note(_ range: Range<Int>) {
        damage.skippedByteCount += range.count
        damage.firstSkipped = damage.firstSkipped ?? range.lowerBound
    }
}
