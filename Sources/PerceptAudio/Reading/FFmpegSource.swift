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
    private let frames: FrameQueue
    private let bytesPerFrame: Int
    private let isLenient: Bool
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
    ///   - isLenient: If `true`, keeps the audio decoded before the program failed.
    ///   - silenceLimit: The maximum duration of inserted silence in seconds.
    /// - Throws: `MediaError` `.malformedInput` with the program's own message if it cannot decode the recording;
    ///   `.unsupportedFeature` if there is no audio.
    init(
        _ bytes: InputBytes, mediaType: MediaType, program path: String, isLenient: Bool = false,
        silenceLimit: Int = ResourceLimits.default.silenceDuration
    ) throws(MediaError) {
        let memory = try bytes.bytes.map { content throws(MediaError) in try NamelessFile(content, name: bytes.name) }
        guard let descriptor = bytes.descriptor ?? memory?.descriptor else {
            throw MediaError(.inputOutput, source: bytes.name, problem: "cannot be passed to ffmpeg")
        }
        let input = Self.input(memory == nil ? bytes.start : 0)
        let length = try StatedLength(bytes, mediaType)
        isKnownToBeShort = length.map { $0.availableByteCount < $0.byteCount } ?? false
        let hasOwnZero = try MovieBoxes.countsFromZero(bytes, mediaType)
        let frames = FrameQueue(silenceLimit: silenceLimit)
        let log = FFmpegLog(input: input, takeFrame: frames.add)
        let program: ChildProcess
        do {
            program = try ChildProcess(
                path, Self.arguments(input, mediaType, hasOwnZero: hasOwnZero), inheriting: descriptor,
                takeErrors: log.take)
        } catch {
            throw MediaError(
                .inputOutput, source: bytes.name, problem: "\(path) cannot be run: \(systemMessage(error.code))")
        }
        guard let format = try Self.readHeader(program, bytes.name) else {
            let isSilent = program.succeeds() || log.firstError.contains("matches no streams")
            throw isSilent
                ? MediaError(
                    .unsupportedFeature, source: bytes.name, problem: "contains no audio that ffmpeg can find",
                    remedy: "pass a recording")
                : Self.failure(bytes.name, log)
        }
        header = RecordingHeader(
            mediaType: mediaType, container: Self.containers[mediaType] ?? mediaType.name, codec: log.codec,
            bitDepth: nil,
            sampleRate: format.sampleRate, channels: format.channels, frameCount: nil)
        frames.sampleRate = format.sampleRate
        bytesPerFrame = format.channelCount * MemoryLayout<Float>.size
        name = bytes.name
        (self.memory, self.log, self.frames, self.program) = (memory, log, frames, program)
        (self.isLenient, self.hasOwnZero) = (isLenient, hasOwnZero)
    }

    /// Timestamps are kept (`-copyts`), except that the start of the earliest stream becomes time 0 unless the
    /// container has its own.
    private static func arguments(_ input: String, _ mediaType: MediaType, hasOwnZero: Bool) -> [String] {
        let demuxer = demuxers[mediaType].map { ["-f", $0] } ?? []
        return ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
            + ["-protocol_whitelist", "file,pipe,subfile", "-copyts"] + (hasOwnZero ? [] : ["-start_at_zero"])
            + demuxer + ["-i", input, "-map", "0:a:0", "-map_metadata", "-1", "-af", "ashowinfo"]
            + ["-c:a", "pcm_f32le", "-fflags", "+bitexact", "-f", "wav", "pipe:1"]
    }

    private static func input(_ start: Int) -> String {
        start == 0 ? "file:/dev/fd/3" : "subfile,,start,\(start),end,0,,:file:/dev/fd/3"
    }

    /// ffmpeg's names of the containers, so that it does not guess.
    private static let demuxers: [MediaType: String] = [
        .m4a: "mov", .mp4: "mov", .quickTime: "mov", .webm: "matroska", .aac: "aac", .amr: "amr", .avi: "avi",
        .wav: "wav",
        .w64: "w64", .caf: "caf", .ogg: "ogg", .aiff: "aiff", .au: "au", .mp3: "mp3", .wma: "asf", .wavPack: "wv",
    ]

    private static let containers: [MediaType: String] = [
        .m4a: "MP4", .mp4: "MP4", .quickTime: "QuickTime", .webm: "Matroska", .aac: "ADTS", .avi: "AVI",
    ]

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
        frames.warnings + (isFinished ? [endWarning].compactMap(\.self) : [])
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
        // MP4 and Matroska state the end time, the others the duration.
        let isEnd = ["mov", "matroska"].contains(Self.demuxers[header.mediaType])
        let stated = log.statedDuration.map { isEnd && !hasOwnZero ? $0 - log.start : $0 }
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

/// Frames that ffmpeg's log announced and that were not yet returned.
private final class FrameQueue {
    /// The sample rate of the output; log lines that arrive before its header are kept until the rate is known.
    var sampleRate = 0 {
        didSet {
            timeline = ContainerTimeline(sampleRate: sampleRate, silenceLimit: silenceLimit)
            for frame in early { add(frame) }
            early = []
        }
    }
    private let silenceLimit: Int
    private var timeline: ContainerTimeline?
    private var early: [FFmpegLog.Frame] = []
    /// The silence to insert, each before the frame with that number.
    private var silences: [(frame: Int, count: Int)] = []
    private var announcedCount = 0
    private var takenCount = 0
    private var insertedCount = 0

    init(silenceLimit: Int) {
        self.silenceLimit = silenceLimit
    }

    var hasSound: Bool { takenCount > 0 }

    /// `true` if a gap was not filled, so that positions differ from those in the file.
    var hasOmissions: Bool { (timeline?.omissions.count ?? 0) > 0 }

    /// The number of frames returned so far, silence included.
    var position: Int { takenCount + insertedCount }

    var warnings: [Warning] { timeline?.warnings ?? [] }

    func add(_ frame: FFmpegLog.Frame) {
        guard timeline != nil else {
            // The header follows the first frame.
            if early.count < 1024 { early.append(frame) }
            return
        }
        // If the rate changes midway, ffmpeg converts the rest to a length that is not known exactly.
        let timestamp = frame.sampleRate == sampleRate ? frame.timestamp : nil
        let silence = timeline?.add(frame.frameCount, timestamp: timestamp) ?? 0
        if silence > 0 { silences.append((announcedCount, silence)) }
        announcedCount += frame.frameCount
    }

    /// Returns the number of silent frames that come next.
    func takeSilence() -> Int {
        guard let first = silences.first, first.frame <= takenCount else { return 0 }
        silences.removeFirst()
        insertedCount += first.count
        return first.count
    }

    /// Returns how many of the next `count` frames come before the next silence.
    func take(_ count: Int) -> Int {
        let count = min(count, (silences.first?.frame ?? .max) - takenCount)
        takenCount += count
        return count
    }
}

/// An unnamed temporary file that another program can open and seek in: an MP4 often has its index at the end.
private final class NamelessFile {
    let descriptor: CInt

    init(_ bytes: [UInt8], name: String) throws(MediaError) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/percept-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw MediaError(
                .inputOutput, source: name, problem: "cannot create a temporary file: \(systemMessage(errno))")
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { pwrite(descriptor, $0 + written, buffer.count - written, off_t(written)) }
                    ?? -1
            }
            if count < 0 {
                if errno == EINTR { continue }
                let failure = MediaError.writing(name, errno)
                close(descriptor)
                throw failure
            }
            written += count
        }
    }

    deinit {
        close(descriptor)
    }
}
