public import PerceptCore
public import PerceptInference

/// The results of a run, gathered by the pictures and recordings that they are about.
public struct Report: Sendable, Hashable {
    /// A picture or recording, and what was found in it.
    public struct Entry: Sendable, Hashable {
        /// As its results name it.
        public let name: String
        /// Where it is; `nil` where no such file is found, or masks alone are known.
        public let source: MediaSource?
        /// Whether its results name a file that is not there.
        public let isMissing: Bool
        /// In the order of the results.
        public internal(set) var findings: [Finding]
    }

    /// One result about a picture or recording.
    public struct Finding: Sendable, Hashable {
        public enum Content: Sendable, Hashable {
            case classes([ClassScore])
            case detections([Detection])
            case segments([SavedSegment])
            case transcript(text: String, chunks: [Transcript.Chunk])
            /// An error, in its own words.
            case failure(String)
        }

        public let content: Content
        /// What was sent for it; `nil` where the result does not say.
        public let sent: SentMedia?
        /// The map back to the source as the result has it.
        public let receipt: JSONValue?
    }

    /// A segment whose mask is a file, or was not saved.
    public struct SavedSegment: Sendable, Hashable {
        public let label: String
        public let score: Double?
        /// The smallest box around it; `nil` for an empty one.
        public let box: BoundingBox?
        /// Where its mask lies.
        public let maskPath: String?
    }

    /// In the order in which results first name them.
    public let entries: [Entry]
    /// What could not be used, and why.
    public let warnings: [String]
    /// The files that the results were read from.
    let resultPaths: [String]

    /// Gathers the results in files.
    ///
    /// Results are what `percept transcribe`, `classify`, `detect` and `segment` print with `--json`, one object per line or
    /// one in all, and the `segments.json` of a folder of masks. Of a folder all files `*.json` and `*.jsonl` are read, and the masks of the
    /// folders in it; in the order of their names. A medium is looked for in the current folder, then beside its results.
    /// What is no result is left out, and ``warnings`` say so.
    ///
    /// - Parameter inputs: files and folders; a file whose name is not its path has no folder of its own.
    /// - Throws: `MediaError` `.inputMissing`, `.limitExceeded` for a file of more than 256 MiB, `.malformedInput` when there is
    ///   no result at all, `.cancelled`.
    public init(collecting inputs: [MediaSource]) throws(MediaError) {
        var collector = ReportCollector()
        for input in inputs { try collector.collect(input) }
        collector.finish()
        guard !collector.entries.isEmpty else {
            throw MediaError(
                .malformedInput, source: inputs.map(\.name).joined(separator: ", "),
                problem: (["holds no results"] + collector.warnings.prefix(3)).joined(separator: "; "),
                remedy: "pass what transcribe, classify, detect or segment printed with --json")
        }
        entries = collector.entries
        warnings = collector.warnings
        resultPaths = collector.resultPaths
    }
}

extension Report.Entry {
    /// All files that it is made from.
    var paths: [String] {
        let masks = findings.flatMap { finding in
            if case .segments(let segments) = finding.content { segments.compactMap(\.maskPath) } else { [String]() }
        }
        return [source?.path].compactMap(\.self) + masks
    }
}
