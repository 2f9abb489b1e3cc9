import PerceptCore

/// A recording that can be read from the start repeatedly: encoded or already decoded.
enum AudioSource: Sendable {
    case source(MediaSource)
    case recording(Recording)

    /// The name used in errors.
    var name: String {
        switch self {
        case .source(let source): source.name
        case .recording: "the recording"
        }
    }

    func open(_ limits: ResourceLimits, _ options: ReadingOptions) throws(MediaError) -> BlockReader {
        switch self {
        case .source(let source): BlockReader(try RecordingReader(source, options: options, limits: limits))
        case .recording(let recording): BlockReader(recording)
        }
    }
}

/// Reads either kind of ``AudioSource`` block by block.
struct BlockReader: ~Copyable {
    let sampleRate: Int
    let channels: ChannelLayout
    private(set) var framesRead = 0
    private var reader: RecordingReader?
    private let recording: Recording?

    init(_ reader: consuming RecordingReader) {
        sampleRate = reader.header.sampleRate
        channels = reader.header.channels
        recording = nil
        self.reader = consume reader
    }

    init(_ recording: Recording) {
        sampleRate = recording.sampleRate
        channels = recording.channels
        self.recording = recording
        reader = nil
    }

    /// The reader's warnings so far.
    var warnings: [String] {
        switch reader {
        case .some(let reader): reader.warnings
        case .none: []
        }
    }

    /// The number of NaN or infinite samples replaced so far.
    var replacedSampleCount: Int {
        switch reader {
        case .some(let reader): reader.replacedSampleCount
        case .none: 0
        }
    }

    /// Returns the next block, or `nil` at the end; its last frame is the one before ``framesRead``.
    mutating func readBlock() throws(MediaError) -> Recording? {
        let block: Recording?
        if let recording {
            block = nextBlock(of: recording)
        } else {
            block = try reader?.readBlock()
        }
        framesRead += block?.frameCount ?? 0
        return block
    }

    private func nextBlock(of recording: Recording) -> Recording? {
        let frames = framesRead..<min(recording.frameCount, framesRead + 4096)
        guard !frames.isEmpty else { return nil }
        return Recording(
            sampleRate: sampleRate, channels: channels, checkedPlanes: recording.planes.map { Array($0[frames]) })
    }
}
