/// Mixes the channels of a recording to mono, with gains determined by the layout.
///
/// The gains are those of ITU-R BS.775-3, annex 4, for the downmix to one channel: front left and right √½, centre
/// 1, surrounds ½, low-frequency effects 0. They are divided by their sum so that the mix never exceeds full scale
/// unless a channel does. For stereo the result is the mean.
public struct MonoMixer: Sendable, Hashable {
    /// The gain of each channel. The gains add up to 1.
    public let gains: [Float]

    /// Creates a mixer for a layout.
    public init(_ layout: ChannelLayout) {
        let weights = layout.positions.map(Self.weight)
        let sum = weights.reduce(0, +)
        // With only low-frequency channels, mixes those instead of returning silence.
        gains =
            sum > 0
            ? weights.map { Float($0 / sum) }
            : Array(repeating: 1 / Float(max(1, layout.count)), count: layout.count)
    }

    private static func weight(_ position: ChannelLayout.Position) -> Double {
        switch position {
        case .mono, .frontCenter, .unspecified: 1
        case .frontLeft, .frontRight, .frontLeftOfCenter, .frontRightOfCenter: 0.5.squareRoot()
        case .backLeft, .backRight, .backCenter, .sideLeft, .sideRight: 0.5
        case .topCenter, .topFrontLeft, .topFrontCenter, .topFrontRight, .topBackLeft, .topBackCenter, .topBackRight:
            0.5
        case .lowFrequency: 0
        }
    }

    /// Returns the mix of one block, with as many samples as `planes` have frames.
    public func mix(_ planes: [[Float]]) -> [Float] {
        guard planes.count > 1, let frameCount = planes.first?.count else { return planes.first ?? [] }
        return [Float](unsafeUninitializedCapacity: frameCount) { output, count in
            output.initialize(repeating: 0)
            for (plane, gain) in zip(planes, gains) where gain != 0 {
                plane.withUnsafeBufferPointer { input in
                    for frame in 0..<min(frameCount, input.count) { output[frame] += input[frame] * gain }
                }
            }
            count = frameCount
        }
    }
}
