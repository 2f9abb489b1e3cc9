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

    private var info: FLACStreamInfo { decoder.info }

    /// - Parameter verifyingChecksum: whether the MD5 of the samples is compared with the header's at the end.
    /// - Throws: `MediaError` `.malformedInput` when the header cannot be read.
    init(
        _ bytes: InputBytes, mediaType: MediaType, verifyingChecksum: Bool,
        division: FLACReadAhead.Division = FLACReadAhead.Division()
    ) throws(MediaError) {
        decoder = try FLACDecoder(bytes, mediaType: mediaType)
        name = bytes.name
        byteCount = bytes.byteCount
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
            (position, frameCount) = (decoder.position, decoder.frameCount)
            return planes
        case .damaged(let damage): throw damaged(damage)
        case .end:
            isFinished = true
            try checkEnd()
            return []
        }
    }

    private func checkEnd() throws(MediaError) {
        let digestMatches = checksum.map { $0.finish() == info.digest }
        if digestMatches != true {
            let endsWithFrame = decoder.pendingDamage == nil && (position ?? byteCount) == byteCount
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
