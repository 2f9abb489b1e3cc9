import PerceptCore

/// A decoder of a recording's samples.
protocol SampleSource: AnyObject {
    var header: RecordingHeader { get }
    /// `true` if a stored sample can be NaN or infinite.
    var holdsFloatingPoint: Bool { get }
    /// Warnings about the part read so far.
    var warnings: [Warning] { get }

    /// Decodes the next 1…`frameLimit` frames: one plane per channel, all of the same length; no planes at the end.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the data are damaged or end early; `.inputOutput`.
    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]]
}
