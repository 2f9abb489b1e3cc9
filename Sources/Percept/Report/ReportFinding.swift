import PerceptCore
import PerceptInference

/// Reads one result object.
struct ReportFinding {
    private(set) var findings: [Report.Finding] = []
    /// Warnings about the parts that could not be used.
    private(set) var complaints: [String] = []
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
        sent = object["sent"].flatMap(SentMedia.init)
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
        var chunks: [Transcript.Chunk] = []
        for (index, chunk) in list.enumerated() {
            guard let text = chunk["text"]?.stringValue else {
                complaints.append("chunk \(index) has no text")
                continue
            }
            let times = (0...1).map { Self.time(chunk["timestamp"]?[$0]) }
            chunks.append(Transcript.Chunk(text: text, start: times[0], end: times[1]))
        }
        add(.transcript(text: text, chunks: chunks))
    }

    private mutating func readClasses(_ list: [JSONValue]) {
        add(.classes(labelled(list, "class score") { ClassScore(label: $1, score: Self.score($0)) }))
    }

    private mutating func readDetections(_ list: [JSONValue]) {
        var withoutBox = 0
        let detections = labelled(list, "detection") { detection, label in
            guard let box = Self.box(detection["box"]) else {
                withoutBox += 1
                return nil as Detection?
            }
            return Detection(label: label, score: Self.score(detection), box: box)
        }
        if withoutBox > 0 { complaints.append("skipped \(Quantity.counted(withoutBox, "detection")) without a box") }
        add(.detections(detections.compactMap(\.self)))
    }

    /// Reads segments in the form of `segments.json`.
    mutating func readSegments(_ list: [JSONValue]) {
        var outside = 0
        let folder = folder
        let segments = labelled(list, "segment") { segment, label in
            let mask = segment["mask"]?.stringValue
            // A list may only name masks in its own folder.
            let isBeside = mask.map { !$0.isEmpty && !$0.contains("/") } ?? true
            if !isBeside { outside += 1 }
            let path = isBeside ? folder.flatMap { folder in mask.map { "\(folder)/\($0)" } } : nil
            return Report.SavedSegment(
                label: label, score: Self.score(segment), box: Self.box(segment["box"]), maskPath: path)
        }
        if outside > 0 { complaints.append("skipped \(Quantity.counted(outside, "mask")) outside the folder") }
        add(.segments(segments))
    }

    private mutating func labelled<Value>(
        _ list: [JSONValue], _ name: String, _ body: (JSONValue, String) -> Value
    ) -> [Value] {
        let values = list.compactMap { element in element["label"]?.stringValue.map { body(element, $0) } }
        if values.count < list.count {
            complaints.append("skipped \(Quantity.counted(list.count - values.count, name)) without a label")
        }
        return values
    }

    private static func score(_ json: JSONValue) -> Double? {
        json["score"]?.doubleValue.flatMap { $0.isFinite ? $0 : nil }
    }

    private static func time(_ json: JSONValue?) -> Double? {
        json?.doubleValue.flatMap { $0.isFinite ? max(0, $0) : nil }
    }

    private static func box(_ json: JSONValue?) -> BoundingBox? {
        guard let xMin = json?["xmin"]?.doubleValue, let yMin = json?["ymin"]?.doubleValue,
            let xMax = json?["xmax"]?.doubleValue, let yMax = json?["ymax"]?.doubleValue
        else { return nil }
        let box = BoundingBox(xMin: xMin, yMin: yMin, xMax: xMax, yMax: yMax)
        return box.isFinite ? box.standardized : nil
    }
}
