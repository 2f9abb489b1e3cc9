import PerceptAudio

extension Transcript {
    /// The formats of subtitle files.
    public enum SubtitleFormat: String, Sendable, Hashable, CaseIterable {
        /// SubRip.
        case srt
        /// WebVTT.
        case vtt
    }

    /// Returns the chunks as subtitles, or the whole text as one subtitle if there are no chunks.
    ///
    /// Times are in whole milliseconds, in order and without overlaps. A missing start is the end of the previous
    /// chunk; a missing end is the start of the next one or the end of the recording. Chunks without text are omitted.
    public func subtitles(_ format: SubtitleFormat) -> String {
        let cues = timedChunks.enumerated().map { index, chunk in
            let times = "\(format.time(chunk.start)) --> \(format.time(chunk.end))"
            return "\(format == .srt ? "\(index + 1)\n" : "")\(times)\n\(format.escaped(chunk.text))\n"
        }
        return (format == .vtt ? ["WEBVTT\n"] : []).appending(cues).joined(separator: "\n")
    }

    /// The chunks with a start and an end, in milliseconds.
    private var timedChunks: [(text: String, start: Int, end: Int)] {
        let duration = receipt?.source.duration ?? chunks.compactMap { $0.end ?? $0.start }.max() ?? 0
        let pieces = chunks.isEmpty ? [Chunk(text: text, start: 0, end: duration)] : chunks
        var timed: [(text: String, start: Int, end: Int)] = []
        for (index, piece) in pieces.enumerated() where !piece.text.isEmpty {
            let following = pieces.dropFirst(index + 1).lazy.compactMap(\.start).first
            let earliest = timed.last?.end ?? 0
            let start = max(earliest, piece.start.map(Self.milliseconds) ?? earliest)
            let end = max(start, Self.milliseconds(piece.end ?? following ?? duration))
            timed.append((piece.text, start, end))
        }
        return timed
    }

    /// Rounds to the nearest millisecond; NaN and times beyond 10⁶ hours become 0.
    private static func milliseconds(_ seconds: Double) -> Int {
        (0...3.6e9).contains(seconds) ? Int((seconds * 1000).rounded()) : 0
    }
}

extension Transcript.SubtitleFormat {
    /// Returns a time such as `01:02:03,004`, with a full stop instead of the comma in WebVTT.
    fileprivate func time(_ milliseconds: Int) -> String {
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let seconds = milliseconds / 1000
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { digits($0, 2) }.joined(separator: ":")
        return clock + (self == .srt ? "," : ".") + digits(milliseconds % 1000, 3)
    }

    /// Removes empty lines, which would end the cue, and escapes `&`, `<` and `>` in WebVTT, where they are markup.
    fileprivate func escaped(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: "\n")
        guard self == .vtt else { return line }
        let entities: [Character: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;"]
        return line.map { entities[$0] ?? String($0) }.joined()
    }
}

extension Array {
    fileprivate func appending(_ elements: [Element]) -> [Element] { self + elements }
}
