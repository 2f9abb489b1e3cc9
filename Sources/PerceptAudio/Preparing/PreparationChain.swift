import PerceptCore

/// The channels that are sent or mixed: one, or all of them.
struct ChannelSelection {
    /// The index of the one channel; `nil` for all.
    let index: Int?
    /// The number of selected channels.
    let channelCount: Int

    func planes(_ planes: [[Float]]) -> [[Float]] {
        guard let index else { return planes }
        return planes.indices.contains(index) ? [planes[index]] : []
    }
}

extension AudioPreparation {
    /// Returns the selected channels of `layout`.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if `layout` does not have the picked channel.
    func selection(from layout: ChannelLayout, of name: String) throws(MediaError) -> ChannelSelection {
        guard case .single(let choice) = channels else {
            return ChannelSelection(index: nil, channelCount: layout.count)
        }
        return ChannelSelection(index: try choice.index(in: layout, of: name), channelCount: 1)
    }
}

/// A destination for the samples that a ``PreparationChain`` produces.
protocol SampleSink {
    mutating func write(_ planes: [[Float]]) throws(MediaError)
}

/// Mixing and resampling in sequence, with the state kept between blocks.
struct PreparationChain<Output: SampleSink> {
    private var output: Output
    private let mixer: MonoMixer?
    let selection: ChannelSelection
    private var phase: PhaseMeter
    private var resamplers: [Resampler]
    private let gain: Float
    /// The number of frames resampled at a time: a whole block of a slow source at a high rate could take gigabytes.
    private let pieceLength: Int
    let sampleRate: Int
    let channelCount: Int
    /// The number of source frames processed so far.
    private(set) var frameCount = 0

    /// The maximum number of frames that one piece may become.
    private static var largestPiece: Int { 1 << 16 }

    init(
        _ preparation: AudioPreparation, sampleRate: Int, channels: ChannelLayout, gain: Float, name: String,
        output: Output
    ) throws(MediaError) {
        self.output = output
        self.gain = gain
        selection = try preparation.selection(from: channels, of: name)
        mixer = preparation.channels == .mono && channels.count > 1 ? MonoMixer(channels) : nil
        phase = PhaseMeter(channels)
        self.sampleRate = sampleRate
        channelCount = channels.count
        pieceLength = max(1, Self.largestPiece * sampleRate / max(preparation.sampleRate ?? sampleRate, sampleRate))
        resamplers = []
        guard let target = preparation.sampleRate, target != sampleRate else { return }
        let resampler = try Resampler(from: sampleRate, to: target, quality: preparation.resampling)
        resamplers = Array(repeating: resampler, count: preparation.channelCount(for: channels))
    }

    mutating func process(_ planes: [[Float]]) throws(MediaError) {
        let blockLength = planes.first?.count ?? 0
        guard blockLength > pieceLength else { return try processPiece(planes) }
        for start in stride(from: 0, to: blockLength, by: pieceLength) {
            try MediaError.checkCancellation()
            try processPiece(planes.map { Array($0[start..<min(start + pieceLength, blockLength)]) })
        }
    }

    private mutating func processPiece(_ planes: [[Float]]) throws(MediaError) {
        frameCount += planes.first?.count ?? 0
        var planes = selection.planes(planes)
        if let mixer {
            phase.add(planes)
            planes = [mixer.mix(planes)]
        }
        if !resamplers.isEmpty {
            for index in planes.indices { planes[index] = resamplers[index].process(planes[index]) }
        }
        try deliver(planes)
    }

    /// Delivers the samples still in the resamplers and returns the output.
    consuming func finish() throws(MediaError) -> Output {
        while !resamplers.isEmpty {
            var pieces: [[Float]] = []
            for index in resamplers.indices {
                // All have processed the same number of frames, so the pieces have the same length.
                guard let piece = resamplers[index].finishPiece() else { return output }
                pieces.append(piece)
            }
            try MediaError.checkCancellation()
            try deliver(pieces)
        }
        return output
    }

    private mutating func deliver(_ planes: [[Float]]) throws(MediaError) {
        guard gain != 1 else { return try output.write(planes) }
        try output.write(planes.map { plane in plane.map { $0 * gain } })
    }

    var warnings: [Warning] {
        guard mixer != nil, let correlation = phase.correlation, correlation < PhaseMeter.cancellationThreshold else {
            return []
        }
        let hundredths = Int((-correlation * 100).rounded())
        let fraction = String(100 + hundredths % 100).dropFirst()
        return [
            Warning(
                "left and right are out of phase (correlation −\(hundredths / 100).\(fraction)): "
                    + "mixed into one channel they cancel; keep all channels, or send only one of them",
                parameter: .pickedChannel)
        ]
    }
}
