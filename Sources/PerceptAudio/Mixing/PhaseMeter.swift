/// Measures whether left and right cancel when they are mixed.
public struct PhaseMeter: Sendable {
    /// The two channels that are compared, or `nil` when the layout has no left and right.
    private let pair: (left: Int, right: Int)?
    private var leftEnergy = 0.0
    private var rightEnergy = 0.0
    private var product = 0.0

    /// Below this correlation a mono mix loses a good part of the sound.
    public static let cancellationThreshold = -0.3

    public init(_ layout: ChannelLayout) {
        if let left = layout.positions.firstIndex(of: .frontLeft),
            let right = layout.positions.firstIndex(of: .frontRight)
        {
            pair = (left, right)
        } else {
            pair = nil
        }
    }

    /// Takes one more block into account.
    public mutating func add(_ planes: [[Float]]) {
        guard let pair, pair.left < planes.count, pair.right < planes.count else { return }
        // Sums of a block in Float lose nothing that matters to a correlation; blocks are added up in Double.
        var sums = SIMD4<Float>.zero
        planes[pair.left].withUnsafeBufferPointer { left in
            planes[pair.right].withUnsafeBufferPointer { right in
                for frame in 0..<min(left.count, right.count) {
                    let (l, r) = (left[frame], right[frame])
                    sums += SIMD4(l * l, r * r, l * r, 0)
                }
            }
        }
        leftEnergy += Double(sums.x)
        rightEnergy += Double(sums.y)
        product += Double(sums.z)
    }

    /// Pearson's correlation without removal of the mean, −1…1; `nil` for silence or a layout without left and right.
    public var correlation: Double? {
        let scale = (leftEnergy * rightEnergy).squareRoot()
        return pair != nil && scale > 0 ? product / scale : nil
    }
}
