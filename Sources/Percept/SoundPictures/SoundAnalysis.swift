public import PerceptAudio
public import PerceptCore

/// The data for images of a recording, computed in one pass and constant memory.
public struct SoundAnalysis: Sendable, Hashable {
    /// A kind of panel.
    public enum Part: Sendable, Hashable, CaseIterable {
        case waveform, spectrogram
    }

    /// The sample rate, in Hz.
    public let sampleRate: Int
    /// The number of channels.
    public let channelCount: Int
    /// The number of samples per channel.
    public let frameCount: Int
    /// The waveform, or `nil` if not requested.
    public let envelope: WaveformEnvelope?
    /// The spectrogram, or `nil` if not requested.
    public let spectrogram: Spectrogram?

    /// The duration in seconds.
    public var duration: Double { Double(frameCount) / Double(max(1, sampleRate)) }

    /// Analyzes a whole recording without blocking cooperative threads.
    ///
    /// - Parameters:
    ///   - source: The recording.
    ///   - reading: Options for contents that do not describe themselves.
    ///   - parts: The kinds of panels to prepare.
    ///   - columnCount: The number of image columns, from `SoundPicture.Style.columnCount(_:)`.
    ///   - limits: The resource limits for the source.
    /// - Throws: `MediaError` as `RecordingReader` does.
    public static func analyzing(
        _ source: MediaSource, reading: ReadingOptions = ReadingOptions(), parts: Set<Part> = Set(Part.allCases),
        columnCount: Int, limits: ResourceLimits = .default
    ) async throws -> SoundAnalysis {
        try await BlockingWork.run {
            var reader = try RecordingReader(source, options: reading, limits: limits)
            var analyzer = try SoundAnalyzer(reader.header, parts: parts, columnCount: columnCount)
            while let block = try reader.readBlock() {
                try MediaError.checkCancellation()
                analyzer.add(block)
            }
            return analyzer.finish()
        }
    }
}

/// Computes a ``SoundAnalysis`` block by block.
struct SoundAnalyzer: ~Copyable {
    private let sampleRate: Int
    private let channelCount: Int
    private var frameCount = 0
    private var waveform: WaveformMeter?
    private var spectrogram: SpectrogramMeter?

    init(_ header: RecordingHeader, parts: Set<SoundAnalysis.Part>, columnCount: Int) throws(MediaError) {
        sampleRate = header.sampleRate
        channelCount = header.channelCount
        if parts.contains(.waveform) {
            waveform = WaveformMeter(
                sampleRate: sampleRate, channelCount: channelCount, columnCount: columnCount,
                expectedFrameCount: header.frameCount)
        }
        if parts.contains(.spectrogram) {
            spectrogram = try SpectrogramMeter(
                sampleRate: sampleRate, channelCount: channelCount, columnCount: columnCount,
                expectedFrameCount: header.frameCount)
        }
    }

    mutating func add(_ block: Recording) {
        frameCount += block.frameCount
        waveform?.add(block.planes)
        spectrogram?.add(block.planes)
    }

    consuming func finish() -> SoundAnalysis {
        let spectrogram = spectrogram.take()
        return SoundAnalysis(
            sampleRate: sampleRate, channelCount: channelCount, frameCount: frameCount, envelope: waveform?.finish(),
            spectrogram: spectrogram?.finish())
    }
}
