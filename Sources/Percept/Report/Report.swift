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
            /// Segments with the folder of their masks, if these were saved.
            case segments([SegmentEntry], folder: String?)
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

    /// The entries, in the order in which the results first name them.
    public let entries: [Entry]
    /// The reasons why some results could not be used.
    public let warnings: [Warning]
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
                problem: (["holds no results"] + collector.warnings.prefix(3).map(\.text)).joined(separator: "; "),
                remedy: "pass the JSON output of transcribe, classify, detect or segment")
        }
        entries = collector.entries
        warnings = collector.warnings
        resultPaths = collector.resultPaths
    }

    /// Creates a report about results in memory.
    ///
    /// - Parameters:
    ///   - results: the results, grouped by their ``PerceptResult/json``'s `"file"`.
    ///   - media: the recordings and images by their names in the results; others are looked up as files.
    public init(_ results: [any PerceptResult], media: [String: MediaSource] = [:]) {
        var collector = ReportCollector()
        collector.media = media
        for (index, result) in results.enumerated() { collector.add(result.json, "result \(index)") }
        collector.finish()
        entries = collector.entries
        warnings = collector.warnings
        resultPaths = []
    }
}

extension Report.Entry {
    /// The paths of all files used for the entry.
    var paths: [String] {
        let masks = findings.flatMap(\.maskPaths)
        return [source?.path].compactMap(\.self) + masks
    }
}

extension Report.Finding {
    /// The paths of the masks.
    fileprivate var maskPaths: [String] {
        guard case .segments(let segments, let folder?) = content else { return [] }
        return segments.compactMap { segment in segment.mask.map { "\(folder)/\($0)" } }
    }
}
