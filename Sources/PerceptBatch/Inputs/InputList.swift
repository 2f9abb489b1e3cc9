import Foundation

/// The inputs that a list names, read line by line.
struct InputList {
    private let list: BatchInputs.List
    private let lines: LineReader
    private var number = 0

    /// Opens a list.
    ///
    /// - Throws: `MediaError` `.inputMissing`, `.inputNotReadable`.
    init(_ list: BatchInputs.List) throws(MediaError) {
        self.list = list
        lines = try LineReader(path: list.path, separator: list.isNullSeparated ? 0 : UInt8(ascii: "\n"))
    }

    /// Returns the input of the next line that is not empty; `nil` after the last.
    mutating func next() -> BatchInput? {
        while true {
            number += 1
            do throws(MediaError) {
                guard var line = try lines.next() else { return nil }
                if !list.isNullSeparated, line.last == UInt8(ascii: "\r") { line.removeLast() }
                guard !line.isEmpty else { continue }
                guard line.first { $0 != UInt8(ascii: " ") && $0 != 9 } == UInt8(ascii: "{") else {
                    return BatchItem.input(path: String(decoding: line, as: UTF8.self))
                }
                return try BatchItem.input(manifestLine: line, place: place)
            } catch {
                return .failure(BatchInput.Failure(name: place, error: error))
            }
        }
    }

    private var place: String {
        "\(list.path == "-" ? SpooledInput.name : list.path), \(list.isNullSeparated ? "entry" : "line") \(number)"
    }
}

extension BatchItem {
    /// The member names that a manifest may use for the file, as they are in use: img2dataset and Hugging Face's
    /// datasets (`file_name`), NeMo (`audio_filepath`).
    private static let fileNames = ["file", "file_name", "audio_filepath", "path"]

    /// Returns the input that is a file, or standard input for `-`.
    static func input(path: String) -> BatchInput {
        input(path: path, key: path, part: .whole, members: [:])
    }

    private static func input(path: String, key: String, part: Part, members: JSONObject) -> BatchInput {
        let name = path == "-" ? SpooledInput.name : path
        do throws(MediaError) {
            guard path == "-" || FileStatus(path: path)?.isStream == true else {
                // A missing file is found when it is read.
                return .item(
                    BatchItem(
                        key: key, source: .file(path), part: part, members: members,
                        outputPath: DirectoryWalk.withoutExtension((path as NSString).lastPathComponent)))
            }
            let spool = try SpooledInput(path: path)
            var item = BatchItem(
                key: key, source: .file(spool.path, name: name), part: part, members: members,
                outputPath: path == "-" ? "stdin" : (path as NSString).lastPathComponent)
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
    static func input(manifestLine line: [UInt8], place: String) throws(MediaError) -> BatchInput {
        func malformed(_ problem: String, _ remedy: String) -> MediaError {
            MediaError(.malformedInput, source: place, problem: problem, remedy: remedy)
        }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: line)
        } catch {
            throw malformed("not JSON: \(error)", "write one object per line, such as {\"file\": \"a.jpg\"}")
        }
        guard var members = json.objectValue, let name = fileNames.first(where: { members[$0]?.stringValue != nil }),
            let path = members[name]?.stringValue, !path.isEmpty
        else {
            throw malformed("the line names no file", "name it as \(fileNames.joined(separator: ", "))")
        }
        members[name] = nil
        func seconds(_ member: String) throws(MediaError) -> Duration? {
            guard let value = members[member], !value.isNull else { return nil }
            guard let seconds = value.doubleValue, seconds >= 0, seconds < 1e9 else {
                throw malformed("“\(member)” is \(value), expected seconds", "write a number from 0")
            }
            return .seconds(seconds)
        }
        let part = Part(offset: try seconds("offset") ?? .zero, duration: try seconds("duration"))
        return input(path: path, key: key(members["id"]) ?? path, part: part, members: members)
    }

    private static func key(_ id: JSONValue?) -> String? {
        guard let id, !id.isNull else { return nil }
        return id.stringValue ?? String(decoding: id.serialized(), as: UTF8.self)
    }
}

/// Reads the lines of a file, a pipe, or standard input.
final class LineReader {
    /// The longest line in bytes: manifests of WebDataset carry captions, not media.
    static let longestLine = 16 << 20

    private let descriptor: CInt
    private let name: String
    private let separator: UInt8
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    /// Opens a file; `-` is standard input.
    init(path: String, separator: UInt8) throws(MediaError) {
        name = path == "-" ? SpooledInput.name : path
        self.separator = separator
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let isMissing = errno == ENOENT || errno == ENOTDIR
            throw MediaError(
                isMissing ? .inputMissing : .inputNotReadable, source: name,
                problem: isMissing ? "there is no such list" : "cannot be opened: \(systemMessage(errno))",
                remedy: "check the path")
        }
    }

    deinit { close(descriptor) }

    /// Returns the next line without its separator; `nil` after the last.
    ///
    /// - Throws: `MediaError` `.inputOutput`; `.limitExceeded` for a line above ``longestLine``, after which the list
    ///   ends.
    func next() throws(MediaError) -> [UInt8]? {
        while true {
            if let end = buffer[position...].firstIndex(of: separator) {
                defer { position = end + 1 }
                return Array(buffer[position..<end])
            }
            if isAtEnd {
                guard position < buffer.count else { return nil }
                defer { position = buffer.count }
                return Array(buffer[position...])
            }
            buffer.removeFirst(position)
            position = 0
            guard buffer.count <= Self.longestLine else {
                (buffer, isAtEnd) = ([], true)
                throw MediaError(
                    .limitExceeded, source: name, problem: "a line is longer than \(Self.longestLine) bytes",
                    remedy: "pass a list with one path or object per line")
            }
            try fill()
        }
    }

    private func fill() throws(MediaError) {
        var failure: CInt = 0
        let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { storage, count in
            var got = read(descriptor, storage.baseAddress, storage.count)
            while got < 0, errno == EINTR { got = read(descriptor, storage.baseAddress, storage.count) }
            if got < 0 { failure = errno }
            count = max(0, got)
        }
        guard failure == 0 else {
            isAtEnd = true
            throw MediaError(.inputOutput, source: name, problem: "reading failed: \(systemMessage(failure))")
        }
        if piece.isEmpty { isAtEnd = true } else { buffer += piece }
    }
}
