import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Samples that an `ffmpeg` of this machine decodes, read from a pipe as they come.
///
/// The program is handed an open descriptor, so that no name is ever taken for an option or a protocol, and may open nothing but
/// files. Rate, channels and layout stay those of the recording; they are learned from the WAV header that precedes
/// the samples.
final class FFmpegSource: SampleSource {
    let header: RecordingHeader
    let holdsFloatingPoint = true
    private let name: String
    private let program: ChildProcess
    private let log: Log
    private let bytesPerFrame: Int
    private var buffer: [UInt8] = []
    private var isFinished = false
    /// Bytes in memory, as the program sees them.
    private let memory: NamelessFile?

    /// The program, when a folder of `path` (as in the environment's `PATH`) holds it.
    static func program(in path: String? = getenv("PATH").map { String(cString: $0) }) -> String? {
        (path ?? "").split(separator: ":").map { "\($0)/ffmpeg" }.first { access($0, X_OK) == 0 }
    }

    /// Starts `program` and reads as far as the header.
    ///
    /// - Throws: `MediaError` `.malformedInput` with the program's own words when it cannot decode the recording;
    ///   `.unsupportedFeature` when that holds no sound.
    init(_ bytes: InputBytes, mediaType: MediaType, program path: String) throws(MediaError) {
        let memory = try bytes.bytes.map { content throws(MediaError) in try NamelessFile(content, name: bytes.name) }
        let log = Log()
        guard let descriptor = bytes.descriptor ?? memory?.descriptor else {
            throw MediaError(.inputOutput, source: bytes.name, problem: "cannot be handed to ffmpeg")
        }
        let demuxer = Self.demuxers[mediaType].map { ["-f", $0] } ?? []
        let arguments =
            ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-protocol_whitelist", "file,pipe"]
            + demuxer + ["-i", Self.input, "-map", "0:a:0", "-map_metadata", "-1", "-c:a", "pcm_f32le"]
            + ["-fflags", "+bitexact", "-f", "wav", "pipe:1"]
        let program: ChildProcess
        do {
            program = try ChildProcess(path, arguments, inheriting: descriptor, takeErrors: log.take)
        } catch {
            throw MediaError(
                .inputOutput, source: bytes.name, problem: "\(path) cannot be run: \(systemMessage(error.code))")
        }
        guard let format = try Self.readHeader(program, bytes.name) else {
            let isSilent = program.succeeds() || log.lastError.contains("matches no streams")
            throw isSilent
                ? MediaError(
                    .unsupportedFeature, source: bytes.name, problem: "holds no sound that ffmpeg can find",
                    remedy: "pass a recording")
                : Self.failure(bytes.name, log)
        }
        header = RecordingHeader(
            mediaType: mediaType, container: Self.containers[mediaType] ?? mediaType.name, codec: log.codec,
            bitDepth: nil,
            sampleRate: format.sampleRate, channels: format.channels, frameCount: nil)
        bytesPerFrame = format.channelCount * MemoryLayout<Float>.size
        name = bytes.name
        (self.memory, self.log, self.program) = (memory, log, program)
    }

    private static let input = "file:/dev/fd/3"

    /// What ffmpeg calls the container, so that it does not guess.
    private static let demuxers: [MediaType: String] = [
        .m4a: "mov", .mp4: "mov", .quickTime: "mov", .webm: "matroska", .aac: "aac", .amr: "amr", .avi: "avi",
        .wav: "wav",
        .w64: "w64", .caf: "caf", .ogg: "ogg", .aiff: "aiff", .au: "au", .mp3: "mp3", .wma: "asf", .wavPack: "wv",
    ]

    private static let containers: [MediaType: String] = [
        .m4a: "MP4", .mp4: "MP4", .quickTime: "QuickTime", .webm: "Matroska", .aac: "ADTS", .avi: "AVI",
    ]

    /// Reads up to the first sample; `nil` when the output ends before it.
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
        // ffmpeg writes a handful of small chunks at most.
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

    var warnings: [String] {
        guard isFinished, log.errorCount > 0 else { return [] }
        return ["ffmpeg reported \(log.errorCount) errors while it decoded, the last: \(log.lastError)"]
    }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        guard !isFinished else { return [] }
        let wanted = frameLimit * bytesPerFrame
        if buffer.count < wanted { buffer = [UInt8](repeating: 0, count: wanted) }
        let planes = try buffer.withUnsafeMutableBufferPointer { buffer throws(MediaError) in
            let block = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<wanted]))
            let frameCount = try program.read(into: block) / bytesPerFrame
            isFinished = frameCount < frameLimit
            return PCMSampleFormat.f32le.planes(
                UnsafeRawBufferPointer(block), frameCount: frameCount, channelCount: header.channelCount,
                bytesPerFrame: bytesPerFrame)
        }
        if isFinished, !program.succeeds() { throw Self.failure(name, log) }
        return planes
    }

    private static func failure(_ name: String, _ log: Log) -> MediaError {
        MediaError(
            .malformedInput, source: name, problem: "ffmpeg cannot decode it (\(log.lastError))",
            remedy: "check that the file is complete")
    }

    /// What the program says on its standard error, of which little is kept.
    private final class Log {
        private(set) var codec = "unknown codec"
        private(set) var errorCount = 0
        private var lastErrorLine: String?
        private var lastLine = ""
        private var line: [UInt8] = []
        private var hasCodec = false

        var lastError: String { lastErrorLine ?? (lastLine.isEmpty ? "it gave no reason" : lastLine) }

        func take(_ bytes: [UInt8]) {
            for byte in bytes {
                if byte == 0x0A {
                    end(String(decoding: line, as: UTF8.self))
                    line.removeAll(keepingCapacity: true)
                } else if line.count < 1000 {
                    line.append(byte >= 0x20 ? byte : 0x20)
                }
            }
        }

        private static let levels = ["info", "warning", "error", "fatal"]

        /// Lines are `[context @ address] [level] text`, the context optional.
        private func end(_ line: String) {
            let level = Self.levels.lazy.compactMap { line.firstRange(of: "[\($0)] ") }.first
            let text = level.map { String(line[$0.upperBound...]) } ?? line
            let isError = line.contains("[error] ") || line.contains("[fatal] ")
            let message = text.replacing("\(FFmpegSource.input): ", with: "")
            guard !message.allSatisfy(\.isWhitespace) else { return }
            lastLine = message
            if isError {
                errorCount += 1
                lastErrorLine = message
            }
            guard !hasCodec, text.contains("Stream #0:"), let start = text.firstRange(of: "Audio: ") else { return }
            hasCodec = true
            codec = FFmpegSource.codecName(String(text[start.upperBound...].prefix { $0 != "," && $0 != " " }))
        }
    }

    private static func codecName(_ name: String) -> String {
        [
            "aac": "AAC", "alac": "ALAC", "mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis", "amr_nb": "AMR-NB",
            "amrnb": "AMR-NB",
            "amr_wb": "AMR-WB", "amrwb": "AMR-WB", "speex": "Speex", "ac3": "AC-3", "eac3": "E-AC-3",
            "wmav1": "Windows Media Audio 1",
            "wmav2": "Windows Media Audio 2", "flac": "FLAC",
        ][name] ?? name
    }
}

/// Bytes that another program can open and seek in (an MP4 has its index at the end, often): a file that has lost its name.
private final class NamelessFile {
    let descriptor: CInt

    init(_ bytes: [UInt8], name: String) throws(MediaError) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/percept-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw MediaError(.inputOutput, source: name, problem: "no temporary file: \(systemMessage(errno))")
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
