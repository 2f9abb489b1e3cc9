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

    private(set) var codec = "unknown codec"
    private(set) var errorCount = 0
    /// The duration in seconds that the container states, counted from ``start`` or from time 0; `nil` if it is unknown
    /// or ffmpeg's estimate.
    private(set) var statedDuration: Double?
    /// The seconds from time 0 to the earliest stream.
    private(set) var start = 0.0
    /// The number of streams of any kind, except cover images.
    private(set) var streamCount = 0
    private let input: String
    private let takeFrame: (Frame) -> Void
    private var firstErrorLine: String?
    private var lastLine = ""
    private var line: [UInt8] = []
    private var isInputDescribed = false
    private var isDurationEstimated = false

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - input: ffmpeg's name for the recording, which is removed from messages.
    ///   - takeFrame: Receives each audio frame before its samples can be read.
    init(input: String, takeFrame: @escaping (Frame) -> Void) {
        self.input = input
        self.takeFrame = takeFrame
    }

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
        } else if text.hasPrefix("  Stream #0:") {
            if !text.contains("(attached pic)") { streamCount += 1 }
            guard codec == "unknown codec", let start = text.firstRange(of: "Audio: ") else { return }
            codec = Self.codecName(String(text[start.upperBound...].prefix { $0 != "," && $0 != " " }))
        }
    }

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

    private static func codecName(_ name: String) -> String {
        [
            "aac": "AAC", "alac": "ALAC", "mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis", "amr_nb": "AMR-NB",
            "amrnb": "AMR-NB", "amr_wb": "AMR-WB", "amrwb": "AMR-WB", "speex": "Speex", "ac3": "AC-3",
            "eac3": "E-AC-3", "wmav1": "Windows Media Audio 1", "wmav2": "Windows Media Audio 2", "flac": "FLAC",
            "adpcm_g722": "G.722", "adpcm_g726": "G.726 ADPCM", "adpcm_g726le": "G.726 ADPCM",
        ][name] ?? name
    }
}
