import PerceptCore

/// Options for reading FLAC streams.
struct FLACReadingOptions: Sendable {
    /// Compares the MD5 of the samples with the header's at the end.
    var verifiesChecksum = false
    /// Replaces damaged frames with silence, instead of failing.
    var isLenient = false
    /// The maximum duration of such silence in seconds.
    var silenceLimit = ResourceLimits.default.silenceDuration
}

/// The samples of a FLAC stream, native or in Ogg.
///
/// libsndfile also reads FLAC, but supports only 8, 16 and 24 bits, trusts the header's frame count, and ignores the
/// checksum. Stretches of a long native file are decoded ahead on other threads, with the same result as decoding in
/// order; damage is always reported by decoding in order.
final class FLACSource: SampleSource {
    private(set) var header: RecordingHeader
    let holdsFloatingPoint = false
    private(set) var warnings: [Warning] = []
    private let name: String
    private let bytes: InputBytes
    private let options: FLACReadingOptions
    private let decoder: FLACDecoder
    private let checksum: SerialWorker<Hashing>?
    private var readAhead: FLACReadAhead?
    private var stretch: ArraySlice<FLACBlock> = []
    /// The offset of the next block (`nil` in Ogg) and its first frame.
    private var position: Int?
    private var frameCount = 0
    private var block: [[Float]] = []
    private var taken = 0
    private var isFinished = false
    private let isOgg: Bool
    private var losses: FLACLosses
    /// The number of silent frames to return next, in place of damaged ones.
    private var silence = 0
    /// The block after that silence.
    private var heldBlock: [[Float]]?
    /// The number that the first block states: not 0 in a stream that was cut out of another.
    private var firstBlockStart: Int?

    /// The format of the blocks if it differs from the header's, and whether it ever changed.
    private var format: FLACFrameFormat?
    private var hasChanged = false
    /// The first block of another format, which belongs to the next part.
    private var pending: (planes: [[Float]], format: FLACFrameFormat?)?
    /// The offset at which another stream begins.
    private var nextStream: Int?

    private var info: FLACStreamInfo { decoder.info }

    /// Opens a stream.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the header cannot be read.
    init(
        _ bytes: InputBytes, mediaType: MediaType, options: FLACReadingOptions = FLACReadingOptions(),
        division: FLACReadAhead.Division = FLACReadAhead.Division()
    ) throws(MediaError) {
        decoder = try FLACDecoder(bytes, mediaType: mediaType)
        name = bytes.name
        self.bytes = bytes
        self.options = options
        losses = FLACLosses(sampleRate: decoder.info.sampleRate, silenceLimit: options.silenceLimit)
        position = decoder.position
        let info = decoder.info
        isOgg = mediaType == .ogg
        header = RecordingHeader(
            mediaType: mediaType, container: isOgg ? "Ogg" : "FLAC",
            codec: isOgg ? "FLAC \(info.bitDepth) bit" : info.codecName,
            bitDepth: info.bitDepth, sampleRate: info.sampleRate,
            channels: decoder.channelMask.map { ChannelLayout(mask: $0, channelCount: info.channelCount) }
                ?? .conventional(channelCount: info.channelCount), frameCount: info.frameCount)
        checksum = options.verifiesChecksum && info.digest != nil ? .flacChecksum() : nil
        if let checksum {
            decoder.passSamples { checksum.add($0) }
            readAhead = nil
        } else {
            readAhead = isOgg ? nil : FLACReadAhead(bytes, info, from: decoder.position ?? 0, division)
        }
    }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        if taken >= (block.first?.count ?? 0) {
            (block, taken) = (try nextBlock(), 0)
        }
        let available = (block.first?.count ?? 0) - taken
        guard available > 0 else { return [] }
        if taken == 0, available <= frameLimit {
            taken = available
            return block
        }
        let range = taken..<taken + min(available, frameLimit)
        taken = range.upperBound
        return block.map { Array($0[range]) }
    }

    /// Returns the next block; empty at the end.
    private func nextBlock() throws(MediaError) -> [[Float]] {
        if silence > 0 {
            let count = min(silence, 4096)
            silence -= count
            return [[Float]](repeating: [Float](repeating: 0, count: count), count: info.channelCount)
        }
        if let block = heldBlock.take() { return block }
        guard !isFinished, pending == nil else { return [] }
        if stretch.isEmpty, let position, let decoded = readAhead?.stretch(at: position) {
            stretch = decoded[...]
        }
        if let next = stretch.popFirst() {
            position = next.end
            frameCount += next.planes.first?.count ?? 0
            return next.planes
        }
        return try decodeBlock()
    }

    private func decodeBlock() throws(MediaError) -> [[Float]] {
        if let position {
            nextStream = try streamStart(at: position)
            guard nextStream == nil else { return try finish() }
            decoder.move(to: position, frame: frameCount)
        }
        switch try decoder.next() {
        case .block(let planes, let format):
            position = decoder.position
            defer { frameCount += planes.first?.count ?? 0 }
            guard format == self.format else {
                (pending, hasChanged, readAhead) = ((planes, format), true, nil)
                return []
            }
            // In Ogg, a missing or damaged page shows only in the block numbers.
            let start = decoder.blockStart - (firstBlockStart ?? decoder.blockStart)
            firstBlockStart = decoder.blockStart - start
            guard isOgg, start > frameCount else { return planes }
            silence = losses.silence(at: frameCount, until: start, "an Ogg page is missing")
            frameCount += silence
            heldBlock = planes
            return try nextBlock()
        case .damaged(let damage):
            guard options.isLenient else { throw damaged(damage) }
            try passOver(damage)
            return try nextBlock()
        case .end: return try finish()
        }
    }

    private func finish() throws(MediaError) -> [[Float]] {
        isFinished = true
        try checkEnd()
        return []
    }

    /// Returns the offset of a stream that begins at `position` or after tags there; `nil` if there is none.
    private func streamStart(at position: Int) throws(MediaError) -> Int? {
        var start = position
        // A file ends with two or three tags at most, and the next begins with one.
        for _ in 0..<8 {
            let magic = try bytes.read(at: start, count: 4)
            if magic == Array("fLaC".utf8) { return start }
            guard let first = magic.first, MediaTag.canBegin(with: first),
                let end = try MediaTag.end(at: start, in: bytes, limit: bytes.byteCount)
            else { return nil }
            start = end
        }
        return nil
    }

    /// Returns the part in another format or the stream that follows; `nil` at the end of the file.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the header of the other stream cannot be read.
    func nextPart() throws(MediaError) -> FLACSource? {
        if let pending {
            self.pending = nil
            (block, taken, format) = (pending.planes, 0, pending.format)
            let format = pending.format
            header = RecordingHeader(
                mediaType: header.mediaType, container: header.container, codec: header.codec,
                bitDepth: format?.bitDepth ?? info.bitDepth, sampleRate: format?.sampleRate ?? info.sampleRate,
                channels: layout(of: format), frameCount: nil)
            warnings = []
            return self
        }
        guard let start = nextStream else { return nil }
        nextStream = nil
        return try FLACSource(
            InputBytes(bytes, range: start..<bytes.byteCount), mediaType: header.mediaType, options: options)
    }

    private func layout(of format: FLACFrameFormat?) -> ChannelLayout {
        let channelCount = format?.channelCount ?? info.channelCount
        guard channelCount == info.channelCount else { return .conventional(channelCount: channelCount) }
        return decoder.channelMask.map { ChannelLayout(mask: $0, channelCount: channelCount) }
            ?? .conventional(channelCount: channelCount)
    }

    /// Continues with the next whole frame, with silence in place of the data before it.
    private func passOver(_ damage: FLACDamage) throws(MediaError) {
        guard let position, let next = try FLACFrameSearch(bytes, info).frame(after: position) else {
            isFinished = true
            losses.rest = damage.reason
            warnings += losses.warnings(frameCount: frameCount, statedCount: info.frameCount)
            return
        }
        silence = losses.silence(at: frameCount, until: next.frame, damage.reason)
        frameCount += silence
        self.position = next.position
    }

    private func checkEnd() throws(MediaError) {
        let digestMatches = losses.isEmpty && !hasChanged ? checksum.map { $0.digest() == info.digest } : nil
        // libFLAC reports a frame that was cut off as damage that no frame follows.
        let isPartialFrame =
            position.map { bytes.byteCount - $0 <= info.largestFrame ?? Self.largestPartialFrame } ?? isOgg
        let damage = isPartialFrame ? nil : decoder.pendingDamage
        let isAtEnd = nextStream != nil || (position ?? bytes.byteCount) == bytes.byteCount
        let endsWithFrame = decoder.pendingDamage == nil && isAtEnd
        let isShort = info.frameCount.map { frameCount < $0 } ?? !endsWithFrame
        if digestMatches != true, isShort {
            if let damage {
                guard options.isLenient, frameCount > 0 else { throw damaged(damage) }
                losses.rest = damage.reason
            } else if frameCount == 0 || info.digest != nil || !endsWithFrame || !losses.isEmpty {
                // An encoder that wrote the digest also knew the total.
                guard frameCount > 0 else { throw cutShort }
                losses.isCutShort = true
            }
        }
        warnings += losses.warnings(frameCount: frameCount, statedCount: info.frameCount)
        if let stated = info.frameCount, frameCount != stated, losses.isEmpty {
            warnings.append("the header states \(stated) frames, the stream holds \(frameCount)")
        }
        if isOgg, info.frameCount == nil, losses.isEmpty, try !bytes.endsWithLastOggPage() {
            warnings.append(
                Warning(
                    "its last Ogg page is missing or damaged: it ends at \(header.seconds(frameCount)), "
                        + "and how much is missing is not stated"))
        }
        if digestMatches == false, losses.isEmpty {
            warnings.append("the samples are not those that were encoded: their MD5 is not the one in the header")
        }
    }

    /// The maximum size of a frame in bytes if the header does not state it: 16 384 frames of eight 32-bit channels.
    private static let largestPartialFrame = 1 << 19

    private func damaged(_ damage: FLACDamage) -> MediaError {
        MediaError(
            .malformedInput, source: name,
            problem: "the data are damaged at \(header.place(damage.frame)) (\(damage.reason))",
            remedy: "get the recording again, or read it leniently, with silence for what is lost",
            parameter: .isLenient)
    }

    private var cutShort: MediaError {
        MediaError(
            .malformedInput, source: name, problem: "is cut short: the data end before the first whole frame",
            remedy: "get the whole file again")
    }
}

/// The parts of a FLAC file after the first.
private final class FLACParts: PartSequence {
    private var current: FLACSource?

    init(_ first: FLACSource) {
        current = first
    }

    func nextPart() throws(MediaError) -> (any SampleSource)? {
        let last = current
        current = nil
        current = try last?.nextPart()
        return current
    }
}

extension JoinedSource {
    /// Opens a native FLAC file with all of its streams.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the first header cannot be read; `.inputOutput`.
    static func flac(_ bytes: InputBytes, options: FLACReadingOptions) throws(MediaError) -> JoinedSource {
        flac(try FLACSource(bytes, mediaType: .flac, options: options), name: bytes.name)
    }

    /// Opens a stream that may change its format.
    static func flac(_ source: FLACSource, name: String) -> JoinedSource {
        JoinedSource(source, then: FLACParts(source), frameCount: source.header.frameCount, name: name)
    }
}
