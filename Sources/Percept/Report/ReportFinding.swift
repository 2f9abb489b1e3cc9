import PerceptCore
import PerceptInference

/// Reads one result object.
struct ReportFinding {
    private(set) var findings: [Report.Finding] = []
    /// Warnings about the parts that could not be used.
    private(set) var complaints: [Warning] = []
    private let folder: String?
    private var sent: SentMedia?
    private var receipt: JSONValue?

    /// Creates a reader.
    ///
    /// - Parameter folder: The folder of the masks; `nil` if they were not saved.
    init(folder: String?) {
        self.folder = folder
    }

    /// Reads an object.
    ///
    /// - Returns: True if it contains a result.
    mutating func read(_ object: JSONObject) -> Bool {
        sent = object["sent"].flatMap(SentMedia.init(json:))
        receipt = object["receipt"]?.objectValue.map { .object($0) }
        if let text = object["text"]?.stringValue { readTranscript(text, object["chunks"]?.arrayValue ?? []) }
        if let list = object["classes"]?.arrayValue { readClasses(list) }
        if let list = object["detections"]?.arrayValue { readDetections(list) }
        if let list = object["segments"]?.arrayValue { readSegments(list) }
        if let error = object["error"], let message = error["message"]?.stringValue {
            add(.failure([message, error["remedy"]?.stringValue].compactMap(\.self).joined(separator: "; ")))
        }
        return !findings.isEmpty
    }

    private mutating func add(_ content: Report.Finding.Content) {
        findings.append(Report.Finding(content: content, sent: sent, receipt: receipt))
    }

    private mutating func readTranscript(_ text: String, _ list: [JSONValue]) {
        let chunks = read(list, "chunk", missing: "text", Transcript.Chunk.init(json:))
        add(.transcript(text: text, chunks: chunks))
    }

    private mutating func readClasses(_ list: [JSONValue]) {
        add(.classes(read(list, "class score", missing: "label", ClassScore.init(resultJSON:))))
    }

    private mutating func readDetections(_ list: [JSONValue]) {
        add(.detections(read(list, "detection", missing: "label or box", Detection.init(json:))))
    }

    /// Reads segments in the form of `segments.json`.
    mutating func readSegments(_ list: [JSONValue]) {
        var outside = 0
        let segments = read(list, "segment", missing: "label", SegmentEntry.init(json:)).map { entry in
            var entry = entry
            // A list may only name masks in its own folder.
            if let mask = entry.mask, mask.isEmpty || mask.contains("/") {
                outside += 1
                entry.mask = nil
            }
            return entry
        }
        if outside > 0 { complaints.append("skipped \(Quantity.counted(outside, "mask")) outside the folder") }
        add(.segments(segments, folder: folder))
    }

    private mutating func read<Element>(
        _ list: [JSONValue], _ name: String, missing: String, _ element: (JSONValue) -> Element?
    ) -> [Element] {
        let elements = list.compactMap(element)
        if elements.count < list.count {
            complaints.append("skipped \(Quantity.counted(list.count - elements.count, name)) without a \(missing)")
        }
        return elements
    }
}
