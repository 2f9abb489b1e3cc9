public import PerceptCore

/// Reads a recording block by block: first the header, which is checked against the limits, then the samples.
///
/// The format is detected from the contents. WAV (with RIFX, RF64, BW64 and Wave64), FLAC, MP3, Ogg Vorbis and Ogg Opus
/// are read in all their variants; AIFF, CAF and AU as far as libsndfile decodes them; other formats (MP4, AMR, WebM,
/// MPEG, …) by `ffmpeg`, if it is on the `PATH`. Bytes of an unknown format are passed to it too, unless they are an
/// image, an archive or a document.
///
/// A recording that consists of several streams is read completely: each part is converted to the sample rate and
/// layout of the first, and ``warnings`` reports it. Opus is always decoded at 48 kHz.
public struct RecordingReader: ~Copyable {
    /// The header.
    public let header: RecordingHeader
    /// The number of frames read so far.
    public private(set) var framesRead = 0
    /// The number of NaN or infinite samples that were replaced by 0 so far, if replacement was requested.
    public private(set) var replacedSampleCount = 0
    private let name: String
    private let source: any SampleSource
    private let statedLength: StatedLength?
    private var isAtEnd = false
    private let replacesNonFinite: Bool

    /// Opens `source` and reads its header.
    ///
    /// - Parameters:
    ///   - source: The recording.
    ///   - options: The reading options.
    ///   - limits: The limits for the header or the raw format.
    /// - Throws: `MediaError` `.inputMissing`, `.malformedInput`, `.unsupportedFeature` (with a remedy), or
    ///   `.limitExceeded` for channels or a rate beyond `limits`.
    public init(
        _ source: MediaSource, options: ReadingOptions = ReadingOptions(), limits: ResourceLimits = .default
    ) throws(MediaError) {
        try self.init(source, options: options, limits: limits, ffmpeg: FFmpegSource.program())
    }

    /// Opens `source` with a given decoder program.
    ///
    /// - Parameter ffmpeg: The program that decodes formats not supported here; `nil` if there is none.
    init(
        _ source: MediaSource, options: ReadingOptions = ReadingOptions(), limits: ResourceLimits = .default,
        ffmpeg: String?
    ) throws(MediaError) {
        let terms = Terms(
            flac: FLACReadingOptions(
                verifiesChecksum: options.verifiesChecksum, isLenient: options.isLenient,
                silenceLimit: limits.silenceDuration),
            ffmpeg: ffmpeg, track: options.audioTrack)
        if let format = options.rawFormat {
            try Self.check(format.channelCount, format.sampleRate, limits, "raw format", source.name)
            let samples = try RawAudio.source(InputBytes(source), format, ffmpeg: ffmpeg)
            try options.audioTrack?.checkSingleTrack(of: source.name)
            self.init(samples, name: source.name, replacingNonFinite: options.replacesNonFinite)
            return
        }
        let mediaType: MediaType
        do throws(MediaError) {
            mediaType = try source.mediaType()
        } catch {
            let samples = try terms.unrecognized(source, error)
            try Self.check(samples.header.channelCount, samples.header.sampleRate, limits, "header", source.name)
            self.init(samples, name: source.name, replacingNonFinite: options.replacesNonFinite)
            return
        }
        // A tag is part of MPEG audio; before any other format it must be skipped.
        let isTagged = mediaType == .mp3 || mediaType == .aac
        let bytes = try InputBytes(source, from: isTagged ? 0 : source.leadingTagByteCount())
        let samples = try Self.open(bytes, mediaType, Self.opening(bytes, mediaType, terms), terms)
        if samples.header.tracks.isEmpty { try options.audioTrack?.checkSingleTrack(of: source.name) }
        try Self.check(samples.header.channelCount, samples.header.sampleRate, limits, "header", source.name)
        self.init(
            samples, name: source.name, replacingNonFinite: options.replacesNonFinite,
            statedLength: try StatedLength(bytes, mediaType))
    }

    /// The terms for opening a recording.
    private struct Terms {
        let flac: FLACReadingOptions
        let ffmpeg: String?
        let track: AudioTrackChoice?

        /// Returns a source that uses ffmpeg, or `nil` if there is no ffmpeg.
        func ffmpegSource(_ bytes: InputBytes, _ mediaType: MediaType) throws(MediaError) -> FFmpegSource? {
            guard let ffmpeg else { return nil }
            return try FFmpegSource(
                bytes, mediaType: mediaType, demuxer: FFmpegDemuxer(mediaType), program: ffmpeg, track: track,
                isLenient: flac.isLenient, silenceLimit: flac.silenceLimit)
        }

        /// Opens bytes that no signature matches with ffmpeg.
        ///
        /// - Parameter error: The error of detecting the type.
        /// - Throws: `error` if it has another reason or names no remedy but ffmpeg, with what was tried.
        func unrecognized(_ source: MediaSource, _ error: MediaError) throws(MediaError) -> FFmpegSource {
            guard error.isUnknownFormat else { throw error }
            let bytes = try InputBytes(source)
            if let format = try ForeignFormat(bytes) { throw format.error(source: source.name) }
            var error = error
            guard let ffmpeg else {
                error.problem += ", and ffmpeg, which may know it, is not installed"
                throw error
            }
            do throws(MediaError) {
                return try FFmpegSource(
                    bytes, mediaType: MediaType(rawValue: "application/octet-stream"), demuxer: .unrecognized,
                    program: ffmpeg, track: track, isLenient: flac.isLenient, silenceLimit: flac.silenceLimit)
            } catch {
                guard [.malformedInput, .unsupportedFeature].contains(error.kind) else { throw error }
            }
            error.problem += ", and ffmpeg does not recognize a recording in it"
            throw error
        }
    }

    /// Reads from a decoder that is open.
    init(
        _ source: any SampleSource, name: String, replacingNonFinite: Bool = false, statedLength: StatedLength? = nil
    ) {
        header = source.header
        self.source = source
        self.name = name
        self.statedLength = statedLength
        replacesNonFinite = replacingNonFinite
    }

    /// Warnings about the part read so far, such as a wrong size, a checksum mismatch or replaced samples. Complete
    /// once the end is reached.
    public var warnings: [Warning] {
        let replaced: [Warning] =
            replacedSampleCount > 0
            ? ["\(replacedSampleCount) samples were NaN or infinite and were replaced with silence"] : []
        return source.warnings + [missing].compactMap(\.self) + replaced
    }

    /// A warning about audio that the header states but the file does not contain.
    private var missing: Warning? {
        guard let frameCount = isAtEnd ? framesRead : header.frameCount else { return nil }
        return statedLength?.warning(frameCount: frameCount, sampleRate: header.sampleRate)
    }

    /// Reads the next block.
    ///
    /// - Parameter frameLimit: The maximum number of frames. With the default, a block and everything derived from it
    ///   fit into a core's own cache, and stay below the size above which each allocation is a system call.
    /// - Returns: 1…`frameLimit` frames, or `nil` at the end.
    /// - Throws: `MediaError` `.malformedInput` if the data are damaged, end early, or contain a sample that is NaN,
    ///   infinite, or larger than 2⁴⁰ times full scale; the position is given in frames and seconds.
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

    /// The maximum number of frames per block, whatever limit a caller passes.
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
            do throws(MediaError) {
                if let source = try terms.ffmpegSource(bytes, mediaType) { return source }
            } catch {
                // A track that does not exist is not the file's fault.
                if error.kind == .invalidArgument { throw error }
            }
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
            return .source(try JoinedSource.flac(bytes, options: terms.flac))
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
                problem: "is an image (\(mediaType.name)), not a recording", remedy: "pass a recording")
        case .other:
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "contains \(mediaType.name), not a recording",
                remedy: "pass a recording (\(MediaType.readableRecordings))")
        }
    }

    /// Opens a container that libsndfile reads.
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
                .channelCount, limits.channelCount, source: name,
                problem:
                    "the \(stated) states \(channelCount) channels, more than the limit of \(limits.channelCount)",
                alternative: "split the recording into fewer channels")
        }
        guard sampleRate <= limits.sampleRate else {
            throw .exceeded(
                .sampleRate, limits.sampleRate, source: name,
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
