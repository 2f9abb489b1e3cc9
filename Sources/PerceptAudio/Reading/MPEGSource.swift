import PerceptCore

/// The samples of one part of an MP3, without the encoder's delay and padding.
final class MPEGSource: SampleSource {
    let header: RecordingHeader
    let holdsFloatingPoint = true
    private let part: MPEGPart
    private let decoder: MPEGDecoder
    private var walker: MPEGFrameWalker
    private var mpegFramesLeft: Int
    private var framesLeft: Int
    /// Decoded samples, interleaved; those in `buffered` were not yet returned.
    private var buffer: [Float] = []
    private var buffered = 0..<0
    /// The number of samples before the sound that are still to be skipped.
    private var skipped: Int
    private var undecodedCount = 0

    /// Opens a part.
    ///
    /// - Parameter end: The offset after the last frame of the file.
    init(_ bytes: InputBytes, _ part: MPEGPart, end: Int, mediaType: MediaType, container: String) throws(MediaError) {
        self.part = part
        decoder = try MPEGDecoder(part.stream, freeFormatByteCount: part.freeFormatByteCount, of: bytes.name)
        walker = MPEGFrameWalker(
            bytes, at: part.start, end: end, stream: part.stream,
            freeFormatByteCount: part.freeFormatByteCount)
        header = RecordingHeader(
            mediaType: mediaType, container: container, codec: Self.codecNames[part.stream.layer - 1],
            bitDepth: nil, sampleRate: part.stream.sampleRate,
            channels: .conventional(channelCount: part.stream.channelCount), frameCount: part.frameCount)
        mpegFramesLeft = part.mpegFrameCount
        framesLeft = part.frameCount
        skipped = part.skippedAtStart * part.stream.channelCount
    }

    private static let codecNames = ["MPEG layer I", "MPEG layer II", "MPEG layer III"]

    var warnings: [Warning] {
        part.warnings + (undecodedCount > 0 ? ["\(undecodedCount) damaged MP3 frames became silence"] : [])
    }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        let channelCount = header.channelCount
        let wanted = min(frameLimit, framesLeft)
        guard wanted > 0 else { return [] }
        while buffered.count < wanted * channelCount, mpegFramesLeft > 0 { try decodeFrame() }
        let frameCount = min(wanted, buffered.count / channelCount)
        guard frameCount > 0 else {
            framesLeft = 0
            return []
        }
        let planes = buffer.withUnsafeBytes { bytes in
            let start = buffered.lowerBound * MemoryLayout<Float>.size
            return PCMSampleFormat.f32le.planes(
                UnsafeRawBufferPointer(rebasing: bytes[start...]), frameCount: frameCount, channelCount: channelCount,
                bytesPerFrame: channelCount * MemoryLayout<Float>.size)
        }
        buffered = buffered.lowerBound + frameCount * channelCount..<buffered.upperBound
        framesLeft -= frameCount
        return planes
    }

    private func decodeFrame() throws(MediaError) {
        let sampleCount = part.stream.samplesPerFrame * part.stream.channelCount
        makeRoom(for: sampleCount)
        guard let frame = try walker.next() else {
            throw MediaError(
                .inputOutput, source: walker.bytes.name, problem: "changed while it was being read",
                remedy: "read it again once it is complete")
        }
        mpegFramesLeft -= 1
        let end = buffered.upperBound + sampleCount
        let content = try walker.content(of: frame)
        let target = buffered.upperBound..<end
        let isDecoded = buffer.withUnsafeMutableBufferPointer { buffer in
            let output = UnsafeMutableBufferPointer(rebasing: buffer[target])
            if frame.isOutlier {
                output.update(repeating: 0)
                return true
            }
            return decoder.decode(content, into: output)
        }
        if !isDecoded { undecodedCount += 1 }
        buffered = buffered.lowerBound..<end
        let skippedNow = min(skipped, buffered.count)
        skipped -= skippedNow
        buffered = buffered.lowerBound + skippedNow..<end
    }

    private func makeRoom(for count: Int) {
        guard buffered.upperBound + count > buffer.count else { return }
        let needed = 2 * (buffered.count + count)
        if buffer.count < needed { buffer += [Float](repeating: 0, count: needed - buffer.count) }
        buffer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            base.update(from: base + buffered.lowerBound, count: buffered.count)
        }
        buffered = 0..<buffered.count
    }
}

/// The parts of an MP3 after the first.
private final class MPEGParts: PartSequence {
    private var rest: ArraySlice<MPEGPart>
    private let open: (MPEGPart) throws(MediaError) -> MPEGSource

    init(_ rest: ArraySlice<MPEGPart>, _ open: @escaping (MPEGPart) throws(MediaError) -> MPEGSource) {
        (self.rest, self.open) = (rest, open)
    }

    func nextPart() throws(MediaError) -> (any SampleSource)? {
        guard let part = rest.popFirst() else { return nil }
        return try open(part)
    }
}

extension JoinedSource {
    /// Opens MPEG audio with all of its parts.
    ///
    /// - Throws: `MediaError` `.malformedInput` if there is no frame; `.inputOutput`.
    static func mpeg(
        _ bytes: InputBytes, mediaType: MediaType, container: String = "MP3", notes: [Warning] = []
    ) throws(MediaError) -> JoinedSource {
        let layout = try MPEGLayout(bytes)
        func open(_ part: MPEGPart) throws(MediaError) -> MPEGSource {
            try MPEGSource(bytes, part, end: layout.end, mediaType: mediaType, container: container)
        }
        let first = layout.parts[0]
        let frameCount = layout.parts.reduce(0) {
            $0
                + Resampler.outputCount(
                    for: $1.frameCount, from: $1.stream.sampleRate, to: first.stream.sampleRate)
        }
        return JoinedSource(
            try open(first), then: MPEGParts(layout.parts.dropFirst(), open), frameCount: frameCount,
            name: bytes.name, notes: notes + layout.warnings)
    }
}
