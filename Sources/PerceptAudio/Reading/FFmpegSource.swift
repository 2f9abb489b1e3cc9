import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Samples decoded by an installed `ffmpeg` and read from a pipe as they arrive.
///
/// The program receives an open descriptor, so that a file name is never interpreted as an option or a protocol, and
/// may only open files. Sample rate, channels and layout stay those of the recording; they are read from the WAV header
/// that precedes the samples. Timestamps are read from the log: gaps become silence, see ``ContainerTimeline``.
final class FFmpegSource: SampleSource {
    let header: RecordingHeader
    let holdsFloatingPoint = true
    private let name: String
    private let program: ChildProcess
    private let log: FFmpegLog
    private let frames: FFmpegFrameQueue
    private let bytesPerFrame: Int
    private let isLenient: Bool
    /// If `true`, the container states when its audio ends, not how long it is.
    private let statesEnd: Bool
    private let trackWarning: Warning?
    /// If `true`, timestamps count from the container's own time 0 instead of its earliest stream.
    private let hasOwnZero: Bool
    /// If `true`, the header states more than the file contains, and a warning already says so more precisely than
    /// ffmpeg.
    private let isKnownToBeShort: Bool
    private var buffer: [UInt8] = []
    /// The bytes of `buffer` that are samples not yet returned.
    private var samples = 0..<0
    private var silence = 0
    private var isFinished = false
    private var endFailure: MediaError?
    /// The temporary file for a recording in memory.
    private let memory: NamelessFile?

    /// Returns the path of `ffmpeg` if a folder of `path` (in the format of the environment variable `PATH`) contains
    /// it.
    static func program(in path: String? = getenv("PATH").map { String(cString: $0) }) -> String? {
        (path ?? "").split(separator: ":").map { "\($0)/ffmpeg" }.first { access($0, X_OK) == 0 }
    }

    /// Starts `program` and reads the header.
    ///
    /// - Parameters:
    ///   - demuxer: The demuxers that the program may use.
    ///   - track: The audio track; `nil` for the first, with a warning if there are several.
    ///   - frameCount: The number of frames, if it is known.
    ///   - isLenient: If `true`, keeps the audio decoded before the program failed.
    ///   - silenceLimit: The maximum duration of inserted silence in seconds.
    /// - Throws: `MediaError` `.malformedInput` with the program's own message if it cannot decode the recording;
    ///   `.unsupportedFeature` if there is no audio; `.invalidArgument` if `track` does not exist.
    init(
        _ bytes: InputBytes, mediaType: MediaType, demuxer: FFmpegDemuxer, program path: String,
        track choice: AudioTrackChoice? = nil, frameCount: Int? = nil, isLenient: Bool = false,
        silenceLimit: Int = ResourceLimits.default.silenceDuration
    ) throws(MediaError) {
        let memory = try bytes.bytes.map { content throws(MediaError) in try NamelessFile(content, name: bytes.name) }
        guard let descriptor = bytes.descriptor ?? memory?.descriptor else {
            throw MediaError(.inputOutput, source: bytes.name, problem: "cannot be passed to ffmpeg")
        }
        let input = Input(
            bytes, address: Self.address(memory == nil ? bytes.start : 0), descriptor: descriptor, program: path,
            demuxer: demuxer)
        let index = try Self.trackIndex(choice, input)
        let length = try StatedLength(bytes, mediaType)
        isKnownToBeShort = length.map { $0.availableByteCount < $0.byteCount } ?? false
        let hasOwnZero = try MovieBoxes.countsFromZero(bytes, mediaType)
        let frames = FFmpegFrameQueue(silenceLimit: silenceLimit)
        let log = FFmpegLog(input: input.address, trackIndex: index, takeFrame: frames.add)
        let program = try input.start(Self.output(index), hasOwnZero: hasOwnZero, log)
        let format = try Self.readHeader(program, bytes.name)
        program.takeErrors()
        guard !demuxer.isGuess || !log.isUncertain else {
            throw MediaError(.unsupportedFeature, source: bytes.name, problem: "it resembles no format clearly")
        }
        guard let format else {
            let succeeds = program.succeeds()
            if let choice, !log.tracks.isEmpty { _ = try choice.track(in: log.tracks, of: bytes.name) }
            throw succeeds || log.firstError.contains("matches no streams")
                ? MediaError(
                    .unsupportedFeature, source: bytes.name, problem: "contains no audio that ffmpeg can find",
                    remedy: "pass a recording")
                : Self.failure(bytes.name, log)
        }
        let track = log.track
        header = RecordingHeader(
            mediaType: mediaType, container: demuxer.containerName ?? log.container ?? mediaType.name,
            codec: log.codec, bitDepth: nil, sampleRate: format.sampleRate, channels: format.channels,
            frameCount: frameCount, tracks: log.tracks, trackIndex: track?.index)
        frames.sampleRate = format.sampleRate
        trackWarning = track.flatMap { Self.warning(log.tracks, $0, choice) }
        bytesPerFrame = format.channelCount * MemoryLayout<Float>.size
        name = bytes.name
        statesEnd = demuxer.statesEnd
        (self.memory, self.log, self.frames, self.program) = (memory, log, frames, program)
        (self.isLenient, self.hasOwnZero) = (isLenient, hasOwnZero)
    }

    /// The file that the program reads.
    private struct Input {
        let name: String
        /// The program's name for it.
        let address: String
        let descriptor: CInt
        let program: String
        let demuxer: FFmpegDemuxer

        init(_ bytes: InputBytes, address: String, descriptor: CInt, program: String, demuxer: FFmpegDemuxer) {
            (name, self.address, self.descriptor) = (bytes.name, address, descriptor)
            (self.program, self.demuxer) = (program, demuxer)
        }

        /// Timestamps are kept (`-copyts`), except that the start of the earliest stream becomes time 0 unless the
        /// container has its own.
        func start(
            _ output: [String], hasOwnZero: Bool = true, _ log: FFmpegLog
        ) throws(MediaError) -> ChildProcess {
            // Where opening the descriptor duplicates it, the program begins at its offset.
            _ = lseek(descriptor, 0, SEEK_SET)
            let arguments =
                ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
                + ["-protocol_whitelist", "file,pipe,subfile", "-copyts"] + (hasOwnZero ? [] : ["-start_at_zero"])
                + demuxer.arguments + ["-i", address] + output
            do {
                return try ChildProcess(program, arguments, inheriting: descriptor, takeErrors: log.take)
            } catch {
                throw MediaError(
                    .inputOutput, source: name, problem: "\(program) cannot be run: \(systemMessage(error.code))")
            }
        }
    }

    /// Returns the index of the chosen track, counted from 0. The file is opened an additional time to list its tracks
    /// if the choice is not a number.
    private static func trackIndex(_ choice: AudioTrackChoice?, _ input: Input) throws(MediaError) -> Int {
        switch choice {
        case nil: return 0
        case .number(let number): return number - 1
        case .fileDefault, .language:
            let log = FFmpegLog(input: input.address) { _ in }
            // Without an output, the program describes the input and ends.
            let program = try input.start([], log)
            var rest: [UInt8] = [0]
            _ = try rest.withUnsafeMutableBufferPointer { buffer throws(MediaError) in
                try program.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            _ = program.succeeds()
            guard let choice, !log.tracks.isEmpty else { return 0 }
            return try choice.track(in: log.tracks, of: input.name).index - 1
        }
    }

    private static func warning(
        _ tracks: [AudioTrack], _ track: AudioTrack, _ choice: AudioTrackChoice?
    ) -> Warning? {
        if let choice { return choice.warning(in: tracks, chosen: track) }
        guard tracks.count > 1 else { return nil }
        return Warning(
            "\(tracks.summary); track \(track.index) was used; to use another, choose it", parameter: .audioTrack)
    }

    private static func output(_ trackIndex: Int) -> [String] {
        ["-map", "0:a:\(trackIndex)", "-map_metadata", "-1", "-af", "ashowinfo"]
            + ["-c:a", "pcm_f32le", "-fflags", "+bitexact", "-f", "wav", "pipe:1"]
    }

    private static func address(_ start: Int) -> String {
        start == 0 ? "file:/dev/fd/3" : "subfile,,start,\(start),end,0,,:file:/dev/fd/3"
    }

    /// Reads up to the first sample; returns `nil` if the output ends before it.
    private static func readHeader(_ program: ChildProcess, _ name: String) throws(MediaError) -> WAVFormat? {
        func take(_ count: Int) throws(MediaError) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            let got = try bytes.withUnsafeMutableBufferPointer { buffer throws(MediaError) in
                try program.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            return got == count ? bytes : nil
        }
        guard let form = try take(12), form.starts(with: Array("RIFF".utf8)) else { return nil }
        var format: WAVFormat?
        // ffmpeg writes only a few small chunks.
        for _ in 0..<16 {
            guard let chunk = try take(8) else { return nil }
            if chunk.starts(with: Array("data".utf8)) { return format }
            let size = chunk[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
            guard size <= 1 << 16, let content = try take(size + size % 2) else { return nil }
            if chunk.starts(with: Array("fmt ".utf8)) {
                format = try WAVFormat(content, isBigEndian: false, name: name)
            }
        }
        return nil
    }

    var warnings: [Warning] {
        [trackWarning].compactMap(\.self) + frames.warnings + (isFinished ? [endWarning].compactMap(\.self) : [])
    }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        if samples.isEmpty, silence == 0, !isFinished { try fill(frameLimit) }
        if silence == 0 { silence = frames.takeSilence() }
        if silence > 0 {
            let count = min(silence, frameLimit)
            silence -= count
            return [[Float]](repeating: [Float](repeating: 0, count: count), count: header.channelCount)
        }
        let count = frames.take(min(samples.count / bytesPerFrame, frameLimit))
        guard count > 0 else {
            if let endFailure { throw endFailure }
            return []
        }
        let range = samples.prefix(count * bytesPerFrame)
        samples = range.upperBound..<samples.upperBound
        return buffer.withUnsafeBytes { buffer in
            PCMSampleFormat.f32le.planes(
                UnsafeRawBufferPointer(rebasing: buffer[range]), frameCount: count, channelCount: header.channelCount,
                bytesPerFrame: bytesPerFrame)
        }
    }

    /// Reads the next samples and the log lines about them.
    private func fill(_ frameLimit: Int) throws(MediaError) {
        let wanted = frameLimit * bytesPerFrame
        if buffer.count < wanted { buffer = [UInt8](repeating: 0, count: wanted) }
        let count = try buffer.withUnsafeMutableBufferPointer { buffer throws(MediaError) in
            try program.read(
                into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<wanted])))
        }
        samples = 0..<count / bytesPerFrame * bytesPerFrame
        isFinished = count < wanted
        guard isFinished else { return program.takeErrors() }
        guard !program.succeeds() else { return }
        endFailure = Self.failure(name, log)
        if isLenient, frames.hasSound || !samples.isEmpty { endFailure = nil }
    }

    /// A warning about audio missing at the end, or about earlier errors.
    private var endWarning: Warning? {
        guard !isKnownToBeShort else { return nil }
        let frameCount = frames.position
        let read = RecordingHeader.seconds(frameCount, sampleRate: header.sampleRate)
        let errors = "ffmpeg reported \(log.errorCount) errors while decoding, the first: \(log.firstError)"
        let end = Double(frameCount) / Double(header.sampleRate)
        let stated = log.statedDuration.map { statesEnd && !hasOwnZero ? $0 - log.start : $0 }
        // Other streams may be longer than the audio, and encoders pad it.
        if let stated, !frames.hasOmissions, stated - end > (log.errorCount > 0 ? 0.1 : 0.5),
            log.errorCount > 0 || log.streamCount == 1
        {
            let missing = RecordingHeader.seconds(Int((stated - end) * 1000), sampleRate: 1000)
            let total = RecordingHeader.seconds(Int(stated * 1000), sampleRate: 1000)
            return Warning(
                "the file is cut short or damaged: it states \(total), its audio ends after \(read), and "
                    + "\(log.streamCount == 1 ? "" : "up to ")\(missing) are missing"
                    + (log.errorCount > 0 ? " (\(errors))" : "") + "; get the whole file again")
        }
        guard log.errorCount > 0 else { return nil }
        return "the file is damaged, and audio may be missing: \(errors); get the file again"
    }

    private static func failure(_ name: String, _ log: FFmpegLog) -> MediaError {
        MediaError(
            .malformedInput, source: name, problem: "ffmpeg cannot decode it (\(log.firstError))",
            remedy: "check that the file is complete")
    }
}
