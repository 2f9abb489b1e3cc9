import PerceptCore

/// A decoder of a recording's samples.
protocol SampleSource: AnyObject {
    var header: RecordingHeader { get }
    /// `true` if a stored sample can be NaN or infinite.
    var holdsFloatingPoint: Bool { get }
    /// Warnings about the part read so far.
    var warnings: [String] { get }

    /// Decodes the next 1…`frameLimit` frames: one plane per channel, all of the same length; no planes at the end.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the data are damaged or end early; `.inputOutput`.
    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]]
}

extension RecordingHeader {
    /// Returns the description of a frame for errors, such as `frame 500 (0.500 s)`.
    func place(_ frame: Int) -> String {
        "frame \(frame) (\(seconds(frame)))"
    }

    /// Returns the time of a frame, such as `2.760 s`.
    func seconds(_ frame: Int) -> String { Self.seconds(frame, sampleRate: sampleRate) }

    /// Returns the duration of a number of frames for messages, rounded to milliseconds, such as `0.500 s`.
    static func seconds(_ frameCount: Int, sampleRate: Int) -> String {
        let milliseconds = Int((Double(frameCount) / Double(max(1, sampleRate)) * 1000).rounded())
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        return "\(milliseconds / 1000).\(fraction) s"
    }
}
