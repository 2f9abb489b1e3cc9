package import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A field or a file of a form (RFC 7578).
package struct FormPart: Sendable, Hashable {
    /// The name of the field.
    package var name: String
    /// The file name, from which a server may derive the media type; `nil` for a field.
    package var fileName: String?
    /// The Content-Type of the part; `nil` for a field, which is text.
    package var mediaType: MediaType?
    /// The contents; a file is read when it is sent.
    package var source: MediaSource

    /// Creates a text field.
    package init(_ name: String, _ text: String) {
        self.init(name: name, fileName: nil, mediaType: nil, bytes: Array(text.utf8))
    }

    /// Creates a file part from bytes.
    package init(name: String, fileName: String?, mediaType: MediaType?, bytes: [UInt8]) {
        self.init(name: name, fileName: fileName, mediaType: mediaType, source: .bytes(bytes))
    }

    /// Creates a file part from an input in memory or on disk.
    package init(name: String, fileName: String?, mediaType: MediaType?, source: MediaSource) {
        self.name = name
        self.fileName = fileName
        self.mediaType = mediaType
        self.source = source
    }
}

/// A form of type `multipart/form-data` (RFC 2046 §5.1, RFC 7578).
struct MultipartForm {
    static let typeName = "multipart/form-data"

    /// The Content-Type, including the boundary.
    let contentType: String
    /// The pieces of the body, in order.
    let pieces: [BodyPiece]

    /// Creates a form from parts, in order.
    ///
    /// The boundary depends only on the parts, so equal forms have equal bytes.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if a file cannot be read.
    init(_ parts: [FormPart]) throws(InferenceError) {
        let boundary = try Self.boundary(for: parts)
        var pieces: [BodyPiece] = []
        for part in parts {
            var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(part.name))\""
            if let fileName = part.fileName { head += "; filename=\"\(Self.quoted(fileName))\"" }
            head += "\r\n"
            if let mediaType = part.mediaType { head += "Content-Type: \(mediaType.rawValue)\r\n" }
            pieces += [
                .plain(.bytes(Array((head + "\r\n").utf8))), .plain(part.source), .plain(.bytes(Array("\r\n".utf8))),
            ]
        }
        self.pieces = pieces + [.plain(.bytes(Array("--\(boundary)--\r\n".utf8)))]
        contentType = "\(Self.typeName); boundary=\(boundary)"
    }

    /// Returns the first candidate boundary that occurs in no part.
    private static func boundary(for parts: [FormPart]) throws(InferenceError) -> String {
        var number = 0
        while true {
            let boundary = "percept-form-\(number)"
            let delimiter = Array("--\(boundary)".utf8)
            var isFree = true
            for part in parts where isFree {
                // The end of a block may begin a delimiter that continues in the next one.
                var tail: [UInt8] = []
                try part.source.forEachBlock { block in
                    let seam = tail + block.prefix(delimiter.count)
                    isFree =
                        isFree && !seam.contains(sequence: delimiter) && !Array(block).contains(sequence: delimiter)
                    tail = Array((tail + block.suffix(delimiter.count)).suffix(delimiter.count - 1))
                }
            }
            if isFree { return boundary }
            number += 1
        }
    }

    /// Percent-encodes quotation marks and line breaks, which would end the name, as browsers do (RFC 7578 §2).
    private static func quoted(_ name: String) -> String {
        // Compares scalars: CR LF is one character, which equals neither CR nor LF.
        name.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "%22"
            case "\r": "%0D"
            case "\n": "%0A"
            default: String(scalar)
            }
        }.joined()
    }

    /// Parses a form.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the form violates one of the two RFCs.
    static func parts(of body: [UInt8], contentType: String) throws(MediaError) -> [FormPart] {
        guard let boundary = parameter("boundary", of: contentType), (1...70).contains(boundary.utf8.count) else {
            throw wrong("its Content-Type has no boundary of 1 to 70 characters")
        }
        let delimiter = Array("--\(boundary)".utf8)
        guard body.starts(with: delimiter) else { throw wrong("it does not begin with its boundary") }
        var position = delimiter.count
        var parts: [FormPart] = []
        let separator = Array("\r\n".utf8) + delimiter
        while !body[position...].starts(with: "--".utf8) {
            guard body[position...].starts(with: "\r\n".utf8) else { throw wrong("a boundary does not end its line") }
            let start = position + 2
            guard let end = body.offset(of: separator, from: position) else {
                throw wrong("its last boundary is missing")
            }
            parts.append(try part(body[min(start, end)..<end]))
            position = end + separator.count
        }
        let rest = body[(position + 2)...]
        guard rest.isEmpty || rest.elementsEqual("\r\n".utf8) else {
            throw wrong("something follows its last boundary")
        }
        return parts
    }

    private static func part(_ bytes: ArraySlice<UInt8>) throws(MediaError) -> FormPart {
        let bytes = Array(bytes)
        guard let headEnd = bytes.offset(of: Array("\r\n\r\n".utf8), from: 0) else {
            throw wrong("a part has no headers")
        }
        var disposition: String?
        var type: String?
        for line in String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n") {
            let halves = line.split(separator: ":", maxSplits: 1)
            guard halves.count == 2 else { throw wrong("a part's header has no colon") }
            let value = halves[1].trimmed
            switch halves[0].lowercased() {
            case "content-disposition": disposition = value
            case "content-type": type = value
            default: break
            }
        }
        guard let disposition, disposition.mediaTypeName == "form-data", let name = parameter("name", of: disposition)
        else { throw wrong("a part has no name") }
        return FormPart(
            name: name, fileName: parameter("filename", of: disposition),
            mediaType: type.map { MediaType(rawValue: $0.mediaTypeName) }, bytes: Array(bytes[(headEnd + 4)...]))
    }

    /// Returns a parameter of a header value, quoted or not.
    private static func parameter(_ name: String, of value: String) -> String? {
        for parameter in value.split(separator: ";").dropFirst() {
            let halves = parameter.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard halves.count == 2, halves[0].lowercased() == name else { continue }
            let isQuoted = halves[1].count >= 2 && halves[1].hasPrefix("\"") && halves[1].hasSuffix("\"")
            return isQuoted ? String(halves[1].dropFirst().dropLast()) : halves[1]
        }
        return nil
    }

    private static func wrong(_ problem: String) -> MediaError {
        MediaError(.malformedInput, problem: "the form is malformed: \(problem)")
    }
}

extension [UInt8] {
    fileprivate func contains(sequence: [UInt8]) -> Bool { offset(of: sequence, from: 0) != nil }

    /// Returns the first index at or after `start` where `sequence` begins.
    fileprivate func offset(of sequence: [UInt8], from start: Int) -> Int? {
        guard let first = sequence.first, sequence.count <= count else { return nil }
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            let end = bytes.count - sequence.count + 1
            var offset = start
            while offset < end, let found = memchr(base + offset, CInt(first), end - offset) {
                offset = UnsafeRawPointer(found) - base
                if memcmp(found, sequence, sequence.count) == 0 { return offset }
                offset += 1
            }
            return nil
        }
    }
}
