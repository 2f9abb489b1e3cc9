/// Mixes the channels of one layout into those of another.
///
/// A channel keeps its position if the other layout has it. Otherwise it goes to the nearest positions, with the gains
/// of ITU-R BS.775-3, annex 4 (√½ from the centre to left and right and from a surround to its front, ½ from a back
/// centre); low-frequency effects are left out. If the gains of a result add up to more than 1, all are divided by the
/// largest sum, so that nothing exceeds full scale. A mix into one channel is ``MonoMixer``'s; one channel goes to both
/// left and right in full.
struct LayoutMixer: Sendable, Hashable {
    /// The gains of the source channels, for each resulting channel.
    let gains: [[Float]]

    /// Creates a mixer; `nil` if the positions of either layout are unspecified and the channel counts differ.
    init?(from source: ChannelLayout, to target: ChannelLayout) {
        if source == target || source.count == target.count && (source.isUnknown || target.isUnknown) {
            gains = (0..<target.count).map { row in (0..<source.count).map { $0 == row ? 1 : 0 } }
        } else if target.count == 1 {
            gains = [MonoMixer(source).gains]
        } else if source.isUnknown || target.isUnknown {
            return nil
        } else {
            gains = Self.gains(source.positions, target.positions)
        }
    }

    private static func gains(
        _ source: [ChannelLayout.Position], _ target: [ChannelLayout.Position]
    ) -> [[Float]] {
        var gains = [[Double]](repeating: Array(repeating: 0, count: source.count), count: target.count)
        for (column, position) in source.enumerated() {
            for (place, gain) in destinations(of: position, among: target) {
                guard let row = target.firstIndex(of: place) else { continue }
                gains[row][column] += gain
            }
        }
        let largest = max(1, gains.map { $0.reduce(0, +) }.max() ?? 1)
        return gains.map { $0.map { Float($0 / largest) } }
    }

    private typealias Destination = (place: ChannelLayout.Position, gain: Double)

    /// Returns the first of several ways for which `target` has all positions.
    private static func destinations(
        of position: ChannelLayout.Position, among target: [ChannelLayout.Position]
    ) -> [Destination] {
        let ways: [[Destination]] = [[(position, 1)]] + (nearest[position] ?? [])
        return ways.first { $0.allSatisfy { target.contains($0.place) } } ?? []
    }

    private static let half = 0.5.squareRoot()
    private static let nearest: [ChannelLayout.Position: [[Destination]]] = [
        .mono: [[(.frontCenter, 1)], [(.frontLeft, 1), (.frontRight, 1)]],
        .frontCenter: [[(.frontLeft, half), (.frontRight, half)]],
        .frontLeftOfCenter: [[(.frontLeft, 1)]], .frontRightOfCenter: [[(.frontRight, 1)]],
        .backLeft: [[(.sideLeft, 1)], [(.backCenter, half)], [(.frontLeft, half)]],
        .backRight: [[(.sideRight, 1)], [(.backCenter, half)], [(.frontRight, half)]],
        .sideLeft: [[(.backLeft, 1)], [(.backCenter, half)], [(.frontLeft, half)]],
        .sideRight: [[(.backRight, 1)], [(.backCenter, half)], [(.frontRight, half)]],
        .backCenter: [
            [(.backLeft, half), (.backRight, half)], [(.sideLeft, half), (.sideRight, half)],
            [(.frontLeft, 0.5), (.frontRight, 0.5)],
        ],
        .topCenter: [[(.frontLeft, 0.5), (.frontRight, 0.5)]],
        .topFrontLeft: [[(.frontLeft, half)]], .topFrontRight: [[(.frontRight, half)]],
        .topFrontCenter: [[(.frontCenter, half)], [(.frontLeft, 0.5), (.frontRight, 0.5)]],
        .topBackLeft: [[(.backLeft, half)], [(.frontLeft, 0.5)]],
        .topBackRight: [[(.backRight, half)], [(.frontRight, 0.5)]],
        .topBackCenter: [[(.backLeft, 0.5), (.backRight, 0.5)], [(.frontLeft, 0.5), (.frontRight, 0.5)]],
    ]

    /// Returns the mix of one block: one plane per resulting channel.
    func mix(_ planes: [[Float]]) -> [[Float]] {
        let frameCount = planes.first?.count ?? 0
        return gains.map { row in
            let used = row.indices.filter { row[$0] != 0 && planes.indices.contains($0) }
            if let only = used.first, used.count == 1, row[only] == 1 { return planes[only] }
            return [Float](unsafeUninitializedCapacity: frameCount) { output, count in
                output.initialize(repeating: 0)
                for channel in used {
                    let gain = row[channel]
                    planes[channel].withUnsafeBufferPointer { input in
                        for frame in 0..<min(frameCount, input.count) { output[frame] += input[frame] * gain }
                    }
                }
                count = frameCount
            }
        }
    }
}

extension ChannelLayout {
    fileprivate var isUnknown: Bool { positions.contains(.unspecified) }
}
