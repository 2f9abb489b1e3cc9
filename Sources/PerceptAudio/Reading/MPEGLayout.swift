import PerceptCore

/// A stretch of MPEG audio from one encoder, with one sample rate and channel count.
struct MPEGPart {
    /// The offset of its first frame with sound, and that frame's header.
    let start: Int
    let stream: MPEGFrameHeader
    let freeFormatByteCount: Int?
    let info: MPEGInfoFrame?
    fileprivate(set) var mpegFrameCount = 0
    fileprivate(set) var byteCount = 0
    fileprivate(set) var outlierCount = 0

    private var decodedCount: Int { mpegFrameCount * stream.samplesPerFrame }

    /// The number of decoded samples before the sound.
    var skippedAtStart: Int {
        info?.delay.map { min(decodedCount, $0 + MPEGInfoFrame.decoderDelay) } ?? 0
    }

    /// The number of decoded samples after the sound; 0 if the length differs from the header's, since the end is then
    /// not the encoder's.
    private var skippedAtEnd: Int {
        guard let padding = info?.padding, isAsStated else { return 0 }
        return max(0, padding - MPEGInfoFrame.decoderDelay)
    }

    private var isAsStated: Bool {
        guard let stated = info?.frameCount, stated != mpegFrameCount else { return true }
        guard stated < mpegFrameCount, let statedBytes = info?.byteCount else { return false }
        return abs(statedBytes - byteCount) <= 2 * MPEGFrameHeader.largestFrame
    }

    /// The number of frames of the recording.
    var frameCount: Int { max(0, decodedCount - skippedAtStart - skippedAtEnd) }

    var warnings: [Warning] {
        var warnings: [Warning] = []
        if let stated = info?.frameCount, stated > 0, stated != mpegFrameCount {
            let missing = RecordingHeader.seconds(
                (stated - mpegFrameCount) * stream.samplesPerFrame, sampleRate: stream.sampleRate)
            warnings.append(
                Warning(
                    "the header states \(stated) MP3 frames, \(mpegFrameCount) are there"
                        + (stated > mpegFrameCount ? ": \(missing) are missing" : ", all were read")))
        }
        if outlierCount > 0 {
            warnings.append("\(outlierCount) MP3 frames with damaged headers became silence")
        }
        return warnings
    }
}

/// The parts of an MP3 (or of Layers I and II), found by the frame headers without decoding.
struct MPEGLayout {
    let parts: [MPEGPart]
    /// The offset at which the tags at the end begin.
    let end: Int
    let damage: MPEGFrameWalker.Damage

    /// Finds the parts.
    ///
    /// - Throws: `MediaError` `.malformedInput` if there is no frame; `.inputOutput`, `.cancelled`.
    init(_ bytes: InputBytes) throws(MediaError) {
        let end = try MediaTag.start(ofTagsBefore: bytes.byteCount, in: bytes)
        var walker = MPEGFrameWalker(bytes, range: 0..<end)
        var parts: [MPEGPart] = []
        var info: MPEGInfoFrame?
        var isNew = true
        var count = 0
        while let frame = try walker.next() {
            count += 1
            if count % 4096 == 0 { try MediaError.checkCancellation() }
            if frame.header.layer == 3, let found = MPEGInfoFrame(try walker.content(of: frame), frame.header) {
                (info, isNew) = (found, true)
                continue
            }
            let last = parts.count - 1
            if isNew || !frame.isOutlier && !Self.goOn(parts[last].stream, frame.header) {
                parts.append(
                    MPEGPart(
                        start: frame.position, stream: frame.header,
                        freeFormatByteCount: walker.freeFormatByteCount, info: info))
                (info, isNew) = (nil, false)
            }
            parts[parts.count - 1].mpegFrameCount += 1
            parts[parts.count - 1].byteCount += frame.byteCount
            if frame.isOutlier { parts[parts.count - 1].outlierCount += 1 }
        }
        guard !parts.isEmpty else {
            throw MediaError(
                .malformedInput, source: bytes.name, problem: "holds no whole MP3 frame",
                remedy: "check that the file is complete")
        }
        // A part that holds only the encoder's padding is dropped.
        let sounding = parts.filter { $0.frameCount > 0 }
        self.parts = sounding.isEmpty ? Array(parts.prefix(1)) : sounding
        self.end = end
        damage = walker.damage
    }

    private static func goOn(_ stream: MPEGFrameHeader, _ header: MPEGFrameHeader) -> Bool {
        header.isOfOneStream(with: stream) && header.channelCount == stream.channelCount
    }

    var warnings: [Warning] {
        var warnings: [Warning] = []
        if let first = damage.firstSkipped {
            let count = damage.skippedByteCount
            warnings.append("\(count) bytes that are no MP3 frames were skipped, the first at byte \(first)")
        }
        if damage.endsInsideFrame { warnings.append("the file ends inside an MP3 frame, which was left out") }
        return warnings
    }
}
