/// Parses ffmpeg's standard error and keeps only the facts listed here.
///
/// Lines have the form `[context @ address] [level] text`, with an optional context. Lines of the filter `ashowinfo`,
/// one per audio frame, are parsed bytewise: an hour of audio has a hundred thousand of them.
final class FFmpegLog {
    /// A frame as `ashowinfo` describes it; times are in frames at its sample rate.
    struct Frame: Equatable {
        let timestamp: Int?
        let sampleRate: Int
        let frameCount: Int
    }

    /// The audio tracks in their order in the file.
    var tracks: [AudioTrack] {
        audioStreams.enumerated().map { index, stream in
            var track = stream.track
            track.index = index + 1
            return track
        }
    }
    /// ffmpeg's name of the container; `nil` if it did not recognize one.
    private(set) var container: String?
    /// If `true`, ffmpeg found the container by a weak resemblance alone.
    private(set) var isUncertain = false
    private(set) var errorCount = 0
    /// The duration in seconds that the container states, counted from ``start`` or from time 0; `nil` if it is unknown
    /// or ffmpeg's estimate.
    private(set) var statedDuration: Double?
    /// The seconds from time 0 to the earliest stream.
    private(set) var start = 0.0
    /// The number of streams of any kind, except cover images.
    var streamCount: Int { audioStreams.count + otherStreams.count }
    private let input: String
    private let trackIndex: Int
    private let takeFrame: (Frame) -> Void
    private var audioStreams: [(stream: Int, track: AudioTrack)] = []
    private var otherStreams: Set<Int> = []
    /// The stream that the lines of metadata belong to.
    private var describedStream: Int?
    private var firstErrorLine: String?
    private var lastLine = ""
    private var line: [UInt8] = []
    private var isInputDescribed = false
    private var isDurationEstimated = false

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - input: ffmpeg's name for the recording, which is removed from messages.
    ///   - trackIndex: The index of the decoded audio track, counted from 0.
    ///   - takeFrame: Receives each audio frame before its samples can be read.
    init(input: String, trackIndex: Int = 0, takeFrame: @escaping (Frame) -> Void) {
        self.input = input
        self.trackIndex = trackIndex
        self.takeFrame = takeFrame
    }

    /// The decoded track; `nil` if the file does not have it.
    var track: AudioTrack? { audioStreams.indices.contains(trackIndex) ? tracks[trackIndex] : nil }

    /// The name of the decoded track's codec.
    var codec: String { track?.codec ?? "unknown codec" }

    /// The first error, which usually causes the later ones.
    var firstError: String { firstErrorLine ?? (lastLine.isEmpty ? "no reason given" : lastLine) }

    func take(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end])
            self.end()
            line.removeAll(keepingCapacity: true)
            rest = rest[(end + 1)...]
        }
        append(rest)
    }

    private func append(_ bytes: ArraySlice<UInt8>) {
        line.append(contentsOf: bytes.prefix(1000 - line.count))
    }

    private static let frameStart = Array("[Parsed_ashowinfo_".utf8)
    /// The start of a frame line's remainder if another message interrupted it.
    private static let frameEnd = Array("plane_checksums: [".utf8)

    private func end() {
        if line.starts(with: Self.frameStart) {
            if let frame = Self.frame(line) { takeFrame(frame) }
        } else if !line.starts(with: Self.frameEnd) {
            end(String(decoding: line.map { $0 >= 0x20 ? $0 : 0x20 }, as: UTF8.self))
        }
    }

    private static let levels = ["info", "warning", "error", "fatal"]

    private func end(_ line: String) {
        let level = Self.levels.lazy.compactMap { line.firstRange(of: "[\($0)] ") }.first
        let text = level.map { String(line[$0.upperBound...]) } ?? line
        // Only a warning, but audio is lost; the last packet of PCM may have any length.
        let isDamage = text.contains("orrupt") && line.contains("[warning] ") && !codec.hasPrefix("pcm_")
        var message = text.replacing("\(input): ", with: "").replacing(input, with: "the input")
        while message.last == "." || message.last == " " { message.removeLast() }
        guard !message.allSatisfy(\.isWhitespace) else { return }
        lastLine = message
        if line.contains("[error] ") || line.contains("[fatal] ") || isDamage {
            errorCount += 1
            // The file exists, since it was opened here.
            if !message.contains("No such file") { firstErrorLine = firstErrorLine ?? message }
        }
        if text.hasPrefix("Estimating duration") { isDurationEstimated = true }
        if text.contains("misdetection possible") { isUncertain = true }
        if !isInputDescribed { describe(text) }
    }

    /// Parses the description of the input, which ends where that of the output begins.
    private func describe(_ text: String) {
        if text.hasPrefix("Stream mapping") || text.hasPrefix("Output #") {
            isInputDescribed = true
        } else if text.hasPrefix("  Duration: ") {
            let parts = text.dropFirst(12).split(separator: ", ")
            if !isDurationEstimated { statedDuration = parts.first.flatMap(Self.seconds) }
            start = parts.first { $0.hasPrefix("start: ") }.flatMap { Double($0.dropFirst(7)) } ?? 0
        } else if text.hasPrefix("Input #0, ") {
            let names = text.dropFirst(10).prefix { $0 != "\u{27}" }
            container = names.firstRange(of: ", from ").map { String(names[..<$0.lowerBound]) }
        } else if let line = FFmpegStreamLine(text) {
            add(line)
        } else if let stream = describedStream {
            describe(stream, text)
        }
    }

    private func add(_ line: FFmpegStreamLine) {
        describedStream = line.stream
        // A stream of two programs is described twice.
        guard !audioStreams.contains(where: { $0.stream == line.stream }) else { return }
        guard let track = line.track else {
            if !line.isCoverImage { otherStreams.insert(line.stream) }
            return
        }
        let place = audioStreams.firstIndex { $0.stream > line.stream } ?? audioStreams.endIndex
        audioStreams.insert((line.stream, track), at: place)
    }

    /// Takes the title from the metadata below a stream, such as `      title           : Commentary`.
    private func describe(_ stream: Int, _ text: String) {
        let indentation = text.prefix { $0 == " " }.count
        guard indentation >= 4 else {
            describedStream = nil
            return
        }
        guard indentation == 6, let separator = text.firstRange(of: ": "),
            text[..<separator.lowerBound].split(separator: " ") == ["title"],
            let index = audioStreams.firstIndex(where: { $0.stream == stream })
        else { return }
        let title = text[separator.upperBound...].prefix(Self.longestTitle)
        if audioStreams[index].track.title == nil, !title.isEmpty { audioStreams[index].track.title = String(title) }
    }

    /// The maximum number of characters of a title.
    private static let longestTitle = 200

    /// Parses a duration such as `00:01:02.50`.
    private static func seconds(_ clock: Substring) -> Double? {
        let parts = clock.split(separator: ":").map { Double($0) }
        guard parts.count == 3, let hours = parts[0], let minutes = parts[1], let seconds = parts[2] else { return nil }
        return (hours * 60 + minutes) * 60 + seconds
    }

    /// Parses `… pts:672 pts_time:0.014 … rate:48000 nb_samples:960 …`; `NOPTS` means that there is no timestamp.
    static func frame(_ line: [UInt8]) -> Frame? {
        guard let rate = number(after: " rate:", in: line), let count = number(after: " nb_samples:", in: line),
            rate > 0, count > 0, rate <= Int(Int32.max), count <= Int(Int32.max)
        else { return nil }
        return Frame(timestamp: number(after: " pts:", in: line), sampleRate: rate, frameCount: count)
    }

    private static func number(after key: StaticString, in line: [UInt8]) -> Int? {
        key.withUTF8Buffer { key in
            guard let start = line.indices.first(where: { line[$0...].starts(with: key) }) else { return nil }
            var digits = line[(start + key.count)...]
            let isNegative = digits.first == UInt8(ascii: "-")
            if isNegative { digits.removeFirst() }
            var (value, count) = (0, 0)
            for byte in digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
                guard !overflow, !carry else { return nil }
                (value, count) = (sum, count + 1)
            }
            return count == 0 ? nil : isNegative ? -value : value
        }
    }
}
