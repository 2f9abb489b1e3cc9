extension ChannelLayout {
    /// The layout that `dwChannelMask` of WAVEFORMATEXTENSIBLE means: its bits from the lowest on; channels beyond them have no
    /// place.
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
