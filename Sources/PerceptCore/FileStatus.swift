#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The facts about a file that reading and naming depend on. Two values are equal if they are about the same file.
package struct FileStatus: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let mode: UInt32

    /// Returns the facts about the file that `path` leads to; `nil` if there is none.
    package init?(path: String) {
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
        mode = UInt32(status.st_mode)
    }

    package var isDirectory: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }
    /// True for pipes, sockets and devices, whose contents can be read once.
    package var isStream: Bool { !isDirectory && mode & UInt32(S_IFMT) != UInt32(S_IFREG) }
}

/// Folders and names of files, for names that are not UTF-8 too.
package enum Folder {
    /// Creates a folder and those on the way to it, if they do not exist.
    ///
    /// - Throws: ``MediaError`` `.outputNotCreatable`.
    package static func create(_ path: String) throws(MediaError) {
        guard !path.isEmpty, FileStatus(path: path)?.isDirectory != true else { return }
        let parent = Folder.parent(of: path)
        if parent != path { try create(parent) }
        guard path.withFileName({ mkdir($0, 0o777) }) == 0 || FileStatus(path: path)?.isDirectory == true else {
            throw MediaError(
                .outputNotCreatable, source: path, problem: "cannot create the folder: \(systemMessage(errno))",
                remedy: "choose another one")
        }
    }

    /// Removes a file or an empty folder; a failure is ignored.
    package static func remove(_ path: String) {
        path.withFileName { name in if unlink(name) != 0 { rmdir(name) } }
    }

    /// An entry of a folder.
    package struct Entry {
        /// The name, as bytes.
        package var name: [UInt8]
        /// `nil` if the folder does not state it, or for a link, which may lead to a directory.
        package var isDirectory: Bool?
    }

    /// Returns the entries of a folder except `.` and `..`, without looking at the files themselves; `nil` with `errno`
    /// set if it cannot be read.
    package static func entries(of path: String) -> [Entry]? {
        guard let stream = path.withFileName({ opendir($0) }) else { return nil }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let count = strlen(UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
                return Array(UnsafeRawBufferPointer(start: pointer, count: count))
            }
            guard name != Array(".".utf8), name != Array("..".utf8) else { continue }
            let type = Int32(entry.pointee.d_type)
            let isDirectory = type == Int32(DT_DIR) ? true : type == Int32(DT_REG) ? false : nil as Bool?
            entries.append(Entry(name: name, isDirectory: isDirectory))
        }
        return entries
    }

    /// Returns the names in a folder; `nil` with `errno` set if it cannot be read.
    package static func names(in path: String) -> [String]? {
        entries(of: path)?.map { String(fileName: $0.name) }
    }

    /// Returns an absolute path without links, `.` and `..`; the parts that do not exist are kept.
    package static func resolving(_ path: String) -> String {
        let resolved = path.withFileName { realpath($0, nil) }
        guard let resolved else {
            let parent = Folder.parent(of: path)
            guard parent != path else { return path }
            let folder = resolving(parent.isEmpty ? "." : parent)
            return folder + (folder.hasSuffix("/") ? "" : "/") + path.dropFirst(parent.count).drop { $0 == "/" }
        }
        defer { free(resolved) }
        return String(fileName: UnsafePointer(resolved))
    }

    /// Returns the path of the folder that a path lies in; empty for a mere name, and `/` for the root.
    package static func parent(of path: String) -> String {
        let slash = UInt8(ascii: "/")
        let bytes = Array(path.utf8)
        guard let end = bytes.lastIndex(where: { $0 != slash }) else { return path }
        guard let separator = bytes[...end].lastIndex(of: slash) else { return "" }
        let folder = bytes[...separator]
        let trimmed = folder.lastIndex { $0 != slash }.map { folder[...$0] } ?? folder.prefix(1)
        return String(decoding: trimmed, as: UTF8.self)
    }
}
