extension Orientation {
    /// Reads the property tiff:Orientation from an XMP packet; returns `nil` if it has none in 1…8.
    ///
    /// Both RDF forms are supported: an attribute (`tiff:Orientation="6"`) and an element
    /// (`<tiff:Orientation>6</tiff:Orientation>`). The bytes are searched, not parsed, so a packet that is truncated or
    /// not well-formed still yields its value. The first valid orientation is used.
    init?(xmp packet: [UInt8]) {
        let name = Array("tiff:Orientation".utf8)
        var start = 0
        while let found = Self.place(of: name, in: packet, from: start) {
            start = found + name.count
            // Part of a longer name, or the end of an element.
            guard found > 0, packet[found - 1] == UInt8(ascii: "<") || Self.isSpace(packet[found - 1]) else { continue }
            guard let value = Self.value(packet[start...].prefix(Self.longestDistance)) else { continue }
            self.init(rawValue: value)
            return
        }
        return nil
    }

    /// Matches from the name to the end of its value.
    private static let longestDistance = 256

    private static func place(of name: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        var place = start
        while place <= bytes.count - name.count {
            guard let next = bytes[place...(bytes.count - name.count)].firstIndex(of: name[0]) else { return nil }
            if bytes[next..<next + name.count].elementsEqual(name) { return next }
            place = next + 1
        }
        return nil
    }

    /// Returns the single digit of the attribute or element whose name ends before `rest`.
    private static func value(_ rest: ArraySlice<UInt8>) -> Int? {
        let rest = rest.drop(while: isSpace)
        let isAttribute = rest.first == UInt8(ascii: "=")
        var content: ArraySlice<UInt8>
        if isAttribute {
            content = rest.dropFirst().drop(while: isSpace)
            guard let quote = content.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                return nil
            }
            content = content.dropFirst().prefix { $0 != quote }
        } else {
            content = rest.drop { $0 != UInt8(ascii: ">") }.dropFirst().prefix { $0 != UInt8(ascii: "<") }
        }
        let text = content.drop(while: isSpace)
        guard let digit = text.first, (UInt8(ascii: "1")...UInt8(ascii: "8")).contains(digit),
            text.dropFirst().allSatisfy(isSpace)
        else { return nil }
        return Int(digit - UInt8(ascii: "0"))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
