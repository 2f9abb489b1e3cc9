/// What samples without a header are, as somebody who knows states it.
public struct RawAudioFormat: Sendable, Hashable {
    public var sampleFormat: PCMSampleFormat
    /// Frames per second, in Hz.
    public var sampleRate: Int
    /// Channels, interleaved.
    public var channelCount: Int

    public init(sampleFormat: PCMSampleFormat, sampleRate: Int, channelCount: Int) {
        self.sampleFormat = sampleFormat
        self.sampleRate = sampleRate
        self.channelCount = channelCount
    }

    /// Reads `s16le:16000:1`: sample format, rate in Hz, channels; `nil` when it is anything else.
    public init?(_ description: String) {
        let parts = description.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let sampleFormat = PCMSampleFormat(rawValue: String(parts[0])),
            let sampleRate = Int(parts[1]), let channelCount = Int(parts[2]), sampleRate > 0, channelCount > 0
        else { return nil }
        self.init(sampleFormat: sampleFormat, sampleRate: sampleRate, channelCount: channelCount)
    }
}

extension RawAudioFormat: CustomStringConvertible {
    public var description: String { "\(sampleFormat.rawValue):\(sampleRate):\(channelCount)" }
}
