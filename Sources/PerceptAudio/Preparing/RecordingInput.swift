import PerceptCore

/// A recording that can be read from the start repeatedly: encoded or already decoded.
enum RecordingInput: Sendable {
    case encoded(MediaSource)
    case decoded(Recording)

    /// The name of decoded samples in errors.
    static let decodedName = "the recording"

    /// The name used in errors.
    var name: String {
        switch self {
        case .encoded(let source): source.name
        case .decoded: Self.decodedName
        }
    }

    /// The path of an encoded file.
    var path: String? {
        if case .encoded(let source) = self { source.path } else { nil }
    }

    func open(_ limits: ResourceLimits, _ options: ReadingOptions) throws(MediaError) -> RecordingReader {
        switch self {
        case .encoded(let source): try RecordingReader(source, options: options, limits: limits)
        case .decoded(let recording): RecordingReader(DecodedSource(recording), name: name)
        }
    }
}

/// Samples that are already decoded and known to be finite.
private final class DecodedSource: SampleSource {
    let header: RecordingHeader
    let holdsFloatingPoint = false
    let warnings: [Warning] = []
    private let planes: [[Float]]
    private var framesRead = 0

    init(_ recording: Recording) {
        header = RecordingHeader(
            mediaType: MediaType(rawValue: "audio/x-raw"), container: "raw", codec: "PCM 32 bit float", bitDepth: 32,
            sampleRate: recording.sampleRate, channels: recording.channels, frameCount: recording.frameCount)
        planes = recording.planes
    }

    func readPlanes(frameLimit: Int) -> [[Float]] {
        let frames = framesRead..<min(header.frameCount ?? 0, framesRead + frameLimit)
        guard !frames.isEmpty else { return [] }
        framesRead = frames.upperBound
        return planes.map { Array($0[frames]) }
    }
}
