import PerceptCore

/// What a recording's samples are decoded by: one kind for each way of getting at them.
protocol SampleSource: AnyObject {
    var header: RecordingHeader { get }
    /// Whether a stored sample can be something else than a finite number.
    var holdsFloatingPoint: Bool { get }
    /// What a person should know of what was read so far.
    var warnings: [String] { get }

    /// Decodes the next 1…`frameLimit` frames: one plane per channel, all of the same length; none at the end.
    ///
    /// - Throws: `MediaError` `.malformedInput` when the data are damaged or end early, `.inputOutput`.
    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]]
}

extension RecordingHeader {
    /// A place in the recording as errors name it: `frame 500 (0.500 s)`.
    func place(_ frame: Int) -> String {
        "frame \(frame) (\(seconds(frame)))"
    }

    /// The time of a frame: `2.760 s`.
    func seconds(_ frame: Int) -> String { Self.seconds(frame, at: sampleRate) }

    static func seconds(_ frame: Int, at sampleRate: Int) -> String {
        let milliseconds = Int((Double(frame) / Double(max(1, sampleRate)) * 1000).rounded())
        return "\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst()) s"
    }
}
