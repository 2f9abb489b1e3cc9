import PerceptCore

/// Samples of a FLAC stream, native or in Ogg.
///
/// libsndfile, which reads FLAC too, knows 8, 16 and 24 bits alone, believes the header's total, and passes the checksum over.
/// Of a long native file stretches are decoded ahead on other threads; what they give is what decoding from the first
/// frame to the last gives, and whatever is wrong with a file is found there.
final class FLACSource: SampleSource {
    private(set) var header: RecordingHeader
    let holdsFloatingPoint = false
    private(set) var warnings: [String] = []
    private let name: String
    private let bytes: InputBytes
    private let verifyingChecksum: Bool
    private let decoder: FLACDecoder
    private let checksum: FLACChecksum?
    private var readAhead: FLACReadAhead?
    private var stretch: ArraySlice<FLACBlock> = []
    /// Where the next block begins: its byte (`nil` in Ogg) and its frame.
    private var position: Int?
    private var frameCount = 0
    private var block: [[Float]] = []
    private var taken = 0
    private var isFinished = false
    /// The format of the blocks, where it is not the header's, and whether it ever was another.
    private var format: FLACFrameFormat?
    private var hasChanged = false
    /// The first block of another format, which belongs to the next part.
    private var pending: (planes: [[Float]], format: FLACFrameFormat?)?
    /// Where another stream begins.
    private var nextStream: Int?

    private var info: FLACStreamInfo { decoder.info }

    /// - Parameter verifyingChecksum: whether the MD5 of the samples is compared with the header's at the end.
    /// - Throws: `MediaError` `.malformedInput` when the header cannot be read.
    init(
        _ bytes: InputBytes, mediaType: MediaType, verifyingChecksum: Bool,
        division: FLACReadAhead.Division = FLACReadAhead.Division()
    ) throws(MediaError) {
        decoder = try FLACDecoder(bytes, mediaType: mediaType)
        name = bytes.name
        self.bytes = bytes
        self.verifyingChecksum = verifyingChecksum
        position = decoder.position
        let info = decoder.info
        let isOgg = mediaType == .ogg
        header = RecordingHeader(
            mediaType: mediaType, container: isOgg ? "Ogg" : "FLAC",
            codec: isOgg ? "FLAC \(info.bitDepth) bit" : info.codecName,
            bitDepth: info.bitDepth, sampleRate: info.sampleRate,
            channels: decoder.channelMask.map { ChannelLayout(mask: $0, channelCount: info.channelCount) }
                ?? .conventional(channelCount: info.channelCount), frameCount: info.frameCount)
        checksum = verifyingChecksum && info.digest != nil ? FLACChecksum() : nil
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

    /// The next block; empty at the end.
    private func nextBlock() throws(MediaError) -> [[Float]] {
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
            (position, frameCount) = (decoder.position, decoder.frameCount)
            guard format == self.format else {
                (pending, hasChanged, readAhead) = ((planes, format), true, nil)
                return []
            }
            return planes
        case .damaged(let damage): throw damaged(damage)
        case .end: return try finish()
        }
    }

    private func finish() throws(MediaError) -> [[Float]] {
        isFinished = true
        try checkEnd()
        return []
    }

    /// Where a stream begins that follows, tags aside, on a frame that ends at `position`; `nil` when none does.
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

    /// What follows in another format or as another stream; `nil` at the end of the bytes.
    ///
    /// - Throws: `MediaError` `.malformedInput` when the header of the other stream cannot be read.
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
            InputBytes(bytes, range: start..<bytes.byteCount), mediaType: header.mediaType,
            verifyingChecksum: verifyingChecksum)
    }

    private func layout(of format: FLACFrameFormat?) -> ChannelLayout {
        let channelCount = format?.channelCount ?? info.channelCount
        guard channelCount == info.channelCount else { return .conventional(channelCount: channelCount) }
        return decoder.channelMask.map { ChannelLayout(mask: $0, channelCount: channelCount) }
            ?? .conventional(channelCount: channelCount)
    }

    private func checkEnd() throws(MediaError) {
        let digestMatches = hasChanged ? nil : checksum.map { $0.finish() == info.digest }
        if digestMatches != true {
            let isAtEnd = nextStream != nil || (position ?? bytes.byteCount) == bytes.byteCount
            let endsWithFrame = decoder.pendingDamage == nil && isAtEnd
            if let stated = info.frameCount, frameCount < stated {
                // An encoder that came to write the digest knew the total too.
                guard info.digest == nil, endsWithFrame else { throw cutShort(stated) }
            } else if info.frameCount == nil, !endsWithFrame {
                throw decoder.pendingDamage.map(damaged) ?? cutShort(nil)
            }
        }
        if let stated = info.frameCount, frameCount != stated {
            warnings.append("the header states \(stated) frames, the stream holds \(frameCount)")
        }
        if digestMatches == false {
            warnings.append("the samples are not those that were encoded: their MD5 is not the one in the header")
        }
    }

    private func damaged(_ damage: FLACDamage) -> MediaError {
        MediaError(
            .malformedInput, source: name,
            problem: "the data are damaged at \(header.place(damage.frame)) (\(damage.reason))",
            remedy: "get the recording again")
    }

    private func cutShort(_ stated: Int?) -> MediaError {
        let expected = stated.map { "the header states \($0) frames" } ?? "in the middle of a FLAC frame"
        return MediaError(
            .malformedInput, source: name,
            problem: "is cut short: the data end at \(header.place(frameCount)), \(expected)",
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

extension JoinedParts {
    /// A native FLAC file with all streams that follow one another in it.
    ///
    /// - Throws: `MediaError` `.malformedInput` when the first header cannot be read, `.inputOutput`.
    static func flac(_ bytes: InputBytes, verifyingChecksum: Bool) throws(MediaError) -> JoinedParts {
        flac(try FLACSource(bytes, mediaType: .flac, verifyingChecksum: verifyingChecksum), name: bytes.name)
    }

    /// A stream whose format may change.
    static func flac(_ source: FLACSource, name: String) -> JoinedParts {
        JoinedParts(source, then: FLACParts(source), frameCount: source.header.frameCount, name: name)
    }
}
