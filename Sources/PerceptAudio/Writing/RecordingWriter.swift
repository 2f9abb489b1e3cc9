public import PerceptCore

/// Writes a recording block by block into memory, or to a file that appears complete or not at all.
public struct RecordingWriter: ~Copyable {
    /// The result of a completed recording.
    public struct Summary: Sendable, Hashable {
        /// The number of samples per channel.
        public let frameCount: Int
        /// The number of encoded bytes.
        public let byteCount: Int
        /// The number of samples beyond full scale, which were clamped; samples pushed there by dither alone are not
        /// counted.
        public let clampedSampleCount: Int
        /// The encoded bytes if written into memory; empty for a file.
        public let bytes: [UInt8]
    }

    /// The sample rate, in Hz.
    public let sampleRate: Int
    /// The number of channels.
    public let channelCount: Int
    /// The container and sample format.
    public let encoding: AudioEncoding
    private let name: String
    private var encoder: Encoder
    private let file: VirtualFile
    private let output: Output
    /// The limit for a file; in memory, ``VirtualFile`` enforces it.
    private let byteLimit: Int
    private var quantizer: SampleQuantizer
    private var frameCount = 0

    // Not private: Swift 6.3.1 crashes in the release build of a package that uses a public noncopyable type with
    // private nested types.
    enum Encoder: ~Copyable {
        case flac(FLACEncoder)
        case soundFile(SoundFile)
    }

    enum Output: ~Copyable {
        case file(OutputFile)
        case memory
    }

    /// Creates a writer to `path`, limited to `byteLimit` bytes. The inputs named in `protecting` are never replaced.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a rate or channel count that the format cannot hold,
    ///   `.outputNotCreatable`.
    public init(
        toFile path: String, protecting inputs: [String] = [], byteLimit: Int = .max, encoding: AudioEncoding,
        sampleRate: Int, channelCount: Int
    ) throws(MediaError) {
        try Self.check(encoding, sampleRate, channelCount)
        let output = try OutputFile(path: path, protecting: inputs)
        let file = VirtualFile(writingTo: output.descriptor)
        encoder = try Self.open(file, path, encoding, sampleRate, channelCount)
        (self.name, self.file, self.encoding, self.sampleRate, self.channelCount) =
            (path, file, encoding, sampleRate, channelCount)
        quantizer = SampleQuantizer(dither: encoding.dither)
        self.output = .file(output)
        self.byteLimit = byteLimit
    }

    /// Creates a writer into memory, limited to `byteLimit` bytes.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a rate or channel count that the format cannot hold.
    public init(
        toMemory byteLimit: Int, encoding: AudioEncoding, sampleRate: Int, channelCount: Int
    ) throws(MediaError) {
        try Self.check(encoding, sampleRate, channelCount)
        let name = "the encoded recording"
        let file = VirtualFile(byteLimit: byteLimit)
        encoder = try Self.open(file, name, encoding, sampleRate, channelCount)
        (self.name, self.file, self.encoding, self.sampleRate, self.channelCount) =
            (name, file, encoding, sampleRate, channelCount)
        quantizer = SampleQuantizer(dither: encoding.dither)
        output = .memory
        self.byteLimit = byteLimit
    }

    private static func check(_ encoding: AudioEncoding, _ sampleRate: Int, _ channelCount: Int) throws(MediaError) {
        let isPossible =
            switch encoding.soundFileFormat {
            case nil: FLACEncoder.channelCounts ~= channelCount && FLACEncoder.sampleRates ~= sampleRate
            case let format?: SoundFile.canWrite(format, sampleRate: sampleRate, channelCount: channelCount)
            }
        guard isPossible else {
            throw MediaError(
                .invalidArgument,
                problem:
                    "\(encoding.container.mediaType.name) cannot hold \(channelCount) channels at \(sampleRate) Hz",
                remedy: encoding.container == .flac ? "FLAC holds up to 8 channels and 655350 Hz; choose WAV" : nil)
        }
    }

    private static func open(
        _ file: VirtualFile, _ name: String, _ encoding: AudioEncoding, _ sampleRate: Int, _ channelCount: Int
    ) throws(MediaError) -> Encoder {
        guard let format = encoding.soundFileFormat else {
            return .flac(
                FLACEncoder(
                    file, sampleRate: sampleRate, channelCount: channelCount, bitDepth: encoding.bytesPerSample * 8))
        }
        do {
            return .soundFile(
                try SoundFile.writing(file, format: format, sampleRate: sampleRate, channelCount: channelCount))
        } catch {
            throw writeError(file, name, error.message)
        }
    }

    /// Appends a block.
    ///
    /// - Parameter planes: One array per channel, all of the same length; full scale is ±1.
    /// - Throws: `MediaError` `.invalidArgument` if the planes do not match the channels, `.inputOutput` if the file
    ///   cannot be written, `.limitExceeded` if it would exceed the memory limit or the size that its format can state.
    public mutating func write(_ planes: [[Float]]) throws(MediaError) {
        guard planes.count == channelCount, let first = planes.first, planes.allSatisfy({ $0.count == first.count })
        else {
            throw MediaError(
                .invalidArgument, source: name,
                problem: "found a block of \(planes.count) planes, expected \(channelCount)"
            )
        }
        frameCount += first.count
        try checkContainerSize()
        guard encode(planes), file.writeFailure == nil else {
            throw Self.writeError(file, name, "not all samples were accepted")
        }
        guard file.byteCount <= byteLimit else { throw Self.tooLarge(name, byteLimit) }
    }

    private mutating func encode(_ planes: [[Float]]) -> Bool {
        switch encoder {
        case .flac(let encoder):
            encoding.sampleFormat == .s16
                ? encoder.write(quantizer.quantizeToShorts(planes))
                : encoder.write(quantizer.quantizeToUpper24Bits(planes))
        case .soundFile(let soundFile):
            switch encoding.sampleFormat {
            case .s16: soundFile.write(quantizer.quantizeToShorts(planes))
            case .s24: soundFile.write(quantizer.quantizeToUpper24Bits(planes))
            case .f32: soundFile.write(Self.interleave(planes))
            }
        }
    }

    /// Completes the header and moves the file into place.
    ///
    /// - Throws: `MediaError` `.inputOutput` or `.limitExceeded` if the last bytes cannot be written; no file is left.
    public consuming func finish() throws(MediaError) -> Summary {
        let (file, name, frameCount, clamped) = (self.file, self.name, self.frameCount, quantizer.clampedCount)
        let byteLimit = byteLimit
        let failure: String?
        switch consume encoder {
        case .flac(let encoder): failure = encoder.finish() ? nil : "the last block was not accepted"
        case .soundFile(let soundFile): failure = soundFile.close()
        }
        guard failure == nil, file.writeFailure == nil else {
            throw Self.writeError(file, name, failure ?? "closing failed")
        }
        guard file.byteCount <= byteLimit else { throw Self.tooLarge(name, byteLimit) }
        switch consume output {
        case .file(let output): try output.commit()
        case .memory: break
        }
        return Summary(
            frameCount: frameCount, byteCount: file.byteCount, clampedSampleCount: clamped, bytes: file.bytes)
    }

    /// RIFF states sizes in 32 bits; beyond that, libsndfile would write a wrong header.
    private func checkContainerSize() throws(MediaError) {
        let headerAllowance = 4096
        let largest = (1 << 32) - headerAllowance
        guard encoding.container == .wav, frameCount > largest / (encoding.bytesPerSample * channelCount) else {
            return
        }
        throw MediaError(
            .limitExceeded, source: name, problem: "exceeds the maximum size of a WAV file (4 GiB)",
            remedy: "write FLAC instead")
    }

    private static func interleave(_ planes: [[Float]]) -> [Float] {
        guard planes.count > 1, let frameCount = planes.first?.count else { return planes.first ?? [] }
        return [Float](unsafeUninitializedCapacity: frameCount * planes.count) { output, initialized in
            for (channel, plane) in planes.enumerated() {
                for frame in 0..<frameCount { output[frame * planes.count + channel] = plane[frame] }
            }
            initialized = frameCount * planes.count
        }
    }

    private static func writeError(_ file: VirtualFile, _ name: String, _ message: String) -> MediaError {
        switch file.writeFailure {
        case .system(let code): .writing(name, code)
        case .byteLimit(let limit):
            .exceeded(
                .uploadByteCount, limit, source: name, problem: "exceeds the limit of \(limit) bytes per upload",
                alternative: "send a shorter recording, or at a lower rate")
        case nil: MediaError(.inputOutput, source: name, problem: "cannot be encoded: \(message)")
        }
    }

    private static func tooLarge(_ name: String, _ limit: Int) -> MediaError {
        MediaError(
            .limitExceeded, source: name, problem: "exceeds the limit of \(limit) bytes per upload",
            remedy: "send a shorter recording, or at a lower rate",
            limit: MediaError.Limit(.maximumByteCount, value: Double(limit)))
    }
}
