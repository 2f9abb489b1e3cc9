import PerceptCore

/// Recordings without a header, in the format that the caller states.
enum RawAudio {
    /// Opens all bytes as samples.
    ///
    /// - Parameter ffmpeg: The program that decodes G.722; `nil` if there is none.
    /// - Throws: `MediaError` `.malformedInput` for less than one frame, or for bytes that cannot be GSM;
    ///   `.unsupportedFeature` for G.722 without ffmpeg.
    static func source(
        _ bytes: InputBytes, _ format: RawAudioFormat, ffmpeg: String?
    ) throws(MediaError) -> any SampleSource {
        let byteCount = format.blockByteCount
        let (blockCount, rest) = bytes.byteCount.quotientAndRemainder(dividingBy: byteCount)
        guard blockCount > 0 else {
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "the file has \(bytes.byteCount) bytes, less than one frame of \(format)",
                remedy: "record or export it again")
        }
        let range = 0..<blockCount * byteCount
        let warnings: [Warning] =
            rest == 0 ? [] : ["the last \(rest) bytes do not form a whole frame of \(format) and were ignored"]
        switch format.encoding {
        case .samples(let samples):
            let header = RecordingHeader(
                mediaType: mediaType, container: "raw", codec: samples.codecName,
                bitDepth: samples.isCompanded ? nil : samples.byteCount * 8, sampleRate: format.sampleRate,
                channels: .conventional(channelCount: format.channelCount), frameCount: blockCount)
            return PCMSource(
                bytes, range: range, format: samples, bytesPerFrame: byteCount, header: header, warnings: warnings)
        case .gsm: return try gsm(bytes, format, range, warnings)
        case .g722:
            guard let ffmpeg else {
                throw MediaError(
                    .unsupportedFeature, source: bytes.name, problem: "G.722 is not readable here",
                    remedy: "install ffmpeg, which is used when it is on the PATH")
            }
            return try FFmpegSource(
                bytes, mediaType: mediaType, demuxer: .g722, program: ffmpeg, frameCount: 2 * bytes.byteCount)
        }
    }

    private static let mediaType = MediaType(rawValue: "audio/x-raw")

    private static func gsm(
        _ bytes: InputBytes, _ format: RawAudioFormat, _ range: Range<Int>, _ warnings: [Warning]
    ) throws(MediaError) -> any SampleSource {
        // A damaged frame later on is an error where it is.
        let first = try bytes.read(at: 0, count: 1)
        guard first.allSatisfy({ $0 >> 4 == gsmSignature }) else {
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "is not GSM full rate: the first frame begins with \(String(first[0] >> 4, radix: 16)), not d",
                remedy: "check the raw format")
        }
        return try GSMSource(bytes, range: range, sampleRate: format.sampleRate, warnings: warnings)
    }

    /// The upper half of a frame's first byte.
    static let gsmSignature: UInt8 = 0xD
}

/// GSM 06.10 full rate without a header, decoded by libsndfile: frames of 33 bytes for 160 samples.
private final class GSMSource: SampleSource {
    let header: RecordingHeader
    let holdsFloatingPoint = false
    let warnings: [Warning]
    private let name: String
    private let bytes: InputBytes
    private let soundFile: SoundFile
    private var framesRead = 0

    init(
        _ bytes: InputBytes, range: Range<Int>, sampleRate: Int, warnings: [Warning]
    ) throws(MediaError) {
        do {
            soundFile = try SoundFile.readingGSM(VirtualFile(reading: bytes, range: range), sampleRate: sampleRate)
        } catch {
            throw MediaError(.malformedInput, source: bytes.name, problem: "cannot be read as GSM (\(error.message))")
        }
        let blockCount = range.count / RawAudioFormat.gsmByteCount
        header = RecordingHeader(
            mediaType: MediaType(rawValue: "audio/x-raw"), container: "raw", codec: "GSM 6.10", bitDepth: nil,
            sampleRate: sampleRate, channels: .mono, frameCount: blockCount * RawAudioFormat.gsmSampleCount)
        name = bytes.name
        self.bytes = bytes
        self.warnings = warnings
    }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        let wanted = min(frameLimit, (header.frameCount ?? 0) - framesRead)
        guard wanted > 0 else { return [] }
        try checkBlocks(framesRead..<framesRead + wanted)
        let samples = soundFile.readShorts(frameLimit: wanted)
        if let failure = soundFile.readFailure { throw failure }
        guard samples.count == wanted else {
            throw MediaError(
                .inputOutput, source: name,
                problem: "became shorter while it was being read, at "
                    + header.place(framesRead + samples.count), remedy: "read it again once it is complete")
        }
        framesRead += wanted
        return [samples.map { Float($0) * 0x1p-15 }]
    }

    /// Checks what libsndfile does not report: it repeats the samples before a frame without signature.
    private func checkBlocks(_ frames: Range<Int>) throws(MediaError) {
        let first = frames.lowerBound / RawAudioFormat.gsmSampleCount
        let last = (frames.upperBound - 1) / RawAudioFormat.gsmSampleCount
        let size = RawAudioFormat.gsmByteCount
        let content = try bytes.read(at: first * size, count: (last - first + 1) * size)
        for block in first...last {
            let offset = (block - first) * size
            guard offset < content.count, content[offset] >> 4 != RawAudio.gsmSignature else { continue }
            throw MediaError(
                .malformedInput, source: name,
                problem:
                    "the data are damaged at \(header.place(block * RawAudioFormat.gsmSampleCount)): not a GSM frame",
                remedy: "check the raw format, or get the recording again")
        }
    }
}
