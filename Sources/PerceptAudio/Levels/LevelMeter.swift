#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Returns `10^exponent`.
func powerOfTen(_ exponent: Double) -> Double { pow(10, exponent) }

/// The levels of a recording over all channels. Decibels are relative to full scale (±1).
public struct Levels: Sendable, Hashable, Codable {
    /// The largest magnitude of any sample, linear.
    public let peak: Double
    /// The root mean square of all samples, linear.
    public let rms: Double
    /// The mean of the channel whose mean is farthest from zero, linear and signed.
    public let dcOffset: Double
    /// The number of runs of at least ``LevelMeter/clippingRunLength`` consecutive samples of one channel at or beyond
    /// full scale.
    public let clippedRunCount: Int
    /// The fraction of the time during which every channel stays below ``LevelMeter/silenceThreshold``, 0…1.
    public let silenceRatio: Double
    /// The integrated loudness in LUFS (EBU R 128). `nil` for silence, for less than 400 ms, or for a rate below
    /// ``LoudnessMeter/lowestSampleRate``.
    public let integratedLoudness: Double?
    /// The levels of each channel, in the order of the recording's channels.
    public let channels: [ChannelLevels]

    /// Creates levels.
    public init(
        peak: Double, rms: Double, dcOffset: Double, clippedRunCount: Int, silenceRatio: Double,
        integratedLoudness: Double?, channels: [ChannelLevels] = []
    ) {
        self.peak = peak
        self.rms = rms
        self.dcOffset = dcOffset
        self.clippedRunCount = clippedRunCount
        self.silenceRatio = silenceRatio
        self.integratedLoudness = integratedLoudness
        self.channels = channels
    }

    /// The peak level, `20·log₁₀(peak)`; `nil` for digital silence.
    public var peakDecibels: Double? { Self.decibels(peak) }
    /// The RMS level, `20·log₁₀(rms)`; `nil` for digital silence.
    public var rmsDecibels: Double? { Self.decibels(rms) }

    static func decibels(_ value: Double) -> Double? {
        value > 0 ? 20 * log10(value) : nil
    }
}

/// Measures levels block by block.
public struct LevelMeter: Sendable {
    /// The RMS below which a window counts as silent, linear (−60 dBFS).
    public static let silenceThreshold = 0.001
    /// The number of consecutive full-scale samples that counts as clipping.
    public static let clippingRunLength = 3

    /// The full scale of a 16-bit recording: its largest positive sample.
    static let fullScale: Float = 32_767 / 32_768

    private struct Channel {
        var peak: Float = 0
        var sum = 0.0
        var energy = 0.0
        var windowEnergy = 0.0
        var fullScaleRun = 0
        var clippedRunCount = 0
    }

    private var channels: [Channel]
    private let windowLength: Int
    private var windowFill = 0
    private var windowCount = 0
    private var silentWindowCount = 0
    private var frameCount = 0
    private var loudness: LoudnessMeter?

    /// Creates a meter that detects silence in 20 ms windows and weights the loudness of channels by their positions.
    public init(sampleRate: Int, channels layout: ChannelLayout) {
        channels = Array(repeating: Channel(), count: layout.count)
        loudness = LoudnessMeter(sampleRate: sampleRate, channels: layout)
        windowLength = max(1, sampleRate / 50)
    }

    /// Creates a meter for channels in the conventional order for their number.
    public init(sampleRate: Int, channelCount: Int) {
        self.init(sampleRate: sampleRate, channels: .conventional(channelCount: channelCount))
    }

    /// Adds a block: one array per channel, all of the same length.
    public mutating func add(_ planes: [[Float]]) {
        guard let blockLength = planes.first?.count else { return }
        loudness?.add(planes)
        var start = 0
        while start < blockLength {
            let end = min(blockLength, start + windowLength - windowFill)
            for (index, plane) in planes.enumerated() where channels.indices.contains(index) {
                Self.measure(plane[start..<end], &channels[index])
            }
            windowFill += end - start
            if windowFill == windowLength { closeWindow() }
            start = end
        }
        frameCount += blockLength
    }

    private static func measure(_ samples: ArraySlice<Float>, _ channel: inout Channel) {
        var state = channel
        var (sum, energy): (Float, Float) = (0, 0)
        for sample in samples {
            let magnitude = abs(sample)
            state.peak = max(state.peak, magnitude)
            sum += sample
            energy += sample * sample
            if magnitude >= fullScale {
                state.fullScaleRun += 1
                if state.fullScaleRun == clippingRunLength { state.clippedRunCount += 1 }
            } else {
                state.fullScaleRun = 0
            }
        }
        state.sum += Double(sum)
        state.energy += Double(energy)
        state.windowEnergy += Double(energy)
        channel = state
    }

    private mutating func closeWindow() {
        guard windowFill > 0 else { return }
        let limit = Self.silenceThreshold * Self.silenceThreshold * Double(windowFill)
        windowCount += 1
        if channels.allSatisfy({ $0.windowEnergy < limit }) { silentWindowCount += 1 }
        for index in channels.indices { channels[index].windowEnergy = 0 }
        windowFill = 0
    }

    /// Returns the levels of all blocks added.
    public consuming func finish() -> Levels {
        closeWindow()
        let frames = Double(max(1, frameCount))
        let offsets = channels.map { $0.sum / frames }
        return Levels(
            peak: Double(channels.map(\.peak).max() ?? 0),
            rms: (channels.reduce(0) { $0 + $1.energy } / (frames * Double(max(1, channels.count)))).squareRoot(),
            dcOffset: offsets.max { abs($0) < abs($1) } ?? 0,
            clippedRunCount: channels.reduce(0) { $0 + $1.clippedRunCount },
            silenceRatio: windowCount > 0 ? Double(silentWindowCount) / Double(windowCount) : 1,
            integratedLoudness: loudness?.integratedLoudness,
            channels: zip(channels, offsets).map { channel, offset in
                ChannelLevels(
                    peak: Double(channel.peak), rms: (channel.energy / frames).squareRoot(), dcOffset: offset)
            })
    }
}
