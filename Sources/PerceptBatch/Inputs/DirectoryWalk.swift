import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds the recordings and images below a directory, in the order of the bytes of their paths.
///
/// The order equals that of sorting all paths, since a directory is sorted as its name with a slash: `a.jpg` precedes
/// `a/x.jpg`.
struct DirectoryWalk {
    private struct Level {
        var path: String
        /// The names that are left, as bytes in order; those of directories end with a slash.
        var names: ArraySlice<[UInt8]>
        var identity: FileStatus
    }

    private let root: String
    private let skipped: SkippedFiles
    private var levels: [Level] = []
    private var pending: BatchInput?
    private var hasYielded = false

    init(_ root: String, skipped: SkippedFiles) {
        self.root = root
        self.skipped = skipped
        if let failure = enter(root) { pending = .failure(failure) }
    }

    /// Returns the next recording or image, a directory that cannot be read, or an empty root; `nil` at the end.
    mutating func next() -> BatchInput? {
        if let input = pending {
            pending = nil
            hasYielded = true
            return input
        }
        while let level = levels.last {
            guard let name = level.names.first else {
                levels.removeLast()
                continue
            }
            levels[levels.count - 1].names.removeFirst()
            let path = Self.join(level.path, name)
            if name.last == UInt8(ascii: "/") {
                if let failure = enter(path) {
                    hasYielded = true
                    return .failure(failure)
                }
            } else if let input = input(at: path) {
                hasYielded = true
                return input
            }
        }
        guard !hasYielded else { return nil }
        hasYielded = true
        return .failure(
            BatchInput.Failure(
                name: root,
                error: MediaError(
                    .inputMissing, source: root, problem: "the directory holds no recordings or images",
                    remedy: "check the path")))
    }

    private func input(at path: String) -> BatchInput? {
        let source = MediaSource.file(path)
        do throws(MediaError) {
            let type = try source.mediaType()
            guard type.kind != .other else {
                skipped.addOther()
                return nil
            }
        } catch {
            // A file that may not be read is reported; one of another format is skipped.
            guard error.kind != .unsupportedFeature, error.kind != .malformedInput, error.kind != .inputNotAFile else {
                skipped.addOther()
                return nil
            }
            return .failure(BatchInput.Failure(name: path, error: error))
        }
        // By bytes, since a name may begin with a character that combines with the slash.
        let relativePath = String(
            decoding: path.utf8.dropFirst(root.utf8.count).drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
        return .item(
            BatchItem(
                key: path, source: source,
                outputPath: Self.withoutExtension(relativePath)))
    }

    /// Lists a directory and descends into it; a link that leads back to one of its parents is ignored.
    private mutating func enter(_ path: String) -> BatchInput.Failure? {
        guard let identity = FileStatus(path: path) else {
            return BatchInput.Failure(
                name: path,
                error: MediaError(.inputMissing, source: path, problem: "the directory vanished while it was read"))
        }
        guard !levels.contains(where: { $0.identity == identity }) else { return nil }
        guard let entries = Folder.entries(of: path) else {
            let error = MediaError(
                .inputNotReadable, source: path, problem: "the directory cannot be read: \(systemMessage(errno))",
                remedy: "check its permissions")
            return BatchInput.Failure(name: path, error: error)
        }
        var names: [[UInt8]] = []
        for entry in entries {
            let name = entry.name
            guard name.first != UInt8(ascii: ".") else {
                skipped.addHidden()
                continue
            }
            let isDirectory = entry.isDirectory ?? (FileStatus(path: Self.join(path, name))?.isDirectory == true)
            names.append(isDirectory ? name + [UInt8(ascii: "/")] : name)
        }
        names.sort { $0.lexicographicallyPrecedes($1) }
        levels.append(Level(path: path, names: names[...], identity: identity))
        return nil
    }

    private static func join(_ path: String, _ name: [UInt8]) -> String {
        path + (path.hasSuffix("/") ? "" : "/") + String(fileName: name)
    }

    /// Returns a path without the extension of its last component.
    static func withoutExtension(_ path: String) -> String { path.deletingPathExtension }
}
