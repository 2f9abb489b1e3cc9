/// The loudspeaker position of each channel of a recording.
public struct ChannelLayout: Sendable, Hashable, Codable {
    /// A loudspeaker position, named as in WAVEFORMATEXTENSIBLE and the FLAC format.
    public enum Position: String, Sendable, Hashable, Codable, CaseIterable {
        case mono
        case frontLeft, frontRight, frontCenter, lowFrequency
        case backLeft, backRight, frontLeftOfCenter, frontRightOfCenter, backCenter
        case sideLeft, sideRight
        case topCenter, topFrontLeft, topFrontCenter, topFrontRight, topBackLeft, topBackCenter, topBackRight
        /// Not stated by the file, or a signal without a position (an ambisonic component).
        case unspecified
    }

    /// The position of each channel, in order.
    public let positions: [Position]

    /// Creates a layout from the position of each channel.
    public init(_ positions: [Position]) {
        self.positions = positions
    }

    /// One channel.
    public static let mono = ChannelLayout([.mono])
    /// Left and right.
    public static let stereo = ChannelLayout([.frontLeft, .frontRight])

    /// The number of channels.
    public var count: Int { positions.count }

    /// Returns the layout of a file that states only a channel count.
    ///
    /// One to eight channels follow the FLAC format (RFC 9639 §9.1.3), which is also the order of a plain WAV file;
    /// with more channels, all positions are unspecified.
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

    /// The common name: `mono`, `stereo`, `5.1`, or the number of channels.
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

extension ChannelLayout {
    /// Creates the layout for `dwChannelMask` of WAVEFORMATEXTENSIBLE. Bits are assigned from the lowest up; channels
    /// without a bit are unspecified.
    init(mask: UInt32, channelCount: Int) {
        let stated = Self.maskPositions.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
        let missing = max(0, channelCount - stated.count)
        self.init(Array(stated.prefix(channelCount)) + Array(repeating: .unspecified, count: missing))
    }

    private static let maskPositions: [Position] = [
        .frontLeft, .frontRight, .frontCenter, .lowFrequency, .backLeft, .backRight, .frontLeftOfCenter,
        .frontRightOfCenter, .backCenter, .sideLeft, .sideRight, .topCenter, .topFrontLeft, .topFrontCenter,
        .topFrontRight, .topBackLeft, .topBackCenter, .topBackRight,
    ]
}
