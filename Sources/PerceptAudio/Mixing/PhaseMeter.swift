/// Measures whether left and right cancel when mixed.
public struct PhaseMeter: Sendable {
    /// The two compared channels, or `nil` if the layout has no left and right.
    private let pair: (left: Int, right: Int)?
    private var leftEnergy = 0.0
    private var rightEnergy = 0.0
    private var product = 0.0

    /// The correlation below which a mono mix loses much of the sound.
    public static let cancellationThreshold = -0.3

    /// Creates a meter for a layout.
    public init(_ layout: ChannelLayout) {
        if let left = layout.positions.firstIndex(of: .frontLeft),
            let right = layout.positions.firstIndex(of: .frontRight)
        {
            pair = (left, right)
        } else {
            pair = nil
        }
    }

    /// Adds a block: one array per channel.
    public mutating func add(_ planes: [[Float]]) {
        guard let pair, pair.left < planes.count, pair.right < planes.count else { return }
        planes[pair.left].withUnsafeBufferPointer { left in
            planes[pair.right].withUnsafeBufferPointer { right in
                add(left, right)
            }
        }
    }

    /// Sums a block in Float, which is precise enough for a correlation; blocks are added in Double.
    private mutating func add(_ left: UnsafeBufferPointer<Float>, _ right: UnsafeBufferPointer<Float>) {
        typealias Lanes = SIMD16<Float>
        let frameCount = min(left.count, right.count)
        var (lefts, rights, products) = (Lanes.zero, Lanes.zero, Lanes.zero)
        var frame = 0
        while frame + Lanes.scalarCount <= frameCount {
            var (l, r) = (Lanes.zero, Lanes.zero)
            for lane in 0..<Lanes.scalarCount {
                l[lane] = left[frame + lane]
                r[lane] = right[frame + lane]
            }
            lefts += l * l
            rights += r * r
            products += l * r
            frame += Lanes.scalarCount
        }
        for rest in frame..<frameCount {
            lefts[0] += left[rest] * left[rest]
            rights[0] += right[rest] * right[rest]
            products[0] += left[rest] * right[rest]
        }
        leftEnergy += Double(lefts.sum())
        rightEnergy += Double(rights.sum())
        product += Double(products.sum())
    }

    /// Pearson's correlation without removal of the mean, −1…1; `nil` for silence or a layout without left and
    /// right.
    public var correlation: Double? {
        let scale = (leftEnergy * rightEnergy).squareRoot()
        return pair != nil && scale > 0 ? product / scale : nil
    }
}
