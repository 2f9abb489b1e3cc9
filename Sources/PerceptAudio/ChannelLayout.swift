/// What each channel of a recording is meant for.
public struct ChannelLayout: Sendable, Hashable {
    /// The place of a loudspeaker, as WAVEFORMATEXTENSIBLE and the FLAC format name them.
    public enum Position: String, Sendable, Hashable, Codable, CaseIterable {
        case mono
        case frontLeft, frontRight, frontCenter, lowFrequency
        case backLeft, backRight, frontLeftOfCenter, frontRightOfCenter, backCenter
        case sideLeft, sideRight
        case topCenter, topFrontLeft, topFrontCenter, topFrontRight, topBackLeft, topBackCenter, topBackRight
        /// Not stated by the file, or a signal without a place (an ambisonic component).
        case unspecified
    }

    public let positions: [Position]

    public init(_ positions: [Position]) {
        self.positions = positions
    }

    public static let mono = ChannelLayout([.mono])
    public static let stereo = ChannelLayout([.frontLeft, .frontRight])

    public var count: Int { positions.count }

    /// The layout meant by a file that states no more than a channel count.
    ///
    /// One to eight channels follow the FLAC format (RFC 9639 §9.1.3), which is also the order of a plain WAV; more are
    /// unspecified.
    public static func conventional(channelCount: Int) -> ChannelLayout {
        let front: [Position] = [.frontLeft, .frontRight]
        let positions: [Position] =
            switch channelCount {
            case 1: [.mono]
            case 2: front
            case 3: front + [.frontCenter]
            case 4: front + [.backLeft, .backRight]
            case 5: front + [.frontCenter, .backLeft, .backRight]
            case 6: front + [.frontCenter, .lowFrequency, .backLeft, .backRight]
            case 7: front + [.frontCenter, .lowFrequency, .backCenter, .sideLeft, .sideRight]
            case 8: front + [.frontCenter, .lowFrequency, .backLeft, .backRight, .sideLeft, .sideRight]
            default: Array(repeating: .unspecified, count: max(0, channelCount))
            }
        return ChannelLayout(positions)
    }

    /// What people call it: `mono`, `stereo`, `5.1`, or the number of channels.
    public var name: String {
        let lowFrequency = positions.count { $0 == .lowFrequency }
        switch (count, lowFrequency) {
        case (1, _): return "mono"
        case (2, 0): return "stereo"
        case (_, 0): return positions.contains(.unspecified) ? "\(count) channels" : "\(count).0"
        default: return "\(count - lowFrequency).\(lowFrequency)"
        }
    }
}
