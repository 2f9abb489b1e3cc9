import CArchive
import Percept

/// A tar or zip archive, possibly compressed as a whole, whose members are read from front to back.
final class ArchiveReader {
    /// A member of an archive.
    struct Member {
        /// The path in the archive; `nil` if it cannot be decoded.
        var path: String?
        /// The size in bytes; `nil` if the archive does not state it before the contents.
        var byteCount: Int?
        /// Both are false for links and devices.
        var isFile: Bool
        var isFolder: Bool
        var isEncrypted: Bool
    }

    /// The path of the archive.
    let path: String
    /// True for a zip archive.
    let isZip: Bool
    private let file: InputFile
    private let reader: OpaquePointer

    /// Opens an archive.
    ///
    /// - Throws: `MediaError` `.inputMissing`, `.inputNotReadable`; `.unsupportedFeature` if libarchive is missing.
    init(path: String) throws(MediaError) {
        self.path = path
        file = try InputFile(path: path)
        isZip = try file.read(at: 0, count: 2) == Array("PK".utf8)
        guard let reader = percept_archive_open(file.descriptor) else { throw .archivesNotAvailable(path) }
        self.reader = reader
    }

    deinit { percept_archive_close(reader) }

    /// Returns the next member; `nil` after the last.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the archive is damaged or truncated: there are no more members.
    func next() throws(MediaError) -> Member? {
        var member = ArchiveMember()
        switch percept_archive_next(reader, &member) {
        case .end: return nil
        case .damaged: throw damage(in: path, remedy: "create or download the archive again")
        case .member:
            return Member(
                path: member.name.map { String(fileName: $0) },
                byteCount: member.byte_count < 0 ? nil : Int(member.byte_count), isFile: member.is_file,
                isFolder: member.is_folder, isEncrypted: member.is_encrypted)
        }
    }

    /// Reads the next bytes of the present member, up to `count`; returns none at its end.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the member is damaged.
    func read(atMost count: Int, of path: String) throws(MediaError) -> [UInt8] {
        var isDamaged = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { storage, initialized in
            while initialized < count, let base = storage.baseAddress {
                let got = percept_archive_read(reader, base + initialized, count - initialized)
                isDamaged = got < 0
                guard got > 0 else { break }
                initialized += got
            }
        }
        if isDamaged {
            throw damage(
                in: "\(self.path):\(path)", remedy: "create or download the archive again; other members may be whole")
        }
        return bytes
    }

    private func damage(in source: String, remedy: String) -> MediaError {
        MediaError(
            .malformedInput, source: source,
            problem: "the archive is damaged or truncated: \(String(cString: percept_archive_message(reader)))",
            remedy: remedy)
    }
}

extension ArchiveReader {
    /// Returns true if a file begins like an archive: zip, tar, or gzip, bzip2, xz and Zstandard, which may hold a tar.
    static func recognizes(_ path: String) -> Bool {
        guard let status = FileStatus(path: path), !status.isDirectory, !status.isStream,
            let file = try? InputFile(path: path), let prefix = try? file.read(at: 0, count: 512)
        else { return false }
        return signatures.contains { prefix.starts(with: $0) } || isTarHeader(prefix)
    }

    /// Returns the archive and the member that a path such as `shard.tar:dir/member.jpg` selects; `nil` if a file has
    /// that name, or no part before a colon is an archive.
    static func selection(_ path: String) -> (archive: String, member: String)? {
        guard path.utf8.contains(UInt8(ascii: ":")), FileStatus(path: path) == nil else { return nil }
        for colon in path.utf8.indices where path.utf8[colon] == UInt8(ascii: ":") {
            let archive = String(path[..<colon])
            if recognizes(archive) { return (archive, String(path[path.utf8.index(after: colon)...])) }
        }
        return nil
    }

    private static let signatures: [[UInt8]] = [
        Array("PK\u{3}\u{4}".utf8), Array("PK\u{5}\u{6}".utf8), [0x1F, 0x8B], Array("BZh".utf8),
        [0xFD] + Array("7zXZ".utf8), [0x28, 0xB5, 0x2F, 0xFD],
    ]

    /// Returns true if the checksum of a tar header is right (POSIX.1-1988, ustar): the sum of its 512 bytes, with the
    /// eight bytes of the checksum itself as spaces.
    private static func isTarHeader(_ block: [UInt8]) -> Bool {
        guard block.count == 512, block[0] != 0 else { return false }
        let digits = block[148..<156].drop { $0 == UInt8(ascii: " ") }.prefix { (0x30...0x37).contains($0) }
        guard digits.count >= 4, let stated = Int(String(decoding: digits, as: UTF8.self), radix: 8) else {
            return false
        }
        let sum = block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
        return sum == stated
    }
}
