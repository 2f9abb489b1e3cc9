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
