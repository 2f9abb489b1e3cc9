@_exported public import PerceptCore

/// Decoded audio: one plane of samples per channel.
///
/// Samples are `Float` with full scale at ±1; a floating-point recording may exceed it. A long recording is processed
/// as a sequence of blocks, each of them a `Recording`.
public struct Recording: Sendable, Hashable {
    /// The sample rate in Hz.
    public let sampleRate: Int
    /// The position of each channel.
    public let channels: ChannelLayout
    /// The samples: one array per channel, in the order of `channels`, all of the same length.
    public let planes: [[Float]]

    /// Creates a recording from its samples.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if there are no channels, the planes differ in length, their number
    ///   differs from the channel count, or the rate is not positive.
    public init(sampleRate: Int, channels: ChannelLayout, planes: [[Float]]) throws(MediaError) {
        guard sampleRate > 0, let first = planes.first, planes.count == channels.count,
            planes.allSatisfy({ $0.count == first.count })
        else {
            throw MediaError(
                .invalidArgument,
                problem: "invalid recording: \(planes.count) planes at \(sampleRate) Hz for \(channels.count) channels",
                remedy: "pass one plane per channel, all of the same length, and a rate above zero")
        }
        self.init(sampleRate: sampleRate, channels: channels, checkedPlanes: planes)
    }

    /// Creates a recording from planes whose number and lengths are known to be valid.
    init(sampleRate: Int, channels: ChannelLayout, checkedPlanes: [[Float]]) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.planes = checkedPlanes
    }

    /// The number of channels.
    public var channelCount: Int { planes.count }

    /// The number of samples per channel.
    public var frameCount: Int { planes.first?.count ?? 0 }

    /// The duration in seconds.
    public var duration: Double { Double(frameCount) / Double(sampleRate) }
}

extension Recording {
    /// Decodes all of `source` into memory; for long recordings, read blocks with ``RecordingReader`` instead.
    ///
    /// - Parameters:
    ///   - source: The recording.
    ///   - options: The reading options.
    ///   - limits: The limits for the header or the raw format.
    ///   - byteLimit: The maximum size of the samples in bytes.
    ///   - onWarning: Receives each of the reader's warnings after the last block.
    /// - Throws: The errors of ``RecordingReader``; `.limitExceeded` if the samples exceed `byteLimit`.
    public init(
        decoding source: MediaSource, options: ReadingOptions = ReadingOptions(), limits: ResourceLimits = .default,
        byteLimit: Int = 1 << 30, onWarning: (Warning) -> Void = { _ in }
    ) throws(MediaError) {
        var reader = try RecordingReader(source, options: options, limits: limits)
        let frameLimit = byteLimit / (MemoryLayout<Float>.size * reader.header.channelCount)
        var planes = [[Float]](repeating: [], count: reader.header.channelCount)
        while let block = try reader.readBlock() {
            guard reader.framesRead <= frameLimit else {
                throw MediaError(
                    .limitExceeded, source: source.name,
                    problem: "is too long to be held in memory: more than \(frameLimit) frames",
                    remedy: "read it block by block")
            }
            for channel in planes.indices { planes[channel].append(contentsOf: block.planes[channel]) }
            try MediaError.checkCancellation()
        }
        self.init(sampleRate: reader.header.sampleRate, channels: reader.header.channels, checkedPlanes: planes)
        reader.warnings.forEach(onWarning)
    }

    /// Returns the recording mixed to one channel by ``MonoMixer``.
    public func mixed() -> Recording {
        Recording(sampleRate: sampleRate, channels: .mono, checkedPlanes: [MonoMixer(channels).mix(planes)])
    }

    /// Returns the recording mixed to another layout.
    ///
    /// Each channel keeps its position if `layout` has it; otherwise it goes to the nearest positions, with the gains
    /// of ITU-R BS.775-3, annex 4. Low-frequency effects without a position are left out. No mix exceeds full scale
    /// unless a channel does.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the positions of either layout are unspecified and their channel
    ///   counts differ.
    public func mixed(to layout: ChannelLayout) throws(MediaError) -> Recording {
        guard let mixer = LayoutMixer(from: channels, to: layout) else {
            throw MediaError(
                .invalidArgument, problem: "cannot mix \(channels.name) to \(layout.name): positions are not known",
                remedy: "mix to one channel, or state the layout")
        }
        return Recording(sampleRate: sampleRate, channels: layout, checkedPlanes: mixer.mix(planes))
    }

    /// Returns the recording at another sample rate in Hz, with `⌈frameCount·new/old⌉` frames; see ``Resampler``.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a rate outside ``Resampler/sampleRates``; `.cancelled`.
    public func resampled(
        to sampleRate: Int, quality: ResamplingQuality = .standard
    ) throws(MediaError) -> Recording {
        guard sampleRate != self.sampleRate else { return self }
        var planes: [[Float]] = []
        for plane in self.planes {
            try MediaError.checkCancellation()
            var resampler = try Resampler(from: self.sampleRate, to: sampleRate, quality: quality)
            planes.append(resampler.process(plane) + resampler.finish())
        }
        return Recording(sampleRate: sampleRate, channels: channels, checkedPlanes: planes)
    }
}
