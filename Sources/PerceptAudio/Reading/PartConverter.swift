import PerceptCore

/// Converts blocks of one layout and rate to another, exact in length: `⌈frames·out/in⌉` in all.
struct PartConverter {
    private let mixer: LayoutMixer
    private var resamplers: [Resampler]
    /// Frames to convert at a time, so that a slow part of a fast recording does not become gigabytes.
    let pieceLength: Int
    /// Samples that were no finite numbers and were converted as silence: a filter would spread them over all around.
    private(set) var replacedSampleCount = 0

    private static let largestPiece = 1 << 16

    /// - Throws: `MediaError` `.unsupportedFeature` when there is no conversion.
    init(
        from source: RecordingHeader, to target: RecordingHeader, of name: String
    ) throws(MediaError) {
        guard let mixer = LayoutMixer(from: source.channels, to: target.channels),
            Resampler.sampleRates.contains(source.sampleRate), Resampler.sampleRates.contains(target.sampleRate)
        else {
            throw MediaError(
                .unsupportedFeature, source: name,
                problem: "changes from \(target.formatName) to \(source.formatName), which cannot be converted",
                remedy: "split it where it changes")
        }
        self.mixer = mixer
        pieceLength = max(1, Self.largestPiece * source.sampleRate / max(source.sampleRate, target.sampleRate))
        resamplers = []
        guard source.sampleRate != target.sampleRate else { return }
        let resampler = try Resampler(from: source.sampleRate, to: target.sampleRate, quality: .best)
        resamplers = Array(repeating: resampler, count: target.channelCount)
    }

    mutating func process(_ planes: [[Float]]) -> [[Float]] {
        var planes = planes
        for channel in planes.indices where !SampleMagnitude.allUsable(planes[channel]) {
            for index in planes[channel].indices where !(planes[channel][index].magnitude <= SampleMagnitude.largest) {
                planes[channel][index] = 0
                replacedSampleCount += 1
            }
        }
        planes = mixer.mix(planes)
        for channel in resamplers.indices { planes[channel] = resamplers[channel].process(planes[channel]) }
        return planes
    }

    /// Some of what remains after the last block; `nil` when nothing does.
    mutating func finishPiece() -> [[Float]]? {
        var planes: [[Float]] = []
        for channel in resamplers.indices {
            // All have had the same number of frames, so that the pieces are of one length.
            guard let piece = resamplers[channel].finishPiece() else { return nil }
            planes.append(piece)
        }
        return planes.isEmpty ? nil : planes
    }
}

extension RecordingHeader {
    /// Layout and rate, as notes name them: `stereo at 44100 Hz`.
    var formatName: String { "\(channels.name) at \(sampleRate) Hz" }

    func hasFormat(of other: RecordingHeader) -> Bool {
        sampleRate == other.sampleRate && channels == other.channels
    }
}
