public import PerceptCore
import PerceptInference

/// The files to write from a transcript.
public struct TranscriptFiles: Sendable, Hashable {
    /// The format of a file.
    public enum Format: String, Sendable, Hashable, CaseIterable, Codable {
        /// The text, followed by a line feed.
        case txt
        /// ``Transcript/json`` on one line.
        case json
        /// SubRip.
        case srt
        /// WebVTT.
        case vtt
    }

    /// The path of each file.
    public var paths: [Format: String]
    /// The files that must not be replaced.
    public var protectedPaths: [String]

    /// Creates a list of files; by default it is empty.
    public init(_ paths: [Format: String] = [:], protectedPaths: [String] = []) {
        self.paths = paths
        self.protectedPaths = protectedPaths
    }

    /// Writes the files; each appears complete or not at all.
    ///
    /// - Returns: The transcript with the paths.
    /// - Throws: `MediaError` `.outputNotCreatable`, `.inputOutput`, or `.invalidArgument` for a protected path.
    public func write(_ transcript: Transcript) throws(MediaError) -> Transcript {
        var transcript = transcript
        let ordered = Format.allCases.compactMap { format in paths[format].map { (format, $0) } }
        transcript.files = ordered.map(\.1)
        for (format, path) in ordered {
            let file = try OutputFile(path: path, protecting: protectedPaths)
            try file.write(Array(transcript.contents(as: format).utf8))
            try file.commit()
        }
        return transcript
    }
}

extension Transcript {
    /// Returns the contents of a file in `format`, which end with a line feed.
    public func contents(as format: TranscriptFiles.Format) -> String {
        switch format {
        case .txt: text + "\n"
        case .json: String(decoding: JSONValue.object(json).serialized(), as: UTF8.self) + "\n"
        case .srt: subtitles(.srt)
        case .vtt: subtitles(.vtt)
        }
    }
}
