/// Computes a ``WaveformEnvelope`` block by block, in one pass and constant memory.
public struct WaveformMeter: Sendable {
    private let sampleRate: Int
    private var cells: TimeCells
    private var channels: [Channel]
    private var frameCount = 0

    fileprivate struct Channel {
        var cells: [WaveformEnvelope.Cell] = []
        var fullScaleRun = 0
    }

    /// Creates a meter.
    ///
    /// - Parameters:
    ///   - sampleRate: The sample rate, in Hz.
    ///   - channelCount: The number of channels.
    ///   - columnCount: The number of columns wanted; at most 65 536 are kept apart.
    ///   - expectedFrameCount: The length of the recording, if known. If it is wrong, columns are less sharp but still
    ///     correct.
    public init(sampleRate: Int, channelCount: Int, columnCount: Int, expectedFrameCount: Int? = nil) {
        self.sampleRate = sampleRate
        cells = TimeCells(columnCount: columnCount, expectedFrameCount: expectedFrameCount)
        channels = Array(repeating: Channel(), count: max(0, channelCount))
    }

    /// Adds a block: one array per channel, all of the same length.
    public mutating func add(_ planes: [[Float]]) {
        guard let blockLength = planes.first?.count, blockLength > 0 else { return }
        var channels = channels
        self.channels = []
        cells.makeRoom(for: frameCount + blockLength - 1) {
            for index in channels.indices { Self.joinPairs(&channels[index].cells) }
        }
        let firstCell = cells.cell(of: frameCount)
        let lastCell = cells.cell(of: frameCount + blockLength - 1)
        for (channel, plane) in planes.enumerated() where channels.indices.contains(channel) {
            let missing = lastCell + 1 - channels[channel].cells.count
            if missing > 0 { channels[channel].cells += Array(repeating: WaveformEnvelope.Cell(), count: missing) }
            plane.withUnsafeBufferPointer { samples in
                for cell in firstCell...lastCell {
                    let start = max(0, cells.start(of: cell) - frameCount)
                    let end = min(samples.count, cells.start(of: cell + 1) - frameCount)
                    guard start < end else { continue }
                    channels[channel].add(UnsafeBufferPointer(rebasing: samples[start..<end]), to: cell)
                }
            }
        }
        self.channels = channels
        frameCount += blockLength
    }

    private static func joinPairs(_ cells: inout [WaveformEnvelope.Cell]) {
        for pair in 0..<cells.count / 2 {
            cells[pair] = cells[2 * pair]
            cells[pair].join(cells[2 * pair + 1])
        }
        if !cells.count.isMultiple(of: 2), let last = cells.last { cells[cells.count / 2] = last }
        cells.removeLast(cells.count / 2)
    }

    /// Returns the envelope of all blocks added.
    public consuming func finish() -> WaveformEnvelope {
        WaveformEnvelope(
            sampleRate: sampleRate, frameCount: frameCount, cells: cells, channels: channels.map(\.cells))
    }
}

extension WaveformMeter.Channel {
    fileprivate mutating func add(_ samples: UnsafeBufferPointer<Float>, to cell: Int) {
        typealias Lanes = SIMD8<Float>
        let bytes = UnsafeRawBufferPointer(samples)
        var (low, high, energy) = (Lanes(repeating: .infinity), Lanes(repeating: -.infinity), Lanes.zero)
        let vectorCount = samples.count / Lanes.scalarCount
        for vector in 0..<vectorCount {
            let values = bytes.loadUnaligned(fromByteOffset: vector * MemoryLayout<Lanes>.size, as: Lanes.self)
            low.replace(with: values, where: values .< low)
            high.replace(with: values, where: values .> high)
            energy += values * values
        }
        var part = WaveformEnvelope.Cell(minimum: low.min(), maximum: high.max(), energy: Double(energy.sum()))
        for index in vectorCount * Lanes.scalarCount..<samples.count {
            part.minimum = min(part.minimum, samples[index])
            part.maximum = max(part.maximum, samples[index])
            part.energy += Double(samples[index]) * Double(samples[index])
        }
        if max(part.maximum, -part.minimum) < LevelMeter.fullScale {
            fullScaleRun = 0
        } else {
            for sample in samples {
                fullScaleRun = abs(sample) >= LevelMeter.fullScale ? fullScaleRun + 1 : 0
                if fullScaleRun >= LevelMeter.clippingRunLength { part.isClipped = true }
            }
        }
        cells[cell].join(part)
    }
}
