public import PerceptCore
public import PerceptInference

/// The results of a run, grouped by image or recording.
public struct Report: Sendable, Hashable {
    /// An image or recording with its results.
    public struct Entry: Sendable, Hashable {
        /// The name that the results use.
        public let name: String
        /// The file, or `nil` if it was not found or only masks are known.
        public let source: MediaSource?
        /// True if the results name a file that does not exist.
        public let isMissing: Bool
        /// The findings, in the order of the results.
        public internal(set) var findings: [Finding]
    }

    /// One result about an image or recording.
    public struct Finding: Sendable, Hashable {
        /// The kind and value of a result.
        public enum Content: Sendable, Hashable {
            case classes([ClassScore])
            case detections([Detection])
            case segments([SavedSegment])
            case transcript(text: String, chunks: [Transcript.Chunk])
            /// An error message.
            case failure(String)
        }

        /// The kind and value of the result.
        public let content: Content
        /// The upload, or `nil` if the result does not describe it.
        public let sent: SentMedia?
        /// The receipt in the result, which maps the upload back to the source.
        public let receipt: JSONValue?
    }

    /// A segment with a mask in a file, or without a saved mask.
    public struct SavedSegment: Sendable, Hashable {
        /// The label of the segment.
        public let label: String
        /// The score of the segment, or `nil` if the service returned none.
        public let score: Double?
        /// The smallest box around it; `nil` for an empty one.
        public let box: BoundingBox?
        /// The path of the mask file.
        public let maskPath: String?
    }

    /// The entries, in the order in which the results first name them.
    public let entries: [Entry]
    /// The reasons why some results could not be used.
    public let warnings: [String]
    /// The files that the results were read from.
    let resultPaths: [String]

    /// Collects the results in files.
    ///
    /// Accepts the JSON output of `percept transcribe`, `classify`, `detect` and `segment`, as one document or one
    /// object per line, and the `segments.json` of a folder of masks. From a folder, reads all `*.json` and `*.jsonl`
    /// files and the masks in subfolders, in alphabetical order. Media are looked up in the current folder, then next
    /// to the results. Other contents are skipped with a warning in ``warnings``.
    ///
    /// - Parameter inputs: Files and folders. A file with a name that is not its path has no folder of its own.
    /// - Throws: `MediaError` `.inputMissing`, `.limitExceeded` for a file of more than 256 MiB, `.malformedInput` if
    ///   no results are found, `.cancelled`.
    public init(collecting inputs: [MediaSource]) throws(MediaError) {
        var collector = ReportCollector()
        for input in inputs { try collector.collect(input) }
        collector.finish()
        guard !collector.entries.isEmpty else {
            throw MediaError(
                .malformedInput, source: inputs.map(\.name).joined(separator: ", "),
                problem: (["holds no results"] + collector.warnings.prefix(3)).joined(separator: "; "),
                remedy: "pass the JSON output of transcribe, classify, detect or segment")
        }
        entries = collector.entries
        warnings = collector.warnings
        resultPaths = collector.resultPaths
    }
}

extension Report.Entry {
    /// The paths of all files used for the entry.
    var paths: [String] {
        let masks = findings.flatMap { finding in
            if case .segments(let segments) = finding.content { segments.compactMap(\.maskPath) } else { [String]() }
        }
        return [source?.path].compactMap(\.self) + masks
    }
}
