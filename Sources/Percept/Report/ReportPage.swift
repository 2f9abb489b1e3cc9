import PerceptAudio
public import PerceptCore
import PerceptImage
import PerceptInference

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a ``Report`` as a self-contained page: one file that makes no network requests.
///
/// Images are embedded upright, in sRGB and without metadata. Recordings are embedded unchanged if browsers can play
/// them and they are small enough; otherwise as FLAC or, if long, as MP3, at 16 kHz mono. Names, labels and texts are
/// always shown as plain text. A content security policy allows only the page's own script.
public struct ReportPage: Sendable, Hashable {
    /// The title of the page.
    public var title: String
    /// The longest side of embedded images, in pixels; boxes and masks keep the precision of the results.
    public var imageSide: Int
    /// The maximum size of one embedded recording, in bytes. A larger one is encoded to fit, at down to 8 kbit/s;
    /// beyond that, the page shows its waveform without a player.
    public var recordingByteCount: Int
    /// The resource limits for the media.
    public var limits: ResourceLimits

    /// The number of waveform columns: more than the width of most screens.
    static let waveformColumnCount = 1600

    /// Creates a page style.
    public init(
        title: String = "Report", imageSide: Int = 2000, recordingByteCount: Int = 32 << 20,
        limits: ResourceLimits = .default
    ) {
        self.title = title
        self.imageSide = imageSide
        self.recordingByteCount = recordingByteCount
        self.limits = limits
    }

    /// Writes the page to a file that appears complete or not at all, without blocking cooperative threads.
    ///
    /// Holds as many media in memory as there are processors.
    ///
    /// - Parameters:
    ///   - report: The report to show.
    ///   - path: The path of the page, which must differ from the report's own files.
    ///   - inputs: Other files that must not be replaced.
    ///   - progress: Called with the finished fraction, 0…1, as media are completed.
    /// - Returns: Warnings about media that could not be used.
    /// - Throws: `MediaError` `.invalidArgument` if the page would replace an input or a size is not positive,
    ///   `.outputNotCreatable`, `.inputOutput`, `.cancelled`.
    public func write(
        _ report: Report, to path: String, protecting inputs: [String] = [],
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> [Warning] {
        try await BlockingWork.run {
            let protected = inputs + report.resultPaths + report.entries.flatMap(\.paths)
            let file = try OutputFile(path: path, protecting: protected)
            let warnings = try write(report, progress) { bytes throws(MediaError) in try file.write(bytes) }
            try file.commit()
            return warnings
        }
    }

    /// Returns the page in memory, without blocking cooperative threads.
    ///
    /// - Parameter report: The report to show.
    /// - Returns: The page in UTF-8, and warnings about media that could not be used.
    /// - Throws: `MediaError` `.invalidArgument` if a size is not positive, `.cancelled`.
    public func html(_ report: Report) async throws -> (html: [UInt8], warnings: [Warning]) {
        try await BlockingWork.run {
            var html: [UInt8] = []
            let warnings = try write(report, nil) { bytes throws(MediaError) in html += bytes }
            return (html, warnings)
        }
    }

    private func write(
        _ report: Report, _ progress: (@Sendable (Double) -> Void)?, to write: ([UInt8]) throws(MediaError) -> Void
    ) throws(MediaError) -> [Warning] {
        guard imageSide > 0, recordingByteCount >= 0 else {
            throw MediaError(.invalidArgument, problem: "invalid longest side of images: \(imageSide) pixels")
        }
        var warnings: [Warning] = []
        try write(Array(ReportMarkup.head(report, title: title).utf8))
        let batchSize = max(1, ProcessEnvironment.processorCount)
        for start in stride(from: 0, to: report.entries.count, by: batchSize) {
            let entries = Array(report.entries[start..<min(start + batchSize, report.entries.count)])
            let cards = try ParallelWork.map(entries) { _, entry throws(MediaError) in
                try ReportCard(entry, page: self)
            }
            for (offset, card) in cards.enumerated() {
                try MediaError.checkCancellation()
                warnings += card.warnings.map { $0.about(entries[offset].name) }
                try Self.write(card, entries[offset], start + offset, to: write)
            }
            progress?(Double(start + entries.count) / Double(report.entries.count))
        }
        try write(Array(ReportMarkup.tail.utf8))
        return warnings
    }

    private static func write(
        _ card: ReportCard, _ entry: Report.Entry, _ index: Int, to write: ([UInt8]) throws(MediaError) -> Void
    ) throws(MediaError) {
        try write(Array(ReportMarkup.cardHead(entry, index).utf8))
        try write(HTMLText.scriptContents(.object(card.json)))
        try write(Array("</script>\n".utf8))
        if let medium = card.medium {
            try write(Array(#"<script type="text/plain" class="medium">"#.utf8))
            // A multiple of 3, so that the encoded pieces join without padding.
            let pieceLength = 3 << 18
            for start in stride(from: 0, to: medium.bytes.count, by: pieceLength) {
                let piece = medium.bytes[start..<min(start + pieceLength, medium.bytes.count)]
                try write(Array(Base64.encode(Array(piece)).utf8))
            }
            try write(Array("</script>\n".utf8))
        }
        try write(Array("</article>\n".utf8))
    }

    /// The formats that every browser plays; for WAV, only some encodings.
    private static let playable: Set<MediaType> = [.wav, .flac, .mp3, .ogg, .m4a]

    /// Returns the recording for embedding: unchanged if possible, otherwise as FLAC if that surely fits, otherwise as
    /// MP3.
    ///
    /// - Parameter duration: The duration in seconds.
    /// - Throws: `MediaError` as `AudioPreparation` does, `.limitExceeded` if the recording is too large.
    func medium(of source: MediaSource, duration: Double) throws(MediaError) -> ReportCard.Medium {
        if let mediaType = try? source.mediaType(), Self.playable.contains(mediaType),
            let bytes = try source.bytes(upTo: recordingByteCount),
            mediaType != .wav || bytes.starts(with: Array("RIFF".utf8))
        {
            return ReportCard.Medium(mediaType: mediaType, bytes: bytes)
        }
        do throws(MediaError) {
            // A FLAC file is never larger than its samples.
            let sampleByteCount = duration * Double(ListeningCopy.sampleRate) * 2
            if ListeningCopy.isAvailable, sampleByteCount > Double(recordingByteCount) {
                let copy = try ListeningCopy(
                    of: source, duration: duration, byteLimit: recordingByteCount, limits: limits)
                return ReportCard.Medium(mediaType: copy.mediaType, bytes: copy.bytes, isCopy: true)
            }
            let prepared = try AudioPreparation(maximumByteCount: max(1, recordingByteCount)).prepare(
                source, limits: limits)
            return ReportCard.Medium(mediaType: prepared.mediaType, bytes: prepared.bytes, isCopy: true)
        } catch {
            guard error.kind == .limitExceeded else { throw error }
            throw MediaError(
                .limitExceeded, source: source.name,
                problem:
                    "shown without a player: every encoding exceeds \(Quantity.bytes(recordingByteCount))",
                remedy: "allow more bytes per recording", parameter: .recordingByteCount,
                limit: MediaError.Limit(.recordingByteCount, value: Double(recordingByteCount)))
        }
    }
}
