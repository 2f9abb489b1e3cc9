public import PerceptAudio
public import PerceptCore

/// What pictures of a recording are made from: found out in one pass, in memory that does not grow with its length.
public struct SoundAnalysis: Sendable, Hashable {
    /// What a picture can show.
    public enum Part: Sendable, Hashable, CaseIterable {
        case waveform, spectrogram
    }

    /// Frames per second, in Hz.
    public let sampleRate: Int
    public let channelCount: Int
    /// Samples per channel.
    public let frameCount: Int
    /// `nil` where no waveform was asked for.
    public let envelope: WaveformEnvelope?
    /// `nil` where no spectrogram was asked for.
    public let spectrogram: Spectrogram?

    /// Length in seconds.
    public var duration: Double { Double(frameCount) / Double(max(1, sampleRate)) }

    /// Reads `source` to its end, off the cooperative threads.
    ///
    /// - Parameters:
    ///   - source: the recording.
    ///   - reading: how it is read, where its bytes alone do not tell.
    ///   - parts: what the pictures are to show.
    ///   - columnCount: columns of the pictures, see `SoundPicture.Style.columnCount(_:)`.
    ///   - limits: what the source may not exceed.
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

/// Makes a ``SoundAnalysis`` block by block.
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
