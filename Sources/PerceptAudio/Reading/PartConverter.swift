import PerceptCore

/// Converts blocks from one layout and rate to another, with an exact total length of `⌈frames·out/in⌉`.
struct PartConverter {
    private let mixer: LayoutMixer
    private var resamplers: [Resampler]
    /// The number of frames converted at a time: a whole block of a slow part in a fast recording could take gigabytes.
    let pieceLength: Int
    /// The number of NaN or infinite samples converted as silence: a filter would spread them to their neighbors.
    private(set) var replacedSampleCount = 0

    private static let largestPiece = 1 << 16

    /// Creates a converter.
    ///
    /// - Throws: `MediaError` `.unsupportedFeature` if the layouts cannot be converted.
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

    /// Returns part of the samples that remain after the last block; `nil` if there are none.
    mutating func finishPiece() -> [[Float]]? {
        var planes: [[Float]] = []
        for channel in resamplers.indices {
            // All have processed the same number of frames, so the pieces have the same length.
            guard let piece = resamplers[channel].finishPiece() else { return nil }
            planes.append(piece)
        }
        return planes.isEmpty ? nil : planes
    }
}

extension RecordingHeader {
    /// The layout and rate as notes name them, such as `stereo at 44100 Hz`.
    var formatName: String { "\(channels.name) at \(sampleRate) Hz" }

    func hasFormat(of other: RecordingHeader) -> Bool {
        sampleRate == other.sampleRate && channels == other.channels
    }
}
