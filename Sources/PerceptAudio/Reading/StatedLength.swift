import PerceptCore

/// The number of audio bytes that a header states, and the number that exist.
///
/// Decoders use the bytes that exist without reporting that some are missing. All codings that these containers usually
/// hold have a constant bit rate, so durations are proportional to byte counts.
struct StatedLength: Equatable {
    let byteCount: Int
    let availableByteCount: Int

    /// Reads the header of an AIFF, AU, CAF, WAV or Wave64 file; `nil` for other formats, for a damaged header, and for
    /// an unknown length, as in a stream.
    ///
    /// - Throws: `MediaError` `.inputOutput`.
    init?(_ bytes: InputBytes, _ mediaType: MediaType) throws(MediaError) {
        let stated: (start: Int, count: Int)?
        switch mediaType {
        case .wav, .w64:
            do {
                let layout = try RIFFLayout(bytes)
                stated = layout.statedByteCount.map { (layout.data.lowerBound, $0) }
            } catch {
                guard error.kind == .malformedInput else { throw error }
                stated = nil
            }
        case .aiff: stated = try Self.aiff(bytes)
        case .au: stated = try Self.au(bytes)
        case .caf: stated = try Self.caf(bytes)
        default: return nil
        }
        guard let stated, stated.count > 0, stated.start < bytes.byteCount else { return nil }
        byteCount = stated.count
        availableByteCount = min(stated.count, bytes.byteCount - stated.start)
        // Writers to a pipe cannot go back to fill in the size and leave one of these values (ffmpeg, SoX).
        let isPlaceholder = Self.placeholders.contains { $0.contains(stated.count) }
        if isPlaceholder, availableByteCount < byteCount { return nil }
    }

    private static let placeholders = [0x7EFF_0000...0x8000_0100, 0xFFFF_0000...0xFFFF_FFFF]

    /// Reads chunks with four-letter names and big-endian sizes (AIFF 1.3); the audio follows an offset and a block
    /// size.
    private static func aiff(_ bytes: InputBytes) throws(MediaError) -> (start: Int, count: Int)? {
        var offset = 12
        for _ in 0..<largestChunkCount {
            let header = try bytes.read(at: offset, count: 12)
            guard header.count == 12 else { return nil }
            let size = bigEndian(header[4..<8])
            guard header[..<4].elementsEqual("SSND".utf8) else {
                offset += 8 + size + size % 2
                continue
            }
            let gap = bigEndian(header[8..<12])
            return size >= 8 + gap ? (offset + 16 + gap, size - 8 - gap) : nil
        }
        return nil
    }

    /// Reads a header of at least 24 bytes, in either byte order.
    private static func au(_ bytes: InputBytes) throws(MediaError) -> (start: Int, count: Int)? {
        let header = try bytes.read(at: 0, count: 12)
        guard header.count == 12 else { return nil }
        let isReversed = header[0] == UInt8(ascii: "d")
        let fields = [4..<8, 8..<12].map {
            isReversed ? bigEndian(Array(header[$0].reversed())[...]) : bigEndian(header[$0])
        }
        return fields[1] == 0xFFFF_FFFF ? nil : (fields[0], fields[1])
    }

    /// Reads chunks with four-letter names and 64-bit sizes (Apple CAF 1.0); the audio follows an edit count. −1 means
    /// unknown.
    private static func caf(_ bytes: InputBytes) throws(MediaError) -> (start: Int, count: Int)? {
        var offset = 8
        for _ in 0..<largestChunkCount {
            let header = try bytes.read(at: offset, count: 12)
            guard header.count == 12 else { return nil }
            let size = header[4..<12].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard size < 1 << 60 else { return nil }
            if header[..<4].elementsEqual("data".utf8) { return (offset + 16, Int(size) - 4) }
            offset += 12 + Int(size)
            guard offset < bytes.byteCount else { return nil }
        }
        return nil
    }

    /// Returns a truncated CAF file with a header that states the actual size, since libsndfile rejects it otherwise;
    /// `nil` if the file is complete or its audio starts after the first MiB.
    ///
    /// - Throws: `MediaError` `.inputOutput`.
    static func completedCAF(_ bytes: InputBytes) throws(MediaError) -> VirtualFile? {
        guard let stated = try caf(bytes), stated.start < 1 << 20, stated.start < bytes.byteCount else { return nil }
        let available = bytes.byteCount - stated.start
        guard stated.count > available else { return nil }
        var header = try bytes.read(at: 0, count: stated.start)
        guard header.count == stated.start else { return nil }
        // The size of the chunk includes the edit count of four bytes.
        let size = UInt64(available + 4)
        for index in 0..<8 { header[stated.start - 5 - index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
        return VirtualFile(reading: bytes, range: stated.start..<bytes.byteCount, after: header)
    }

    /// More chunks than any real file has before its audio.
    private static let largestChunkCount = 1000

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    /// Returns a warning about the missing audio if `frameCount` frames were decoded; `nil` if less than a frame is
    /// missing.
    func warning(frameCount: Int, sampleRate: Int) -> Warning? {
        guard availableByteCount < byteCount, availableByteCount > 0 else { return nil }
        let ratio = Double(byteCount - availableByteCount) / Double(availableByteCount)
        let missing = Double(frameCount) * ratio
        guard missing >= 1 else { return nil }
        // A damaged header may state more than any frame count.
        let total = min(Double(frameCount) + missing, 0x1p50)
        func seconds(_ frames: Double) -> String { RecordingHeader.seconds(Int(frames), sampleRate: sampleRate) }
        return Warning(
            "the file is cut short: its header states \(seconds(total)), the last \(seconds(min(missing, 0x1p50))) are "
                + "missing; get the whole file again")
    }
}
