import PerceptCore

/// How large a sample may be.
///
/// Floating-point recordings exceed full scale, and some are scaled as integers are: up to 2³¹. What lies far beyond that is noise in
/// the bytes, or bytes in another order; its square would be infinite, and a filter would spread the infinity over all around.
enum SampleMagnitude {
    /// Of full scale, 240 dB above it: sums of its squares over years still fit a Float.
    static let largest: Float = 0x1p40

    static func allUsable(_ samples: [Float]) -> Bool {
        // With the sign cut off, the largest pattern is that of the largest magnitude; NaN and infinity lie above all numbers.
        samples.reduce(into: UInt32(0)) { $0 = max($0, $1.bitPattern & 0x7FFF_FFFF) } <= largest.bitPattern
    }

    /// - Parameters:
    ///   - start: the frame that the planes begin with.
    ///   - name: what an error calls the recording.
    ///   - place: how an error names a frame.
    /// - Throws: `MediaError` `.malformedInput` for the first sample that is no finite number or larger than ``largest``.
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
                .malformedInput, source: name, problem: "\(sample) no finite number",
                remedy: "repair or re-export the recording, or have silence in its place (--replace-non-finite)")
        }
        throw MediaError(
            .malformedInput, source: name, problem: "\(sample) \(first.sample) times full scale, which is no sound",
            remedy: "repair or re-export the recording; of raw samples check the format and the order of bytes")
    }
}

extension Recording {
    /// - Throws: `MediaError` `.malformedInput` for a sample that is no finite number, or far beyond any scale.
    func checkSamples(of name: String) throws(MediaError) {
        try SampleMagnitude.check(planes, startingAt: 0, of: name) { "frame \($0)" }
    }
}
