import PerceptCore

/// Samples decoded by libsndfile.
final class SoundFileSource: SampleSource {
    let header: RecordingHeader
    let warnings: [Warning]
    private let name: String
    private let soundFile: SoundFile
    /// The maximum number of frames to return; `nil` for no maximum.
    private let frameLimit: Int?
    private var framesRead = 0

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - file: The file passed to libsndfile.
    ///   - container: The container of the recording, if it differs from the file passed to libsndfile.
    ///   - channels: The layout, if the recording states it elsewhere.
    ///   - frameCount: The number of frames, if known more exactly than by libsndfile; decoding ends after them.
    init(
        _ file: VirtualFile, mediaType: MediaType, name: String, container: String? = nil,
        channels: ChannelLayout? = nil, frameCount: Int? = nil, warnings: [Warning] = []
    ) throws(SoundFile.OpenFailure) {
        let soundFile = try SoundFile.reading(file)
        let format = soundFile.format
        let stated = soundFile.channelLayout ?? .conventional(channelCount: soundFile.channelCount)
        header = RecordingHeader(
            mediaType: mediaType, container: container ?? format.containerName, codec: format.coding.name,
            bitDepth: format.coding.bitDepth, sampleRate: soundFile.sampleRate,
            channels: channels.flatMap { $0.count == soundFile.channelCount ? $0 : nil } ?? stated,
            frameCount: frameCount ?? soundFile.frameCount)
        frameLimit = frameCount
        self.name = name
        self.warnings = warnings
        self.soundFile = soundFile
    }

    var holdsFloatingPoint: Bool { soundFile.format.coding.sampleType == .float }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        let wanted = min(frameLimit, (self.frameLimit ?? .max) - framesRead)
        guard wanted > 0 else { return [] }
        let channelCount = header.channelCount
        let planes =
            switch soundFile.format.coding.sampleType {
            case .short:
                Self.planes(soundFile.readShorts(frameLimit: wanted), channelCount) { Float($0) * 0x1p-15 }
            case .int: Self.planes(soundFile.readInts(frameLimit: wanted), channelCount) { Float($0) * 0x1p-31 }
            case .float: Self.planes(soundFile.readFloats(frameLimit: wanted), channelCount) { $0 }
            }
        let frameCount = planes.first?.count ?? 0
        framesRead += frameCount
        if frameCount < wanted {
            if let failure = soundFile.readFailure { throw failure }
            if let failure = soundFile.failure {
                throw MediaError(
                    .malformedInput, source: name,
                    problem: "the data are damaged at \(header.place(framesRead)) (\(failure))",
                    remedy: "get the recording again")
            }
        }
        return frameCount > 0 ? planes : []
    }

    private static func planes<Sample>(
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
}
