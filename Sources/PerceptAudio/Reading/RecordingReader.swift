public import PerceptCore

/// Reads a recording block by block: the header first, checked against the limits, then the samples.
///
/// The format is told by the content. WAV (with RIFX, RF64, BW64 and Wave64), FLAC, MP3, Ogg Vorbis and Ogg Opus are read in all
/// their variants; AIFF, CAF and AU as far as libsndfile decodes them; the rest (MP4, AMR, WebM, …) by an `ffmpeg` on the `PATH`,
/// when there is one.
///
/// A recording that consists of several streams is read to the end of the bytes: each part is converted to the sample rate and
/// the layout of the first, which ``warnings`` say. Opus is always decoded at 48 kHz.
public struct RecordingReader: ~Copyable {
    public let header: RecordingHeader
    /// Frames handed out so far.
    public private(set) var framesRead = 0
    /// Samples so far that were no finite numbers, and were replaced by 0 because that was asked for.
    public private(set) var replacedSampleCount = 0
    private let name: String
    private let source: any SampleSource
    private let statedLength: StatedLength?
    private var isAtEnd = false
    private let replacesNonFinite: Bool

    /// Opens `source` and reads its header.
    ///
    /// - Parameters:
    ///   - source: the recording.
    ///   - limits: what its header may not exceed.
    ///   - replacingNonFinite: whether samples that are no finite number become 0, rather than an error.
    ///   - verifyingChecksum: whether the MD5 that a FLAC states is computed as well, and a warning given at the end when it is
    ///     another. Damage to the file is found without: each block has a checksum of its own.
    /// - Throws: `MediaError` `.inputMissing`, `.malformedInput`, `.unsupportedFeature` (with what would make it
    ///   readable), or `.limitExceeded` for channels or a rate beyond `limits`.
    public init(
        _ source: MediaSource, limits: ResourceLimits = .default, replacingNonFinite: Bool = false,
        verifyingChecksum: Bool = false
    ) throws(MediaError) {
        try self.init(
            source, limits, replacingNonFinite: replacingNonFinite, verifyingChecksum: verifyingChecksum,
            ffmpeg: FFmpegSource.program())
    }

    /// Opens `source` as `options` say.
    ///
    /// - Parameters:
    ///   - source: the recording.
    ///   - options: how it is read.
    ///   - limits: what its header, or the raw format, may not exceed.
    ///   - verifyingChecksum: as in ``init(_:limits:replacingNonFinite:verifyingChecksum:)``.
    /// - Throws: `MediaError` as the other initializers do.
    public init(
        _ source: MediaSource, options: ReadingOptions, limits: ResourceLimits = .default,
        verifyingChecksum: Bool = false
    ) throws(MediaError) {
        if let format = options.rawFormat {
            try self.init(source, raw: format, limits: limits, replacingNonFinite: options.replacesNonFinite)
        } else {
            try self.init(
                source, limits, replacingNonFinite: options.replacesNonFinite, verifyingChecksum: verifyingChecksum,
                isLenient: options.isLenient, ffmpeg: FFmpegSource.program())
        }
    }

    /// Reads samples that have no header.
    ///
    /// - Parameters:
    ///   - source: the samples.
    ///   - format: what they are; an incomplete last frame is left out, with a warning.
    ///   - limits: what `format` may not exceed.
    ///   - replacingNonFinite: whether samples that are no finite number become 0, rather than an error.
    /// - Throws: `MediaError` `.inputMissing`, `.malformedInput` when there are none, or `.limitExceeded`.
    public init(
        _ source: MediaSource, raw format: RawAudioFormat, limits: ResourceLimits = .default,
        replacingNonFinite: Bool = false
    ) throws(MediaError) {
        try Self.check(format.channelCount, format.sampleRate, limits, "raw format", source.name)
        try self.init(
            PCMSource(raw: InputBytes(source), format), name: source.name, limits: limits,
            replacingNonFinite: replacingNonFinite)
    }

    /// - Parameter ffmpeg: the program that decodes what cannot be decoded here; `nil` when there is none.
    init(
        _ source: MediaSource, _ limits: ResourceLimits = .default, replacingNonFinite: Bool = false,
        verifyingChecksum: Bool = false, isLenient: Bool = false, ffmpeg: String?
    ) throws(MediaError) {
        let mediaType = try source.mediaType()
        // A tag belongs to MPEG audio; in front of anything else it is in the way.
        let isTagged = mediaType == .mp3 || mediaType == .aac
        let bytes = try InputBytes(source, from: isTagged ? 0 : source.leadingTagByteCount())
        let terms = Terms(
            flac: FLACReadingOptions(
                verifiesChecksum: verifyingChecksum, isLenient: isLenient, silenceLimit: limits.silenceDuration),
            ffmpeg: ffmpeg)
        let samples = try Self.open(bytes, mediaType, Self.opening(bytes, mediaType, terms), terms)
        try self.init(
            samples, name: source.name, limits: limits, replacingNonFinite: replacingNonFinite,
            statedLength: StatedLength(bytes, mediaType))
    }

    /// How a recording is opened.
    private struct Terms {
        let flac: FLACReadingOptions
        let ffmpeg: String?

        /// - Returns: `nil` when there is no ffmpeg.
        func ffmpegSource(_ bytes: InputBytes, _ mediaType: MediaType) throws(MediaError) -> FFmpegSource? {
            guard let ffmpeg else { return nil }
            return try FFmpegSource(
                bytes, mediaType: mediaType, program: ffmpeg, isLenient: flac.isLenient, silenceLimit: flac.silenceLimit)
        }
    }

    private init(
        _ source: any SampleSource, name: String, limits: ResourceLimits, replacingNonFinite: Bool,
        statedLength: StatedLength? = nil
    ) throws(MediaError) {
        let header = source.header
        try Self.check(header.channelCount, header.sampleRate, limits, "header", name)
        self.header = header
        self.source = source
        self.name = name
        self.statedLength = statedLength
        replacesNonFinite = replacingNonFinite
    }

    /// What a person should know of what was read so far: a size that was wrong, a checksum that does not fit, samples that
    /// were replaced. Complete once the end was reached.
    public var warnings: [String] {
        let replaced =
            replacedSampleCount > 0
            ? ["\(replacedSampleCount) samples were no finite numbers and were replaced by silence"] : []
        return source.warnings + [missing].compactMap(\.self) + replaced
    }

    /// What the header states and the file does not hold.
    private var missing: String? {
        guard let frameCount = isAtEnd ? framesRead : header.frameCount else { return nil }
        return statedLength?.warning(frameCount: frameCount, sampleRate: header.sampleRate)
    }

    /// Reads the next block.
    ///
    /// - Parameter frameLimit: the default keeps all that is made of a block within a core's own cache, and below the
    ///   size from which memory is taken from the system and given back to it each time.
    /// - Returns: 1…`frameLimit` frames, or `nil` at the end.
    /// - Throws: `MediaError` `.malformedInput` when the data are damaged, end early, or hold a sample that is no finite
    ///   number, or more than 2⁴⁰ times full scale; the place is named in frames and seconds.
    public mutating func readBlock(frameLimit: Int = 4096) throws(MediaError) -> Recording? {
        var planes = try source.readPlanes(frameLimit: max(1, min(frameLimit, Self.largestBlock)))
        guard let frameCount = planes.first?.count, frameCount > 0 else {
            isAtEnd = true
            return nil
        }
        if source.holdsFloatingPoint { try checkNumbers(&planes) }
        framesRead += frameCount
        return Recording(sampleRate: header.sampleRate, channels: header.channels, checkedPlanes: planes)
    }

    /// Whatever a caller asks for, this many frames at most are made at a time.
    private static let largestBlock = 1 << 18

    // MARK: Opening

    private static func open(
        _ bytes: InputBytes, _ mediaType: MediaType, _ opening: Opening, _ terms: Terms
    ) throws(MediaError) -> any SampleSource {
        let failure: MediaError
        switch opening {
        case .source(let source): return source
        case .unreadable(let codec, let reason):
            if let source = try terms.ffmpegSource(bytes, mediaType) { return source }
            failure = MediaError(
                .unsupportedFeature, source: bytes.name,
                problem: "\(codec) is not readable here" + (reason.map { " (\($0))" } ?? ""),
                remedy: "install ffmpeg, which is used when it is on the PATH, "
                    + "or convert it with `ffmpeg -i INPUT OUTPUT.wav`")
        case .refused(let error):
            if let source = try? terms.ffmpegSource(bytes, mediaType) { return source }
            failure = error
        }
        throw failure
    }

    private static func opening(
        _ bytes: InputBytes, _ mediaType: MediaType, _ terms: Terms
    ) throws(MediaError) -> Opening {
        switch mediaType {
        case .wav, .w64: return try .wav(bytes, mediaType)
        case .flac:
            return .source(try JoinedParts.flac(bytes, options: terms.flac))
        case .ogg:
            let codec = try StoredCodec(bytes, mediaType)
            if let codec, !codec.isReadable { return .unreadable(codec: "Ogg with \(codec.name)", reason: nil) }
            return try .joined { () throws(MediaError) in
                try .ogg(bytes, mediaType: mediaType, options: terms.flac)
            }
        case .mp3:
            return try .joined { () throws(MediaError) in try .mpeg(bytes, mediaType: mediaType) }
        case .aiff, .caf, .au: return try container(bytes, mediaType)
        default: break
        }
        switch mediaType.kind {
        case .audio, .video: return .unreadable(codec: mediaType.name, reason: nil)
        case .image:
            throw MediaError(
                .unsupportedFeature, source: bytes.name,
                problem: "is a picture (\(mediaType.name)), where a recording was expected", remedy: "pass a recording")
        case .other:
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "is \(mediaType.name), whatever its name says, not a recording",
                remedy: "pass a recording (\(MediaType.readableRecordings))")
        }
    }

    /// What libsndfile reads as it is.
    private static func container(_ bytes: InputBytes, _ mediaType: MediaType) throws(MediaError) -> Opening {
        let codec = try StoredCodec(bytes, mediaType)
        if let codec, !codec.isReadable {
            return .unreadable(codec: "\(mediaType.name) with \(codec.name)", reason: nil)
        }
        let completed = mediaType == .caf ? try StatedLength.completedCAF(bytes) : nil
        let file = completed ?? VirtualFile(reading: bytes, range: 0..<bytes.byteCount)
        do {
            return .source(try SoundFileSource(file, mediaType: mediaType, name: bytes.name))
        } catch {
            let contents = codec.map { "\(mediaType.name) with \($0.name)" } ?? mediaType.name
            return .refused(
                MediaError(
                    .malformedInput, source: bytes.name,
                    problem: "the \(contents) header cannot be read (\(error.message))",
                    remedy: "check that the file is complete, or convert it with `ffmpeg -i INPUT OUTPUT.wav`"))
        }
    }

    private static func check(
        _ channelCount: Int, _ sampleRate: Int, _ limits: ResourceLimits, _ stated: String, _ name: String
    ) throws(MediaError) {
        guard channelCount > 0, sampleRate > 0 else {
            throw MediaError(
                .malformedInput, source: name,
                problem: "the \(stated) states \(channelCount) channels at \(sampleRate) Hz",
                remedy: "check that the file is complete")
        }
        guard channelCount <= limits.channelCount else {
            throw .exceeded(
                .channelCount, source: name,
                problem:
                    "the \(stated) states \(channelCount) channels, more than the limit of \(limits.channelCount)",
                alternative: "split the recording into fewer channels")
        }
        guard sampleRate <= limits.sampleRate else {
            throw .exceeded(
                .sampleRate, source: name,
                problem: "the \(stated) states \(sampleRate) Hz, more than the limit of \(limits.sampleRate)",
                alternative: "check that the file is complete")
        }
    }

    // MARK: Samples

    private mutating func checkNumbers(_ planes: inout [[Float]]) throws(MediaError) {
        guard !planes.allSatisfy(SampleMagnitude.allUsable) else { return }
        if replacesNonFinite {
            for channel in planes.indices {
                for index in planes[channel].indices where !planes[channel][index].isFinite {
                    planes[channel][index] = 0
                    replacedSampleCount += 1
                }
            }
        }
        try SampleMagnitude.check(planes, startingAt: framesRead, of: name) { header.place($0) }
    }
}

extension PCMSource {
    /// Samples without a header, from the first byte on.
    fileprivate convenience init(raw bytes: InputBytes, _ format: RawAudioFormat) throws(MediaError) {
        let bytesPerFrame = format.channelCount * format.sampleFormat.byteCount
        let (frameCount, rest) = bytes.byteCount.quotientAndRemainder(dividingBy: bytesPerFrame)
        guard frameCount > 0 else {
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "the file has \(bytes.byteCount) bytes, less than one frame of \(format)",
                remedy: "record or export it again")
        }
        let header = RecordingHeader(
            mediaType: MediaType(rawValue: "audio/x-raw"), container: "raw", codec: format.sampleFormat.codecName,
            bitDepth: format.sampleFormat.byteCount * 8, sampleRate: format.sampleRate,
            channels: .conventional(channelCount: format.channelCount), frameCount: frameCount)
        let warnings =
            rest == 0 ? [] : ["the last \(rest) bytes are no whole frame of \(format) and were left out"]
        self.init(
            bytes, range: 0..<frameCount * bytesPerFrame, format: format.sampleFormat, bytesPerFrame: bytesPerFrame,
            header: header, warnings: warnings)
    }
}

extension Recording {
    /// Decodes the whole of `source` into memory; for long recordings read blocks with ``RecordingReader`` instead.
    ///
    /// - Throws: as ``RecordingReader`` does, and `.limitExceeded` when more than `byteLimit` bytes of samples come up.
    public init(
        decoding source: MediaSource, limits: ResourceLimits = .default, byteLimit: Int = 1 << 30
    ) throws(MediaError) {
        var reader = try RecordingReader(source, limits: limits)
        let frameLimit = byteLimit / (MemoryLayout<Float>.size * reader.header.channelCount)
        var planes = [[Float]](repeating: [], count: reader.header.channelCount)
        while let block = try reader.readBlock() {
            guard reader.framesRead <= frameLimit else {
                throw MediaError(
                    .limitExceeded, source: source.name,
                    problem: "is too long to be held in memory: more than \(frameLimit) frames",
                    remedy: "prepare it from the file, which works block by block")
            }
            for channel in planes.indices { planes[channel].append(contentsOf: block.planes[channel]) }
            try MediaError.checkCancellation()
        }
        self.init(sampleRate: reader.header.sampleRate, channels: reader.header.channels, checkedPlanes: planes)
    }
}
