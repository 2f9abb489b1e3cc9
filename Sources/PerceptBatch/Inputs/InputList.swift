import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The inputs that a list names, read line by line.
struct InputList {
    private let list: BatchInputs.List
    private let lines: LineReader
    private var archives = ArchiveSelections()
    private var number = 0

    /// Opens a list.
    ///
    /// - Throws: `MediaError` `.inputMissing`, `.inputNotReadable`.
    init(_ list: BatchInputs.List) throws(MediaError) {
        self.list = list
        lines = try LineReader(path: list.path, separator: list.form == .nullSeparated ? 0 : UInt8(ascii: "\n"))
    }

    /// Returns the input of the next line that is not empty; `nil` after the last.
    mutating func next() -> BatchInput? {
        while true {
            number += 1
            do throws(MediaError) {
                guard var line = try lines.next() else { return nil }
                if list.form != .nullSeparated, line.last == UInt8(ascii: "\r") { line.removeLast() }
                guard !line.isEmpty else {
                    guard list.form == .requests else { continue }
                    throw .malformedLine(place, "the line is empty")
                }
                let isObject =
                    list.form != .nullSeparated
                    && line.first { $0 != UInt8(ascii: " ") && $0 != 9 } == UInt8(ascii: "{")
                guard isObject else {
                    // In a list, a hyphen is a file of that name.
                    let path = line == [UInt8(ascii: "-")] ? "./-" : String(fileName: line)
                    return BatchItem.input(path: path, &archives)
                }
                return try BatchItem.input(manifestLine: line, place: place, &archives)
            } catch {
                return .failure(BatchInput.Failure(name: place, error: error))
            }
        }
    }

    private var place: String {
        let name = list.path == "-" ? SpooledInput.name : list.path
        return "\(name), \(list.form == .nullSeparated ? "entry" : "line") \(number)"
    }
}

extension BatchItem {
    /// The member names that a manifest may use for the file, as they are in use: img2dataset and Hugging Face's
    /// datasets (`file_name`), NeMo (`audio_filepath`).
    private static let fileNames = ["file", "file_name", "audio_filepath", "path"]

    /// Returns the input that is a file, a member of an archive, or standard input for `-`.
    static func input(path: String, _ archives: inout ArchiveSelections) -> BatchInput {
        input(path: path, key: path, part: .whole, members: [:], &archives)
    }

    private static func input(
        path: String, key: String, part: RecordingPart, members: JSONObject, _ archives: inout ArchiveSelections
    ) -> BatchInput {
        let name = path == "-" ? SpooledInput.name : path
        do throws(MediaError) {
            if let selection = ArchiveReader.selection(path) {
                var item = try archives.input(selection.member, of: selection.archive)
                (item.key, item.part, item.members) = (key, part, members)
                return .item(item)
            }
            guard path == "-" || FileStatus(path: path)?.isStream == true else {
                // A missing file is found when it is read.
                return .item(
                    BatchItem(
                        key: key, source: .file(path), part: part, members: members,
                        outputPath: DirectoryWalk.withoutExtension(path.lastPathComponent)))
            }
            let spool = try SpooledInput(path: path)
            var item = BatchItem(
                key: key, source: .file(spool.path, name: name), part: part, members: members,
                outputPath: path == "-" ? "stdin" : path.lastPathComponent)
            item.spool = spool
            return .item(item)
        } catch {
            return .failure(BatchInput.Failure(name: name, members: members, error: error))
        }
    }

    /// Returns the input of a line of a manifest.
    ///
    /// - Parameter place: The name of the list and the number of the line, for errors.
    /// - Throws: `MediaError` `.malformedInput` for a line that is not an object or names no file.
    static func input(
        manifestLine line: [UInt8], place: String, _ archives: inout ArchiveSelections
    ) throws(MediaError) -> BatchInput {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: line)
        } catch {
            throw .malformedLine(place, "not JSON: \(error)")
        }
        guard var members = json.objectValue else { throw .malformedLine(place, "not a JSON object") }
        let id = key(members["id"])
        guard let name = fileNames.first(where: { members[$0]?.stringValue?.isEmpty == false }),
            let path = members[name]?.stringValue
        else {
            return embedded(in: members, id: id, place: place)
        }
        members[name] = nil
        func seconds(_ member: String) throws(MediaError) -> Duration? {
            guard let value = members[member], !value.isNull else { return nil }
            guard let seconds = value.doubleValue, seconds >= 0, seconds < 1e9 else {
                throw MediaError.malformedLine(place, "“\(member)” is not a number of seconds")
            }
            return .seconds(seconds)
        }
        let part = RecordingPart(offset: try seconds("offset") ?? .zero, duration: try seconds("duration"))
        // Parts of one recording are inputs of their own, named like a media fragment (W3C, 2012): start and end.
        let suffix = part == .whole ? "" : "#t=\(part.offset / .seconds(1))" + (part.end.map { ",\($0)" } ?? "")
        var found = input(path: path, key: id ?? path + suffix, part: part, members: members, &archives)
        if case .item(var item) = found {
            item.outputPath += suffix
            found = .item(item)
        }
        return found
    }

    /// Returns the input whose contents are in the line, or the failure of a line without any.
    private static func embedded(in members: JSONObject, id: String?, place: String) -> BatchInput {
        var members = members
        let data = members["data"]?.stringValue
        let name = members["name"]?.stringValue
        (members["data"], members["name"]) = (nil, nil)
        do throws(MediaError) {
            guard let data else { throw .malformedLine(place, "the line names no file") }
            let bytes: [UInt8]
            do {
                bytes = try Base64.decode(data)
            } catch {
                throw error.about(name ?? place)
            }
            let source = MediaSource.bytes(bytes, name: name ?? id ?? place)
            let path = DirectoryWalk.withoutExtension((name ?? id ?? "input").lastPathComponent)
            return .item(
                BatchItem(key: id ?? name ?? place, source: source, members: members, outputPath: path))
        } catch {
            return .failure(BatchInput.Failure(name: name ?? place, members: members, error: error))
        }
    }

    private static func key(_ id: JSONValue?) -> String? {
        guard let id, !id.isNull else { return nil }
        return id.stringValue ?? String(decoding: id.serialized(), as: UTF8.self)
    }
}

extension RecordingPart {
    /// The end in seconds; `nil` for that of the recording.
    fileprivate var end: Double? { duration.map { (offset + $0) / .seconds(1) } }
}

extension MediaError {
    fileprivate static func malformedLine(_ place: String, _ problem: String) -> MediaError {
        MediaError(
            .malformedInput, source: place, problem: problem,
            remedy: "write a path, or one object per line such as {\"file\": \"a.jpg\"}")
    }
}

/// Reads the lines of a file, a pipe, or standard input.
final class LineReader {
    /// The default limit of a line in bytes: it may hold a medium as base64.
    static let longestLine = 256 << 20

    private let descriptor: CInt
    private let name: String
    private let separator: UInt8
    private let byteLimit: Int
    private var buffer: [UInt8] = []
    private var position = 0
    /// The end of the part without a separator.
    private var searched = 0
    private var isAtEnd = false

    /// Opens a file; `-` is standard input.
    init(path: String, separator: UInt8, byteLimit: Int = longestLine) throws(MediaError) {
        self.byteLimit = byteLimit
        name = path == "-" ? SpooledInput.name : path
        self.separator = separator
        descriptor = path == "-" ? dup(STDIN_FILENO) : path.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            let isMissing = errno == ENOENT || errno == ENOTDIR
            throw MediaError(
                isMissing ? .inputMissing : .inputNotReadable, source: name,
                problem: isMissing ? "the list does not exist" : "cannot be opened: \(systemMessage(errno))",
                remedy: "check the path")
        }
    }

    deinit { close(descriptor) }

    /// Returns the next line without its separator; `nil` after the last.
    ///
    /// - Throws: `MediaError` `.inputOutput`, after which there are no more lines; `.limitExceeded` for a line that is
    ///   more than a block of 64 KiB above the limit, which is skipped.
    func next() throws(MediaError) -> [UInt8]? {
        while true {
            if let end = buffer[max(position, searched)...].firstIndex(of: separator) {
                defer { position = end + 1 }
                return Array(buffer[position..<end])
            }
            searched = buffer.count
            if isAtEnd {
                guard position < buffer.count else { return nil }
                defer { position = buffer.count }
                return Array(buffer[position...])
            }
            buffer.removeFirst(position)
            (position, searched) = (0, buffer.count)
            guard buffer.count <= byteLimit else {
                try skipLine()
                throw MediaError(
                    .limitExceeded, source: name, problem: "a line is longer than \(byteLimit) bytes",
                    remedy: "pass a list with one path or object per line")
            }
            try fill()
        }
    }

    private func skipLine() throws(MediaError) {
        searched = 0
        while !isAtEnd {
            buffer = []
            try fill()
            if let end = buffer.firstIndex(of: separator) {
                buffer.removeFirst(end + 1)
                return
            }
        }
        buffer = []
    }

    private func fill() throws(MediaError) {
        let piece: [UInt8]
        do {
            piece = try readBytes(from: descriptor, atMost: 1 << 16, name: name)
        } catch {
            isAtEnd = true
            throw error
        }
        if piece.isEmpty { isAtEnd = true } else { buffer += piece }
    }
}
