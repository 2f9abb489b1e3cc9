import PerceptCore

/// The boxes at the top of an MP4 or QuickTime file (ISO 14496-12 §4.2).
enum MovieBoxes {
    /// Returns whether the file itself defines time 0, so that an edit list may delay the start of a track.
    ///
    /// An MP4 or QuickTime file plays from time 0 of the movie. A fragmented one may be a segment of a longer file: its
    /// timestamps count from a start that is not in the file.
    ///
    /// - Throws: `MediaError` `.inputOutput`.
    static func countsFromZero(_ bytes: InputBytes, _ mediaType: MediaType) throws(MediaError) -> Bool {
        guard [.m4a, .mp4, .quickTime].contains(mediaType) else { return false }
        var offset = 0
        for _ in 0..<largestCount {
            let header = try bytes.read(at: offset, count: 16)
            guard header.count >= 8 else { return true }
            if header[4..<8].elementsEqual("moof".utf8) { return false }
            let size = header[..<4].reduce(0) { $0 << 8 | Int($1) }
            let isLong = size == 1 && header.count == 16
            let length = isLong ? header[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } : UInt64(size)
            guard length >= 8, let step = Int(exactly: length), step < bytes.byteCount - offset else { return true }
            offset += step
        }
        return true
    }

    /// The maximum number of boxes examined: fragments follow the few boxes before them closely.
    private static let largestCount = 64
}
