/// The bytes of a tar archive in the format ustar (POSIX.1-1988, IEEE 1003.1 "pax", ustar interchange format).
package struct TarBytes {
    private var blocks: [UInt8] = []

    package init() {}

    /// Adds a regular file. Its path may not be UTF-8.
    package mutating func add(_ path: [UInt8], _ contents: [UInt8]) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: [UInt8], at offset: Int) {
            header.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        func octal(_ value: Int, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }
        precondition(path.count <= 100)
        put(path, at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(contents.count, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put([UInt8](repeating: 0x20, count: 8), at: 148)
        put([0x30], at: 156)
        put(Array("ustar\0".utf8) + Array("00".utf8), at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + [0, 0x20], at: 148)
        blocks += header + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
    }

    package mutating func add(_ path: String, _ contents: [UInt8]) { add(Array(path.utf8), contents) }

    /// The archive with its two empty blocks at the end.
    package var bytes: [UInt8] { blocks + [UInt8](repeating: 0, count: 1024) }
}
