import PerceptCore

/// The location of the format and the samples in a WAV file: RIFF, RIFX, RF64, BW64 or Wave64.
///
/// Sizes are hints: the bytes that exist count. Other chunks are skipped, odd-sized ones with or without a padding
/// byte; the data may precede the format. (IBM/Microsoft, Multimedia Programming Interface 1.0; EBU Tech 3306 for RF64;
/// ITU-R BS.2088 for BW64; Sony Wave64.)
struct RIFFLayout {
    /// The common name of the container.
    let container: String
    let isBigEndian: Bool
    /// The contents of the `fmt ` chunk.
    let format: [UInt8]
    /// The range of the data, within the file.
    let data: Range<Int>
    /// The size that the data chunk states; `nil` for a streamed file, whose writer did not know it.
    let statedByteCount: Int?
    /// The samples per channel according to the `fact` chunk, for codecs whose last block may be partly filled.
    let factFrameCount: Int?

    /// Finds the chunks.
    ///
    /// - Throws: `MediaError` `.malformedInput` if there is no format or no data.
    init(_ bytes: InputBytes) throws(MediaError) {
        var walk = try ChunkWalk(bytes)
        (container, isBigEndian) = (walk.container, walk.isBigEndian)
        var (format, data): ([UInt8]?, (range: Range<Int>, stated: Int?)?)
        var (dataSize64, factFrameCount): (Int?, Int?)
        while format == nil || data == nil, let chunk = try walk.next() {
            switch chunk.id {
            case "fmt " where format == nil:
                format = try bytes.read(at: chunk.start, count: min(chunk.available, Self.largestFormat))
            case "ds64":
                dataSize64 = walk.integer(try bytes.read(at: chunk.start + 8, count: 8))
            case "fact" where chunk.available >= 4:
                let count = walk.integer(try bytes.read(at: chunk.start, count: 4))
                factFrameCount = count == 0xFFFF_FFFF ? nil : count
            case "data" where data == nil:
                data = try Self.resolve(chunk, dataSize64, walk, bytes)
            default: break
            }
        }
        guard let format, let data else {
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "the \(container) file has no \(format == nil ? "format (fmt)" : "data") chunk\(walk.end)",
                remedy: "get the whole file again")
        }
        self.format = format
        self.data = data.range
        statedByteCount = data.stated
        self.factFrameCount = factFrameCount
    }

    /// More bytes than any format needs; the rest of a longer chunk is ignored.
    private static let largestFormat = 4096

    private static func resolve(
        _ chunk: ChunkWalk.Chunk, _ dataSize64: Int?, _ walk: ChunkWalk, _ bytes: InputBytes
    ) throws(MediaError) -> (range: Range<Int>, stated: Int?) {
        let rest = chunk.start..<bytes.byteCount
        var stated = chunk.size
        if chunk.size == 0xFFFF_FFFF, let dataSize64 { stated = dataSize64 }
        let isUnknown: Bool =
            if stated == 0 {
                // An empty chunk, or a stream whose writer could not go back to fill in the size?
                try !walk.isChunk(at: chunk.start) && !rest.isEmpty
            } else if walk.hasLongSizes || chunk.size == 0xFFFF_FFFF && dataSize64 != nil {
                stated < 0
            } else {
                // ffmpeg uses the largest possible size, SoX 2³¹ − 4096, and others about 2³¹, rounded to whole frames.
                stated > rest.count && streamedSizes.contains { $0.contains(stated) }
            }
        if isUnknown { return (rest, nil) }
        return (rest.prefix(stated), stated)
    }

    private static let streamedSizes = [0x7FFF_E000...0x8000_0100, 0xFFFF_0000...0xFFFF_FFFF]
}

/// Iterates over the chunks.
private struct ChunkWalk {
    struct Chunk {
        let id: String
        /// The offset of the contents.
        let start: Int
        /// The size that the header states.
        let size: Int
        /// The part of that size that exists.
        let available: Int
    }

    let container: String
    let isBigEndian: Bool
    /// `true` for Wave64: identifiers of 16 bytes, 64-bit sizes that include the header, and chunks aligned to 8 bytes.
    let hasLongSizes: Bool
    private let bytes: InputBytes
    private var offset: Int
    private var count = 0
    private var last: Chunk?

    /// More chunks than any real file has; each costs a system call.
    private static let largestCount = 10_000

    init(_ bytes: InputBytes) throws(MediaError) {
        let magic = String(decoding: try bytes.read(at: 0, count: 4), as: UTF8.self)
        self.bytes = bytes
        hasLongSizes = magic == "riff"
        isBigEndian = magic == "RIFX"
        container = hasLongSizes ? "Wave64" : magic == "RIFF" || magic == "RIFX" ? "WAV" : magic
        offset = hasLongSizes ? 40 : 12
        let form = try bytes.read(at: hasLongSizes ? 24 : 8, count: 4)
        guard form.elementsEqual("WAVE".utf8) || form.elementsEqual("wave".utf8) else {
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "the \(container) file is cut short, or its form type is not WAVE",
                remedy: "get the whole file again")
        }
    }

    /// A description of where the iteration ended, for an error.
    var end: String {
        guard let last, last.available < last.size else { return "" }
        return " (its chunk \(last.id) states \(last.size) bytes, the file has \(last.available) more)"
    }

    mutating func next() throws(MediaError) -> Chunk? {
        guard count < Self.largestCount else { return nil }
        count += 1
        if let last {
            guard last.size <= last.available else { return nil }
            offset = try offset(after: last)
        }
        last = try chunk(at: offset)
        return last
    }

    private func chunk(at offset: Int) throws(MediaError) -> Chunk? {
        let length = hasLongSizes ? 24 : 8
        let header = try bytes.read(at: offset, count: length)
        guard header.count == length else { return nil }
        let start = offset + length
        let stated = integer(Array(header.suffix(length == 24 ? 8 : 4)))
        let size = hasLongSizes ? max(0, stated - length) : stated
        return Chunk(
            id: String(decoding: header.prefix(4), as: UTF8.self), start: start, size: size,
            available: min(size, bytes.byteCount - start))
    }

    /// Returns the offset after `chunk`, which must be complete.
    private func offset(after chunk: Chunk) throws(MediaError) -> Int {
        let end = chunk.start + chunk.size
        if hasLongSizes { return (end + 7) & ~7 }
        guard chunk.size % 2 == 1 else { return end }
        // An identifier never starts with the zero used for padding; a writer that does not pad puts an identifier
        // here.
        let next = try bytes.read(at: end, count: 5)
        guard next.count == 5, next[0] != 0 else { return end + 1 }
        return !Self.isIdentifier(next[1...]) && Self.isIdentifier(next[..<4]) || Self.isKnown(next[..<4])
            ? end : end + 1
    }

    /// Returns whether a chunk starts at `offset` and ends within the file.
    func isChunk(at offset: Int) throws(MediaError) -> Bool {
        guard let chunk = try chunk(at: offset), chunk.size == chunk.available else { return false }
        return Self.isIdentifier(Array(chunk.id.utf8)[...])
    }

    private static func isIdentifier(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 4 && bytes.allSatisfy { (0x20...0x7E).contains($0) }
    }

    private static func isKnown(_ bytes: ArraySlice<UInt8>) -> Bool {
        ["fmt ", "data", "fact", "LIST"].contains(String(decoding: bytes, as: UTF8.self))
    }

    /// Returns an unsigned integer in the file's byte order; −1 if it does not fit in `Int`.
    func integer(_ bytes: [UInt8]) -> Int {
        let ordered = isBigEndian ? bytes : bytes.reversed()
        return Int(exactly: ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) ?? -1
    }
}
