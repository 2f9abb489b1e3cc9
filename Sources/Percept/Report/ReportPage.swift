import Foundation
import PerceptAudio
public import PerceptCore
import PerceptImage
import PerceptInference

/// How a ``Report`` is written as a page for a browser: one file with all that it shows, which asks the network for nothing.
///
/// Pictures are in it upright, in sRGB, without their metadata; recordings as they are where browsers play them and they are not too large, else as FLAC, or
/// where they are long as MP3, of 16 kHz and one channel. Names, labels and texts are shown as text, whatever they hold; a content security policy lets run nothing but the
/// page's own script.
public struct ReportPage: Sendable, Hashable {
    public var title: String
    /// The longest side of pictures in the page, in pixels; boxes and masks are as exact as the results are.
    public var pictureSide: Int
    /// Bytes of one recording in the page at most. A larger one is encoded so that it fits, at 8 kbit/s if need be; beyond that there is the
    /// waveform, and no player.
    public var recordingByteCount: Int
    /// What the media may not exceed.
    public var limits: ResourceLimits

    /// Columns of a waveform: more than most screens are wide.
    static let waveformColumnCount = 1600

    public init(
        title: String = "Report", pictureSide: Int = 2000, recordingByteCount: Int = 32 << 20,
        limits: ResourceLimits = .default
    ) {
        self.title = title
        self.pictureSide = pictureSide
        self.recordingByteCount = recordingByteCount
        self.limits = limits
    }

    /// Writes the page to a file, which appears whole or not at all, off the cooperative threads.
    ///
    /// As many media as there are processors are held at a time.
    ///
    /// - Parameters:
    ///   - report: what it shows.
    ///   - path: where it goes; none of the report's own files.
    ///   - inputs: other files that must not be replaced.
    ///   - progress: told the finished fraction, 0…1, as media are done.
    /// - Returns: what of the media could not be used, and why.
    /// - Throws: `MediaError` `.invalidArgument` when the page would replace an input or a size is not positive,
    ///   `.outputNotCreatable`, `.inputOutput`, `.cancelled`.
    public func write(
        _ report: Report, to path: String, protecting inputs: [String] = [],
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> [String] {
        guard pictureSide > 0, recordingByteCount >= 0 else {
            throw MediaError(.invalidArgument, problem: "a page's pictures cannot have \(pictureSide) pixels")
        }
        return try await BlockingWork.run {
            let protected = inputs + report.resultPaths + report.entries.flatMap(\.paths)
            let file = try OutputFile(path: path, protecting: protected)
            let warnings = try write(report, to: file, progress: progress)
            try file.commit()
            return warnings
        }
    }

    private func write(
        _ report: Report, to file: borrowing OutputFile, progress: (@Sendable (Double) -> Void)?
    ) throws(MediaError) -> [String] {
        var warnings: [String] = []
        try file.write(Array(ReportMarkup.head(report, title: title).utf8))
        let laneCount = max(1, ProcessInfo.processInfo.activeProcessorCount)
        for start in stride(from: 0, to: report.entries.count, by: laneCount) {
            let entries = Array(report.entries[start..<min(start + laneCount, report.entries.count)])
            let cards = try ParallelWork.map(entries) { _, entry throws(MediaError) in
                try ReportCard(entry, page: self)
            }
            for (offset, card) in cards.enumerated() {
                try MediaError.checkCancellation()
                warnings += card.warnings.map { "\(entries[offset].name): \($0)" }
                try write(card, entries[offset], start + offset, to: file)
            }
            progress?(Double(start + entries.count) / Double(report.entries.count))
        }
        try file.write(Array(ReportMarkup.tail.utf8))
        return warnings
    }

    private func write(
        _ card: ReportCard, _ entry: Report.Entry, _ index: Int, to file: borrowing OutputFile
    ) throws(MediaError) {
        try file.write(Array(ReportMarkup.cardHead(entry, index).utf8))
        try file.write(HTMLText.scriptContents(.object(card.json)))
        try file.write(Array("</script>\n".utf8))
        if let medium = card.medium {
            try file.write(Array(#"<script type="text/plain" class="medium">"#.utf8))
            // A multiple of three, so that the pieces join without padding.
            let pieceLength = 3 << 18
            for start in stride(from: 0, to: medium.bytes.count, by: pieceLength) {
                let piece = medium.bytes[start..<min(start + pieceLength, medium.bytes.count)]
                try file.write(Array(Base64.encode(Array(piece)).utf8))
            }
            try file.write(Array("</script>\n".utf8))
        }
        try file.write(Array("</article>\n".utf8))
    }

    /// What every browser plays; a WAV of another byte order or of 64 bits is none of it.
    private static let playable: Set<MediaType> = [.wav, .flac, .mp3, .ogg, .m4a]

    /// The recording as a page carries it: as it is, else as FLAC where that is small for certain, else as MP3.
    ///
    /// - Parameter duration: in seconds.
    /// - Throws: `MediaError` as `AudioPreparation` does, `.limitExceeded` where it is too large.
    func medium(of source: MediaSource, duration: Double) throws(MediaError) -> ReportCard.Medium {
        if let mediaType = try? source.mediaType(), Self.playable.contains(mediaType),
            let bytes = try source.bytes(upTo: recordingByteCount),
            mediaType != .wav || bytes.starts(with: Array("RIFF".utf8))
        {
            return ReportCard.Medium(mediaType: mediaType, bytes: bytes)
        }
        do throws(MediaError) {
            // No FLAC is larger than its samples.
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
                    "has no player here: however it is encoded it is larger than \(Quantity.bytes(recordingByteCount))",
                remedy: "allow more bytes per recording (--recording-bytes)")
        }
    }
}

extension MediaSource {
    /// All bytes; `nil` where there are more than `limit`.
    fileprivate func bytes(upTo limit: Int) throws(MediaError) -> [UInt8]? {
        switch storage {
        case .bytes(let bytes): return bytes.count <= limit ? bytes : nil
        case .file(let path):
            let file = try InputFile(path: path, name: name)
            return file.byteCount <= limit ? try file.read(at: 0, count: file.byteCount) : nil
        }
    }
}
