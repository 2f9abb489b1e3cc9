public import PerceptCore

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
