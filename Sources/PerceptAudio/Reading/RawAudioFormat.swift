/// The format of samples without a header, stated by the caller.
public struct RawAudioFormat: Sendable, Hashable, Codable {
    /// The storage format of a sample.
    public var sampleFormat: PCMSampleFormat
    /// The sample rate in Hz.
    public var sampleRate: Int
    /// The number of interleaved channels.
    public var channelCount: Int

    /// Creates a format.
    public init(sampleFormat: PCMSampleFormat, sampleRate: Int, channelCount: Int) {
        self.sampleFormat = sampleFormat
        self.sampleRate = sampleRate
        self.channelCount = channelCount
    }

    /// Creates a format from a description such as `s16le:16000:1` (sample format, rate in Hz, channels); `nil` if it
    /// is invalid.
    public init?(_ description: String) {
        let parts = description.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let sampleFormat = PCMSampleFormat(rawValue: String(parts[0])),
            let sampleRate = Int(parts[1]), let channelCount = Int(parts[2]), sampleRate > 0, channelCount > 0
        else { return nil }
        self.init(sampleFormat: sampleFormat, sampleRate: sampleRate, channelCount: channelCount)
    }
}

extension RawAudioFormat: CustomStringConvertible {
    /// The format as text, such as `s16le:16000:1`.
    public var description: String { "\(sampleFormat.rawValue):\(sampleRate):\(channelCount)" }
}
