public import PerceptCore
public import PerceptInference

extension SoundSpan {
    /// Parses the spans of a saved response.
    ///
    /// Accepts a transcript in the form of a service's response or of the command's output,
    /// `{"chunks": [{"text": …, "timestamp": [0.5, 1.25]}]}`, or events,
    /// `[{"label": …, "start": 0.5, "end": 1.25}]`. Entries of both kinds may be mixed; an end may be `null` or
    /// missing. Times are in seconds.
    ///
    /// - Throws: `MediaError` `.malformedInput` for anything else, such as a transcript without times.
    public static func spans(of json: JSONValue) throws(MediaError) -> [SoundSpan] {
        guard let entries = json["chunks"]?.arrayValue ?? json.arrayValue else {
            guard json["text"] != nil else { throw refusal("is neither a transcript nor a list of events") }
            throw refusal("is a transcript without times")
        }
        var spans: [SoundSpan] = []
        for (index, entry) in entries.enumerated() {
            let times = entry["timestamp"]
            let isText = times != nil
            let start = isText ? times?[0] : entry["start"]
            let end = isText ? times?[1] : entry["end"]
            guard let label = (isText ? entry["text"] : entry["label"])?.stringValue,
                let time = start?.doubleValue ?? (isText ? spans.last?.end ?? 0 : nil),
                end == nil || end?.isNull == true || end?.doubleValue != nil
            else { throw refusal("entry \(index) has no text with times") }
            spans.append(
                SoundSpan(start: time, end: end?.doubleValue, label: label, color: isText ? SoundSpan.textColor : nil))
        }
        return spans
    }

    private static func refusal(_ problem: String) -> MediaError {
        MediaError(
            .malformedInput, problem: problem,
            remedy: "pass a transcript with timestamps as JSON, or [{\"label\", \"start\", \"end\"}]")
    }
}
