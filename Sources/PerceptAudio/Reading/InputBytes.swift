import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The encoded bytes of a recording with random access: a file, or bytes in memory.
final class InputBytes: Sendable {
    private enum Storage: ~Copyable, Sendable {
        case memory([UInt8])
        case file(InputFile)
        /// The bytes of another value starting at an offset.
        case part(InputBytes, offset: Int)
    }

    private let storage: Storage
    /// The offset in the file of the first byte.
    let start: Int
    let byteCount: Int
    /// The name of the recording in errors.
    let name: String

    /// Opens the bytes of a recording.
    ///
    /// - Parameter start: The number of bytes to skip, such as those of a tag before the recording.
    /// - Throws: `MediaError` `.inputMissing` for a file that cannot be opened.
    init(_ source: MediaSource, from start: Int = 0) throws(MediaError) {
        name = source.name
        switch source.storage {
        case .bytes(let bytes):
            self.start = min(start, bytes.count)
            storage = .memory(start == 0 ? bytes : Array(bytes.dropFirst(start)))
            byteCount = bytes.count - self.start
        case .file(let path):
            let file = try InputFile(path: path, name: source.name)
            self.start = min(start, file.byteCount)
            byteCount = file.byteCount - self.start
            storage = .file(file)
        }
    }

    /// Creates a view of `range` of other bytes, without copying them.
    init(_ whole: InputBytes, range: Range<Int>) {
        let range = range.clamped(to: 0..<whole.byteCount)
        name = whole.name
        byteCount = range.count
        start = whole.start + range.lowerBound
        switch whole.storage {
        case .part(let root, let offset): storage = .part(root, offset: offset + range.lowerBound)
        default: storage = .part(whole, offset: range.lowerBound)
        }
    }

    /// The open file, valid as long as this value; `nil` for bytes in memory.
    var descriptor: CInt? {
        switch storage {
        case .file(let file): file.descriptor
        default: nil
        }
    }

    /// The bytes in memory; `nil` for a file or a part.
    var bytes: [UInt8]? {
        switch storage {
        case .memory(let bytes): bytes
        default: nil
        }
    }

    /// Returns up to `count` bytes starting at `offset`; fewer only at the end.
    ///
    /// - Throws: `MediaError` `.inputOutput` if reading fails.
    func read(at offset: Int, count: Int) throws(MediaError) -> [UInt8] {
        switch storage {
        case .memory(let bytes): Array(bytes.dropFirst(offset).prefix(max(0, count)))
        case .file(let file): try file.read(at: start + offset, count: count)
        case .part(let whole, let start):
            try whole.read(at: start + offset, count: max(0, min(count, byteCount - offset)))
        }
    }

    /// Fills `buffer` with the bytes starting at `offset`; returns their number, which is smaller only at the end.
    ///
    /// - Throws: `MediaError` `.inputOutput` if reading fails.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(MediaError) -> Int {
        let wanted = max(0, min(buffer.count, byteCount - offset))
        guard wanted > 0, let base = buffer.baseAddress else { return 0 }
        switch storage {
        case .memory(let bytes):
            bytes.withUnsafeBytes { source in
                guard let start = source.baseAddress else { return }
                base.copyMemory(from: start + offset, byteCount: wanted)
            }
            return wanted
        case .file(let file):
            var filled = 0
            while filled < wanted {
                let count = pread(file.descriptor, base + filled, wanted - filled, off_t(start + offset + filled))
                if count < 0 {
                    if errno == EINTR { continue }
                    throw MediaError(.inputOutput, source: name, problem: "reading failed: \(systemMessage(errno))")
                }
                if count == 0 { break }
                filled += count
            }
            return filled
        case .part(let whole, let start):
            return try whole.read(
                at: start + offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        }
    }
}
