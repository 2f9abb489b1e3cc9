#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Percept
public import PerceptCore

/// The content of an input: the SHA-256 of its bytes, the part that is used, and what detects a change without reading.
///
/// The name, the folder and the file number of a file do not matter.
public struct ContentIdentity: Sendable, Hashable {
    /// The size and the modification time of a file: if both are unchanged, so is its content.
    public struct Stamp: Sendable, Hashable {
        /// The size in bytes.
        public var byteCount: Int
        /// The time of the last modification, in nanoseconds since 1970; `nil` for contents in memory.
        public var modificationTime: Int64?

        /// Creates a stamp.
        public init(byteCount: Int, modificationTime: Int64?) {
            self.byteCount = byteCount
            self.modificationTime = modificationTime
        }

        /// Returns the stamp of a source without reading it; `nil` if it is missing or not a regular file.
        public init?(of source: MediaSource) {
            switch source.storage {
            case .bytes(let bytes): self.init(byteCount: bytes.count, modificationTime: nil)
            case .file(let path):
                var status = stat()
                guard path.withFileName({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else {
                    return nil
                }
                self.init(status)
            }
        }

        fileprivate init(_ status: stat) {
            #if canImport(Darwin)
                let time = status.st_mtimespec
            #else
                let time = status.st_mtim
            #endif
            self.init(
                byteCount: Int(status.st_size),
                modificationTime: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
            )
        }

        /// Returns true if the content is certainly the same: contents in memory have to be read.
        func provesUnchanged(since earlier: Stamp) -> Bool { modificationTime != nil && self == earlier }
    }

    /// The size and the modification time when the content was read.
    public var stamp: Stamp
    /// The SHA-256 of all bytes of the source, 32 bytes.
    public var digest: [UInt8]
    /// The part of the recording that is used.
    public var part: RecordingPart

    /// Creates an identity.
    public init(stamp: Stamp, digest: [UInt8], part: RecordingPart = .whole) {
        self.stamp = stamp
        self.digest = digest
        self.part = part
    }

    /// Reads a source to its end.
    ///
    /// - Throws: `MediaError` if it cannot be read, `.cancelled` if the task is cancelled.
    public init(of source: MediaSource, part: RecordingPart = .whole) throws(MediaError) {
        switch source.storage {
        case .bytes(let bytes):
            self.init(
                stamp: Stamp(byteCount: bytes.count, modificationTime: nil), digest: SHA256.digest(of: bytes),
                part: part)
        case .file(let path):
            let file = try InputFile(path: path, name: source.name)
            // Before the content is read: a change meanwhile shows as another time in the next run.
            var status = stat()
            guard fstat(file.descriptor, &status) == 0 else {
                throw MediaError(.inputOutput, source: source.name, problem: "reading failed: \(systemMessage(errno))")
            }
            self.init(stamp: Stamp(status), digest: try Self.digest(of: file, name: source.name), part: part)
        }
    }

    private static let blockByteCount = 1 << 18

    private static func digest(of file: borrowing InputFile, name: String) throws(MediaError) -> [UInt8] {
        var hashing = Hashing(.sha256)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockByteCount, alignment: 16)
        defer { block.deallocate() }
        var offset = 0
        while true {
            try MediaError.checkCancellation()
            let count = pread(file.descriptor, block.baseAddress, block.count, off_t(offset))
            if count == 0 { return hashing.finish() }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw MediaError(.inputOutput, source: name, problem: "reading failed: \(systemMessage(errno))")
            }
            hashing.update(UnsafeRawBufferPointer(rebasing: block[..<count]))
            offset += count
        }
    }
}

extension RecordingPart {
    /// The exact offset and duration as text, such as `12.5+3`; `nil` for a whole recording.
    var label: String? {
        guard self != .whole else { return nil }
        return Self.seconds(offset) + "+" + (duration.map(Self.seconds) ?? "")
    }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        guard attoseconds != 0 else { return "\(seconds)" }
        let digits = String(attoseconds.magnitude)
        let fraction = String(repeating: "0", count: 18 - digits.count) + digits
        let sign = duration < .zero && seconds == 0 ? "-" : ""
        return "\(sign)\(seconds).\(fraction.reversed().drop { $0 == "0" }.reversed().map(String.init).joined())"
    }
}
