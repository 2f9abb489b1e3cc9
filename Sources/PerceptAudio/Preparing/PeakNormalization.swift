import PerceptCore

extension AudioPreparation {
    /// Returns the gain that brings the largest sample of the prepared `ranges` to ``normalizedPeak``; 1 for digital
    /// silence.
    ///
    /// The peak is measured after mixing and resampling, since resampling can raise it.
    func normalizingGain(
        for ranges: [Range<Int>], of input: RecordingInput, _ limits: ResourceLimits
    ) throws(MediaError) -> Float {
        guard let normalizedPeak else { return 1 }
        guard normalizedPeak > 0, normalizedPeak <= 1 else {
            throw MediaError(
                .invalidArgument, problem: "invalid normalized peak \(normalizedPeak)",
                remedy: "choose a value above 0 and up to 1")
        }
        var pass = try PreparationPass<PeakMeter>(self, input, ranges, gain: 1, limits)
        var peak: Float = 0
        while let chain = try pass.next({ _ throws(MediaError) in PeakMeter() }) {
            peak = max(peak, try chain.finish().peak)
        }
        let gain = Float(normalizedPeak) / peak
        // Digital silence, or a peak so small that the gain overflows.
        return gain.isFinite ? gain : 1
    }
}

/// Finds the largest magnitude and discards the samples.
struct PeakMeter: SampleSink {
    private(set) var peak: Float = 0

    mutating func write(_ planes: [[Float]]) throws(MediaError) {
        for plane in planes {
            plane.withUnsafeBufferPointer { samples in
                var lanes = SIMD8<Float>.zero
                var index = 0
                while index + 8 <= samples.count {
                    for lane in 0..<8 { lanes[lane] = max(lanes[lane], abs(samples[index + lane])) }
                    index += 8
                }
                peak = max(peak, lanes.max())
                for rest in index..<samples.count { peak = max(peak, abs(samples[rest])) }
            }
        }
    }
}
