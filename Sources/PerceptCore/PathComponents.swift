/// The parts of a path, by the rules of POSIX: the separator is `/`, and slashes at the end do not count.
extension String {
    /// The name after the last separator; `/` for the root, empty for an empty path.
    package var lastPathComponent: String {
        let path = withoutFinalSlashes
        if path == "/" { return path }
        return path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    }

    /// The part of the name after its last point; empty without one, and for a name that only begins with a point.
    package var pathExtension: String {
        let name = lastPathComponent
        return name.extensionPoint.map { String(name[name.utf8.index(after: $0)...]) } ?? ""
    }

    /// The path without its extension and the point before it.
    package var deletingPathExtension: String {
        let path = withoutFinalSlashes
        guard path.lastPathComponent.extensionPoint != nil else { return path }
        return path.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(path[..<$0]) } ?? path
    }

    private var withoutFinalSlashes: String {
        guard utf8.count > 1, utf8.last == UInt8(ascii: "/") else { return self }
        let end = utf8.lastIndex { $0 != UInt8(ascii: "/") }
        return end.map { String(self[...$0]) } ?? "/"
    }

    /// The position of the point before the extension of a name.
    private var extensionPoint: String.Index? {
        guard self != "..", let point = utf8.lastIndex(of: UInt8(ascii: ".")), point != utf8.startIndex else {
            return nil
        }
        return point
    }
}
