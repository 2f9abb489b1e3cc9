public import PerceptCore

/// Decoded audio: one plane of samples per channel.
///
/// Samples are `Float` with full scale at ±1; a recording in floating point may exceed that. A long recording is
/// handled as a sequence of blocks, each of them a `Recording`.
public struct Recording: Sendable, Hashable {
    /// Frames per second, in Hz.
    public let sampleRate: Int
    public let channels: ChannelLayout
    /// One array per channel, in the order of `channels`, all of the same length.
    public let planes: [[Float]]

    /// - Throws: `MediaError` `.invalidArgument` when there is no channel, the planes differ in length, their number
    ///   is not that of `channels`, or the rate is not positive.
    public init(sampleRate: Int, channels: ChannelLayout, planes: [[Float]]) throws(MediaError) {
        guard sampleRate > 0, let first = planes.first, planes.count == channels.count,
            planes.allSatisfy({ $0.count == first.count })
        else {
            throw MediaError(
                .invalidArgument,
                problem: "\(planes.count) planes at \(sampleRate) Hz are no recording of \(channels.count) channels",
                remedy: "pass one plane per channel, all of the same length, and a rate above zero")
        }
        self.init(sampleRate: sampleRate, channels: channels, checkedPlanes: planes)
    }

    /// For planes whose number and lengths are right by construction.
    init(sampleRate: Int, channels: ChannelLayout, checkedPlanes: [[Float]]) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.planes = checkedPlanes
    }

    public var channelCount: Int { planes.count }

    /// Samples per channel.
    public var frameCount: Int { planes.first?.count ?? 0 }

    /// Length in seconds.
    public var duration: Double { Double(frameCount) / Double(sampleRate) }
}
