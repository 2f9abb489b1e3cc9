public import PerceptCore
import Synchronization

/// A recording prepared chunk by chunk, on demand.
///
/// The recording is read once in advance to find the cuts (and, if requested, its silent ends and its peak), and again
/// as chunks are taken. Memory holds one chunk, its overlap with the next, and the level of the whole: 100 bytes per
/// second.
public final class ChunkedRecording: Sendable {
    /// All chunks, in order. Silent chunks are omitted if the preparation trims silence.
    public let chunks: [AudioChunk]
    /// The rate and length of the whole source.
    public let source: TimeReceipt.Side
    /// Warnings about the whole recording. If there is only one chunk, they are among that chunk's warnings instead.
    public let warnings: [Warning]
    /// The level over the whole source, by which words at the seams are placed in time.
    package let levels: LevelProfile
    private let preparation: AudioPreparation
    private let name: String
    private let limits: ResourceLimits
    private let gain: Float
    private let replacedSampleCount: Int
    private let trackIndex: Int?
    private let state: Mutex<State>

    private struct State: ~Copyable {
        var pass: PreparationPass<RecordingEncoder>
        var takenCount = 0
    }

    /// Plans the chunks of an encoded recording.
    ///
    /// - Throws: `MediaError` for the same reasons as ``AudioPreparation/prepare(_:limits:progress:)``;
    ///   `.invalidArgument` for a chunking out of range.
    public convenience init(
        _ source: MediaSource, preparation: AudioPreparation, chunking: AudioChunking,
        limits: ResourceLimits = .default
    ) throws(MediaError) {
        try self.init(.encoded(source), preparation, chunking, limits)
    }

    /// Plans the chunks of a decoded recording.
    public convenience init(
        _ recording: Recording, preparation: AudioPreparation, chunking: AudioChunking,
        limits: ResourceLimits = .default
    ) throws(MediaError) {
        try recording.checkSamples(of: RecordingInput.decodedName)
        try self.init(.decoded(recording), preparation, chunking, limits)
    }

    private init(
        _ input: RecordingInput, _ preparation: AudioPreparation, _ chunking: AudioChunking, _ limits: ResourceLimits
    ) throws(MediaError) {
        let survey = try Survey(input, preparation, chunking, limits)
        let ranges = survey.chunks.map(\.frames)
        let gain = try preparation.normalizingGain(for: ranges, of: input, limits)
        chunks = survey.chunks
        source = survey.source
        warnings = survey.warnings
        levels = survey.levels
        replacedSampleCount = survey.replacedSampleCount
        trackIndex = survey.trackIndex
        name = input.name
        self.preparation = preparation
        self.limits = limits
        self.gain = gain
        state = Mutex(State(pass: try PreparationPass(preparation, input, ranges, gain: gain, limits)))
    }

    /// Returns the next prepared chunk, or `nil` after the last one.
    ///
    /// - Throws: `MediaError` for the same reasons as ``AudioPreparation/prepare(_:limits:progress:)``.
    public func next() throws(MediaError) -> PreparedAudio? {
        let result: Result<PreparedAudio?, MediaError> = state.withLock { state in
            do throws(MediaError) {
                return .success(try next(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func next(_ state: inout State) throws(MediaError) -> PreparedAudio? {
        guard state.takenCount < chunks.count else { return nil }
        let chunk = chunks[state.takenCount]
        let name = Self.name(of: state.takenCount, chunk, self)
        state.takenCount += 1
        try preparation.checkDuration(chunk.frames.count, source.sampleRate, name)
        do throws(MediaError) {
            let chain = try state.pass.next { header throws(MediaError) in
                RecordingEncoder(try preparation.writer(limits, header))
            }
            guard let chain else { return nil }
            let range = UploadRange(frames: chunk.frames, gain: gain, sourceFrameCount: source.frameCount)
            return try preparation.finish(
                chain, range, sourceFrameCount: source.frameCount, name: self.name, trackIndex: trackIndex,
                replacedSampleCount: replacedSampleCount, readingWarnings: chunks.count == 1 ? warnings : [])
        } catch {
            guard error.kind == .limitExceeded, error.source != self.name else { throw error }
            throw MediaError(
                .limitExceeded, source: name, problem: error.problem, remedy: "make the chunks shorter",
                parameter: .chunking, limit: error.limit)
        }
    }

    /// Returns the name of a chunk, such as `talk.wav, chunk 3 of 12 (600.0–899.2 s)`.
    public func name(ofChunk index: Int) -> String {
        chunks.indices.contains(index) ? Self.name(of: index, chunks[index], self) : name
    }

    private static func name(of index: Int, _ chunk: AudioChunk, _ recording: ChunkedRecording) -> String {
        func seconds(_ frame: Int) -> Double {
            (Double(frame) / Double(recording.source.sampleRate) * 10).rounded() / 10
        }
        return "\(recording.name), chunk \(index + 1) of \(recording.chunks.count) "
            + "(\(seconds(chunk.frames.lowerBound))–\(seconds(chunk.frames.upperBound)) s)"
    }
}

/// The results of the first pass over a recording.
private struct Survey {
    let chunks: [AudioChunk]
    let source: TimeReceipt.Side
    let warnings: [Warning]
    let replacedSampleCount: Int
    let trackIndex: Int?
    let levels: LevelProfile

    init(
        _ input: RecordingInput, _ preparation: AudioPreparation, _ chunking: AudioChunking, _ limits: ResourceLimits
    ) throws(MediaError) {
        let trimming = preparation.trimming
        guard preparation.part == .whole else {
            throw MediaError(
                .invalidArgument, source: input.name, problem: "a part of a recording is not split into chunks",
                remedy: "choose shorter parts, or leave chunking off")
        }
        try chunking.check()
        try trimming?.check()
        var chunking = chunking
        // Sound that survives trimming must not count as silence here.
        if let trimming { chunking.silenceThreshold = min(chunking.silenceThreshold, trimming.threshold) }
        var reader = try input.open(limits, preparation.reading)
        let selection = try preparation.selection(from: reader.header.channels, of: input.name)
        var windows = EnergyWindows(sampleRate: reader.header.sampleRate, channelCount: selection.channelCount)
        var planner = ChunkPlanner(chunking, sampleRate: reader.header.sampleRate, windowLength: windows.windowLength)
        var sound = trimming.map { SoundRange($0) }
        var levels = LevelProfile(windowDuration: Double(windows.windowLength) / Double(reader.header.sampleRate))
        func add(_ energy: Float) {
            planner.add(energy)
            levels.append(power: energy)
            sound?.add(energy)
        }
        while let block = try reader.readBlock() {
            try MediaError.checkCancellation()
            windows.add(selection.planes(block.planes), add)
        }
        windows.finish(add)
        let frameCount = reader.framesRead
        self.levels = levels
        warnings = reader.warnings
        replacedSampleCount = reader.replacedSampleCount
        trackIndex = reader.header.trackIndex
        source = TimeReceipt.Side(
            sampleRate: reader.header.sampleRate, channelCount: reader.header.channels.count, frameCount: frameCount)
        var chunks = planner.finish(frameCount: frameCount)
        guard !chunks.isEmpty else { throw .noAudio(in: input.name) }
        if let trimming, let sound {
            guard
                let sounding = sound.frames(
                    windowLength: windows.windowLength, sampleRate: reader.header.sampleRate, frameCount: frameCount)
            else { throw trimming.silenceError(input.name, frameCount: frameCount) }
            chunks = chunks.filter { !$0.isSilent && $0.ownFrames.overlaps(sounding) }.map { chunk in
                AudioChunk(
                    frames: chunk.frames.clamped(to: sounding), ownFrames: chunk.ownFrames.clamped(to: sounding),
                    isSilent: false)
            }
        }
        self.chunks = chunks
    }
}
