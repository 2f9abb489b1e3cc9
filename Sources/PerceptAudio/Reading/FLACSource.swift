import PerceptCore

/// Samples of a FLAC stream, native or in Ogg.
///
/// libsndfile, which reads FLAC too, knows 8, 16 and 24 bits alone, believes the header's total, and passes the checksum over.
/// Of a long native file stretches are decoded ahead on other threads; what they give is what decoding from the first
/// frame to the last gives, and whatever is wrong with a file is found there.
final class FLACSource: SampleSource {
    let header: RecordingHeader
    let holdsFloatingPoint = false
    private(set) var warnings: [String] = []
    private let name: String
    private let byteCount: Int
    private let decoder: FLACDecoder
    private let checksum: FLACChecksum?
    private let readAhead: FLACReadAhead?
    private var stretch: ArraySlice<FLACBlock> = []
    /// Where the next block begins: its byte (`nil` in Ogg) and its frame.
    private var position: Int?
    private var frameCount = 0
    private var block: [[Float]] = []
    private var taken = 0
    private var isFinished = false
    private let bytes: InputBytes
    private let isLenient: Bool
    private let isOgg: Bool
    private var losses: FLACLosses
    /// Frames of silence that come next, in place of damaged ones.
    private var silence = 0
    /// What follows that silence.
    private var heldBlock: [[Float]]?
    /// By its own number; a stream that was cut out of another does not begin with 0.
    private var firstBlockStart: Int?

    private var info: FLACStreamInfo { decoder.info }

    /// - Parameters:
    ///   - verifyingChecksum: whether the MD5 of the samples is compared with the header's at the end.
    ///   - isLenient: whether silence takes the place of damaged frames, instead of an error.
    ///   - silenceLimit: seconds of such silence at most.
    /// - Throws: `MediaError` `.malformedInput` when the header cannot be read.
    init(
        _ bytes: InputBytes, mediaType: MediaType, verifyingChecksum: Bool, isLenient: Bool = false,
        silenceLimit: Int = ResourceLimits.default.silenceDuration,
        division: FLACReadAhead.Division = FLACReadAhead.Division()
    ) throws(MediaError) {
        decoder = try FLACDecoder(bytes, mediaType: mediaType)
        name = bytes.name
        self.bytes = bytes
        self.isLenient = isLenient
        losses = FLACLosses(sampleRate: decoder.info.sampleRate, silenceLimit: silenceLimit)
        byteCount = bytes.byteCount
        position = decoder.position
        let info = decoder.info
        isOgg = mediaType == .ogg
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
        if silence > 0 {
            let count = min(silence, 4096)
            silence -= count
            return [[Float]](repeating: [Float](repeating: 0, count: count), count: info.channelCount)
        }
        if let block = heldBlock.take() { return block }
        guard !isFinished else { return [] }
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
        if let position { decoder.move(to: position, frame: frameCount) }
        switch try decoder.next() {
        case .block(let planes):
            position = decoder.position
            defer { frameCount += planes.first?.count ?? 0 }
            // A page that is missing or damaged leaves no other trace in Ogg.
            let start = decoder.blockStart - (firstBlockStart ?? decoder.blockStart)
            firstBlockStart = decoder.blockStart - start
            guard isOgg, start > frameCount else { return planes }
            silence = losses.silence(at: frameCount, until: start, "an Ogg page is missing")
            frameCount += silence
            heldBlock = planes
            return try nextBlock()
        case .damaged(let damage):
            guard isLenient else { throw damaged(damage) }
            try passOver(damage)
            return try nextBlock()
        case .end:
            isFinished = true
            try checkEnd()
            return []
        }
    }

    /// Goes on with the next whole frame, with silence in place of what lies before it.
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
        let digestMatches = losses.isEmpty ? checksum.map { $0.finish() == info.digest } : nil
        // A frame that was cut off is no frame to libFLAC, and nothing follows it.
        let isPartialFrame = position.map { byteCount - $0 <= info.largestFrame ?? Self.largestPartialFrame } ?? isOgg
        let damage = isPartialFrame ? nil : decoder.pendingDamage
        let endsWithFrame = decoder.pendingDamage == nil && (position ?? byteCount) == byteCount
        let isShort = info.frameCount.map { frameCount < $0 } ?? !endsWithFrame
        if digestMatches != true, isShort {
            if let damage {
                guard isLenient, frameCount > 0 else { throw damaged(damage) }
                losses.rest = damage.reason
            } else if frameCount == 0 || info.digest != nil || !endsWithFrame || !losses.isEmpty {
                // An encoder that came to write the digest knew the total too.
                guard frameCount > 0 else { throw cutShort }
                losses.isCutShort = true
            }
        }
        warnings += losses.warnings(frameCount: frameCount, statedCount: info.frameCount)
        if let stated = info.frameCount, frameCount != stated, losses.isEmpty {
            warnings.append("the header states \(stated) frames, the stream holds \(frameCount)")
        }
        if digestMatches == false, losses.isEmpty {
            warnings.append("the samples are not those that were encoded: their MD5 is not the one in the header")
        }
    }

    /// Bytes of a frame, where the header does not state the largest: 16 384 frames of eight channels of 32 bits.
    private static let largestPartialFrame = 1 << 19

    private func damaged(_ damage: FLACDamage) -> MediaError {
        var error = MediaError(
            .malformedInput, source: name,
            problem: "the data are damaged at \(header.place(damage.frame)) (\(damage.reason))",
            remedy: "get the recording again, or read it leniently, with silence for what is lost")
        error.option = .leniency
        return error
    }

    private var cutShort: MediaError {
        MediaError(
            .malformedInput, source: name, problem: "is cut short: the data end before the first whole frame",
            remedy: "get the whole file again")
    }
}
