import PerceptCore

/// The maximum magnitude of a sample.
///
/// Floating-point recordings exceed full scale, and some are scaled like integers: up to 2³¹. Values far beyond that
/// mean corrupt data or the wrong byte order; their squares would overflow, and a filter would spread the infinity to
/// its neighbors.
enum SampleMagnitude {
    /// The maximum magnitude, relative to full scale: at 240 dB above it, sums of squares over years still fit in a
    /// Float.
    static let largest: Float = 0x1p40

    static func allUsable(_ samples: [Float]) -> Bool {
        // Without the sign bit, bit patterns are ordered by magnitude; NaN and infinity are above all finite numbers.
        samples.reduce(into: UInt32(0)) { $0 = max($0, $1.bitPattern & 0x7FFF_FFFF) } <= largest.bitPattern
    }

    /// Checks that all samples are finite and not too large.
    ///
    /// - Parameters:
    ///   - start: The frame number of the first sample.
    ///   - name: The name of the recording in errors.
    ///   - place: Returns the description of a frame for errors.
    /// - Throws: `MediaError` `.malformedInput` for the first sample that is NaN, infinite, or larger than ``largest``.
    static func check(
        _ planes: [[Float]], startingAt start: Int, of name: String, _ place: (Int) -> String
    ) throws(MediaError) {
        let firsts = planes.compactMap { plane in
            allUsable(plane)
                ? nil : plane.firstIndex { !($0.magnitude <= largest) }.map { (index: $0, sample: plane[$0]) }
        }
        guard let first = firsts.min(by: { $0.index < $1.index }) else { return }
        let sample = "the sample at \(place(start + first.index)) is"
        guard first.sample.isFinite else {
            throw MediaError(
                .malformedInput, source: name, problem: "\(sample) NaN or infinite",
                remedy: "repair or re-export the recording, or replace such samples with silence",
                parameter: .replacesNonFinite)
        }
        throw MediaError(
            .malformedInput, source: name,
            problem: "\(sample) \(first.sample) times full scale, which is too large for audio",
            remedy: "repair or re-export the recording; for raw samples, check the format and byte order")
    }
}

extension Recording {
    /// Checks that all samples are finite and not too large.
    ///
    /// - Throws: `MediaError` `.malformedInput` for a sample that is NaN, infinite, or far beyond any scale.
    func checkSamples(of name: String) throws(MediaError) {
        try SampleMagnitude.check(planes, startingAt: 0, of: name) { "frame \($0)" }
    }
}
