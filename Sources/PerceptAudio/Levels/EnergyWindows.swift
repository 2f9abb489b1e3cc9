/// Computes the mean energies of consecutive 10 ms windows, each of its loudest channel.
///
/// The loudest channel counts because a voice on one of many channels is not silence.
struct EnergyWindows {
    /// The number of frames in a window, at least 1.
    let windowLength: Int
    private var sums: [Float]
    private var fill = 0

    init(sampleRate: Int, channelCount: Int) {
        windowLength = max(1, sampleRate / 100)
        sums = Array(repeating: 0, count: channelCount)
    }

    /// Adds a block and passes the mean square of each completed window to `body`.
    mutating func add(_ planes: [[Float]], _ body: (Float) -> Void) {
        guard let blockLength = planes.first?.count else { return }
        var start = 0
        while start < blockLength {
            let end = min(blockLength, start + windowLength - fill)
            for (channel, plane) in planes.enumerated() where sums.indices.contains(channel) {
                sums[channel] += Self.energy(plane, start..<end)
            }
            fill += end - start
            if fill == windowLength { finish(body) }
            start = end
        }
    }

    /// Passes the last window to `body`; it may be shorter than the others.
    mutating func finish(_ body: (Float) -> Void) {
        guard fill > 0 else { return }
        body((sums.max() ?? 0) / Float(fill))
        for channel in sums.indices { sums[channel] = 0 }
        fill = 0
    }

    private static func energy(_ plane: [Float], _ frames: Range<Int>) -> Float {
        typealias Lanes = SIMD8<Float>
        return plane.withUnsafeBufferPointer { samples in
            var lanes = Lanes.zero
            var frame = frames.lowerBound
            while frame + Lanes.scalarCount <= frames.upperBound {
                var values = Lanes.zero
                for lane in 0..<Lanes.scalarCount { values[lane] = samples[frame + lane] }
                lanes += values * values
                frame += Lanes.scalarCount
            }
            var sum = lanes.sum()
            for rest in frame..<max(frame, frames.upperBound) { sum += samples[rest] * samples[rest] }
            return sum
        }
    }
}

extension Float {
    /// Creates the mean square of a signal with an RMS level of `decibels` dBFS.
    init(meanSquareOf decibels: Double) {
        self.init(powerOfTen(decibels / 10))
    }
}
