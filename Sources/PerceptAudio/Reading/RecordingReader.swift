public import PerceptCore

/// Reads a recording block by block: the header first, checked against the limits, then the samples.
///
/// The format is told by the content. Whatever libsndfile decodes is read: WAV (with RF64 and Wave64), FLAC, Ogg Vorbis
/// and Opus, MP3, AIFF, CAF and AU.
public struct RecordingReader: ~Copyable {
    public let header: RecordingHeader
    /// Frames handed out so far.
    public private(set) var framesRead = 0
    private let source: MediaSource
    private let soundFile: SoundFile

    /// Opens `source` and reads its header.
    ///
    /// - Throws: ``MediaError`` `.inputMissing`, `.malformedInput`, `.unsupportedFeature` (with what would make it
    ///   readable), or `.limitExceeded` for channels or a rate beyond `limits`.
    public init(_ source: MediaSource, limits: ResourceLimits = .default) throws(MediaError) {
        let mediaType = try source.mediaType()
        guard Self.readableTypes.contains(mediaType) else { throw Self.unreadable(mediaType, source.name) }
        let soundFile = try Self.open(source, mediaType)
        try Self.check(soundFile, limits, source.name)
        let format = soundFile.format
        header = RecordingHeader(
            mediaType: mediaType, container: format.containerName, codec: format.coding.name,
            bitDepth: format.coding.bitDepth, sampleRate: soundFile.sampleRate,
            channels: soundFile.channelLayout ?? .conventional(channelCount: soundFile.channelCount),
            frameCount: soundFile.frameCount)
        self.source = source
        self.soundFile = soundFile
    }

    /// Reads the next block.
    ///
    /// - Parameter frameLimit: the default keeps all that is made of a block within a core's own cache, and below the
    ///   size from which memory is taken from the system and given back to it each time.
    /// - Returns: 1…`frameLimit` frames, or `nil` at the end.
    /// - Throws: ``MediaError`` `.malformedInput` when the data are damaged, end early, or hold a sample that is no finite
    ///   number; the place is named in frames and seconds.
    public mutating func readBlock(frameLimit: Int = 4096) throws(MediaError) -> Recording? {
        let planes =
            switch soundFile.format.coding.sampleType {
            case .short: Self.planes(soundFile.readShorts(frameLimit: frameLimit), header.channelCount, scale: 0x1p-15)
            case .int: Self.planes(soundFile.readInts(frameLimit: frameLimit), header.channelCount, scale: 0x1p-31)
            case .float: try finitePlanes(soundFile.readFloats(frameLimit: frameLimit))
            }
        let frameCount = planes.first?.count ?? 0
        if frameCount < frameLimit { try checkEnd(at: framesRead + frameCount) }
        framesRead += frameCount
        guard frameCount > 0 else { return nil }
        return Recording(sampleRate: header.sampleRate, channels: header.channels, checkedPlanes: planes)
    }

    // MARK: Opening

    private static let readableTypes: Set<MediaType> = [.wav, .w64, .flac, .ogg, .mp3, .aiff, .caf, .au]

    private static func unreadable(_ type: MediaType, _ name: String) -> MediaError {
        switch type.kind {
        case .audio, .video:
            MediaError(
                .unsupportedFeature, source: name, problem: "\(type.name) is not readable here",
                remedy: "convert it with `ffmpeg -i INPUT OUTPUT.wav`")
        case .image:
            MediaError(
                .unsupportedFeature, source: name,
                problem: "is a picture (\(type.name)), where a recording was expected",
                remedy: "pass a recording")
        case .other:
            MediaError(
                .malformedInput, source: name, problem: "is \(type.name), whatever its name says, not a recording",
                remedy: "pass a recording (WAV, FLAC, Ogg, MP3, AIFF, CAF, AU)")
        }
    }

    private static func open(_ source: MediaSource, _ mediaType: MediaType) throws(MediaError) -> SoundFile {
        let failure: SoundFile.OpenFailure
        switch source.storage {
        case .bytes(let bytes):
            do { return try SoundFile.reading(VirtualFile(bytes: bytes)) } catch { failure = error }
        case .file(let path):
            let file = try InputFile(path: path, name: source.name)
            do { return try SoundFile.reading(file) } catch { failure = error }
        }
        throw MediaError(
            .malformedInput, source: source.name,
            problem: "the \(mediaType.name) header cannot be read (\(failure.message))",
            remedy: "check that the file is complete, or convert it with `ffmpeg -i INPUT OUTPUT.wav`")
    }

    private static func check(
        _ soundFile: borrowing SoundFile, _ limits: ResourceLimits, _ name: String
    ) throws(MediaError) {
        guard (1...limits.channelCount).contains(soundFile.channelCount) else {
            throw MediaError(
                .limitExceeded, source: name,
                problem: "the header states \(soundFile.channelCount) channels; the limit is \(limits.channelCount)",
                remedy: "split the recording into fewer channels")
        }
        guard (1...limits.sampleRate).contains(soundFile.sampleRate) else {
            throw MediaError(
                .limitExceeded, source: name,
                problem: "the header states \(soundFile.sampleRate) Hz; 1…\(limits.sampleRate) Hz can be read",
                remedy: "check that the file is complete")
        }
    }

    // MARK: Samples

    private static func planes<Sample: FixedWidthInteger>(
        _ samples: [Sample], _ channelCount: Int, scale: Float
    ) -> [[Float]] {
        deinterleave(samples, channelCount) { Float($0) * scale }
    }

    private static func deinterleave<Sample>(
        _ samples: [Sample], _ channelCount: Int, _ convert: (Sample) -> Float
    ) -> [[Float]] {
        let frameCount = samples.count / channelCount
        return samples.withUnsafeBufferPointer { input in
            (0..<channelCount).map { channel in
                [Float](unsafeUninitializedCapacity: frameCount) { output, initialized in
                    for frame in 0..<frameCount { output[frame] = convert(input[frame * channelCount + channel]) }
                    initialized = frameCount
                }
            }
        }
    }

    private func finitePlanes(_ samples: [Float]) throws(MediaError) -> [[Float]] {
        // x·0 is 0 for every finite x and NaN for all others, so one sum tells whether a closer look is needed.
        let probe = samples.reduce(into: Float(0)) { $0 += $1 * 0 }
        if probe != 0, let index = samples.firstIndex(where: { !$0.isFinite }) {
            throw MediaError(
                .malformedInput, source: source.name,
                problem: "the sample at \(place(framesRead + index / header.channelCount)) is no finite number",
                remedy: "repair or re-export the recording")
        }
        return Self.deinterleave(samples, header.channelCount) { $0 }
    }

    /// Called when a read came out short: at the end, or at a fault?
    private func checkEnd(at frame: Int) throws(MediaError) {
        if let failure = soundFile.failure {
            throw MediaError(
                .malformedInput, source: source.name, problem: "the data are damaged at \(place(frame)) (\(failure))",
                remedy: "get the recording again")
        }
        // Of the containers read here FLAC alone states a number of frames that its data must bear out.
        guard header.mediaType == .flac, let stated = header.frameCount, frame < stated else { return }
        throw MediaError(
            .malformedInput, source: source.name,
            problem: "is cut short: the data end at \(place(frame)), the header states \(stated) frames",
            remedy: "get the whole file again")
    }

    private func place(_ frame: Int) -> String {
        let milliseconds = Int((Double(frame) / Double(header.sampleRate) * 1000).rounded())
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        return "frame \(frame) (\(milliseconds / 1000).\(fraction) s)"
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
