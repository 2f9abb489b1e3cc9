import Percept

/// Finds the recordings and images in an archive, in its order.
///
/// A member is read into memory, or into a temporary file if it is large, when it is reached. The members of a tar
/// archive whose paths are equal up to the first dot of their last component are one sample, as in WebDataset: the
/// object in its `.json`, and its `.txt` and `.cls` as text, become members of the sample's inputs.
struct ArchiveWalk {
    /// The largest member that is read, in bytes: 4 GiB.
    static let memberByteLimit = 4 << 30
    /// The largest text of a sample, in bytes: 1 MiB.
    static let textByteLimit = 1 << 20
    /// The number of inputs of one sample that wait for its texts.
    static let waitingLimit = 16
    /// The size in bytes from which a member goes to a temporary file: 1 MiB.
    static let spooledByteCount = 1 << 20

    private struct Sample {
        var key: String
        var inputs: [BatchItem] = []
        var texts: JSONObject = [:]
        var textCount = 0
        var hasNoInputs = true
    }

    private let reader: ArchiveReader
    private let isGrouped: Bool
    private let skipped: SkippedFiles
    private var sample = Sample(key: "")
    private var ready: ArraySlice<BatchInput> = []
    private var isAtEnd = false
    private var isEmpty = true

    /// Opens an archive. Members that are neither recordings nor images are counted in `skipped`.
    ///
    /// - Throws: `MediaError` as for ``ArchiveReader``.
    init(_ path: String, skipped: SkippedFiles) throws(MediaError) {
        reader = try ArchiveReader(path: path)
        self.skipped = skipped
        isGrouped = !reader.isZip
    }

    /// Returns the next recording or image, or a failure; `nil` at the end.
    mutating func next() -> BatchInput? {
        while ready.isEmpty, !isAtEnd {
            do throws(MediaError) {
                guard let member = try reader.next() else {
                    finish(
                        isEmpty && sample.inputs.isEmpty
                            ? MediaError(
                                .inputMissing, source: reader.path,
                                problem: "the archive holds no recordings or images", remedy: "check the path") : nil)
                    break
                }
                take(member)
            } catch {
                finish(error)
            }
        }
        if ready.first != nil { isEmpty = false }
        return ready.popFirst()
    }

    private mutating func finish(_ error: MediaError?) {
        completeSample()
        if let error { ready.append(.failure(BatchInput.Failure(name: reader.path, error: error))) }
        isAtEnd = true
    }

    private mutating func completeSample() {
        for var input in sample.inputs {
            input.members = sample.texts
            ready.append(.item(input))
        }
        if sample.hasNoInputs { (0..<sample.textCount).forEach { _ in skipped.addOther() } }
        sample.inputs = []
    }

    /// Adds a member to its sample; its error is a failure of its own.
    private mutating func take(_ member: ArchiveReader.Member) {
        guard member.isFile else {
            if !member.isFolder { skipped.addOther() }
            return
        }
        let path = member.path.map(ArchivePath.init)
        if path?.isHidden == true { return skipped.addHidden() }
        let key = isGrouped ? path?.sampleKey ?? "" : ""
        if key != sample.key {
            completeSample()
            sample = Sample(key: key)
        }
        do throws(MediaError) {
            guard let path else {
                throw MediaError(
                    .malformedInput, source: reader.path, problem: "the name of a member cannot be decoded",
                    remedy: "create the archive with names in UTF-8")
            }
            if isGrouped, let text = try text(of: member, at: path) {
                sample.texts = sample.texts.adding(missing: text)
                sample.textCount += 1
                return
            }
            guard let input = try reader.input(member, at: path.text) else { return skipped.addOther() }
            sample.hasNoInputs = false
            sample.inputs.append(input)
            if !isGrouped || sample.inputs.count >= Self.waitingLimit { completeSample() }
        } catch {
            let name = path.map { "\(reader.path):\($0.text)" } ?? reader.path
            completeSample()
            ready.append(.failure(BatchInput.Failure(name: name, error: error)))
        }
    }

    /// Returns what a text of a sample adds to its inputs; `nil` for other members, and for a JSON array or scalar.
    private func text(of member: ArchiveReader.Member, at path: ArchivePath) throws(MediaError) -> JSONObject? {
        guard ["json", "txt", "cls"].contains(path.sampleExtension), !member.isEncrypted,
            member.byteCount ?? .max <= Self.textByteLimit
        else { return nil }
        let bytes = try reader.read(atMost: Self.textByteLimit, of: path.text)
        guard path.sampleExtension == "json" else {
            var text = String(decoding: bytes, as: UTF8.self)
            if text.hasSuffix("\n") { text.removeLast() }
            return [path.sampleExtension: .string(text)]
        }
        do {
            return try JSONValue(parsing: bytes).objectValue
        } catch {
            throw MediaError(
                .malformedInput, source: "\(reader.path):\(path.text)", problem: "not JSON: \(error)",
                remedy: "correct it or leave it out of the archive")
        }
    }
}

/// The path of a member without what leads nowhere: empty components, `.` and a leading slash.
struct ArchivePath {
    let text: String
    private let components: [Substring.UTF8View]

    init(_ path: String) {
        components = path.utf8.split { $0 == UInt8(ascii: "/") }.map { Substring($0).utf8 }
            .filter { !$0.elementsEqual(".".utf8) }
        text = components.map { String(Substring($0)) }.joined(separator: "/")
    }

    /// True if a component is hidden, such as macOS' `._photo.jpg`, or belongs to its folder `__MACOSX`.
    var isHidden: Bool {
        components.contains { $0.first == UInt8(ascii: ".") && !$0.elementsEqual("..".utf8) }
            || components.first?.elementsEqual("__MACOSX".utf8) == true
    }

    /// True if the path leads out of the archive.
    var leadsOut: Bool { components.contains { $0.elementsEqual("..".utf8) } }

    /// The path up to the first dot of its last component.
    var sampleKey: String {
        let name = components.last?.prefix { $0 != UInt8(ascii: ".") } ?? "".utf8[...]
        return (components.dropLast().map { String(Substring($0)) } + [String(Substring(name))]).joined(separator: "/")
    }

    /// The part of the last component after its first dot, in lower case.
    var sampleExtension: String {
        let name = components.last.map { String(Substring($0)) } ?? ""
        return name.split(separator: ".", maxSplits: 1).dropFirst().first.map { $0.lowercased() } ?? ""
    }
}

extension ArchiveReader {
    /// Reads a member to its end.
    ///
    /// - Returns: The input; `nil` if it is neither a recording nor an image.
    /// - Throws: `MediaError` `.malformedInput` if the member is damaged or its path leads out of the archive,
    ///   `.unsupportedFeature` if it is encrypted, `.limitExceeded` if it is too large, `.inputOutput` if its temporary
    ///   file cannot be written.
    func input(_ member: Member, at path: String) throws(MediaError) -> BatchItem? {
        let name = "\(self.path):\(path)"
        guard !ArchivePath(path).leadsOut else {
            throw MediaError(
                .malformedInput, source: name, problem: "the path of the member leads out of the archive",
                remedy: "create the archive with paths below its root")
        }
        guard !member.isEncrypted else {
            throw MediaError(
                .unsupportedFeature, source: name, problem: "the member is encrypted", remedy: "unpack it first")
        }
        let start = try read(atMost: MediaType.junkByteCount, of: path)
        do throws(MediaError) {
            guard try MediaSource.bytes(start, name: name).mediaType().kind != .other else { return nil }
        } catch {
            guard error.kind == .malformedInput || error.kind == .unsupportedFeature else { throw error }
            return nil
        }
        let (source, spool) = try contents(of: path, stated: member.byteCount, after: start, name: name)
        var item = BatchItem(
            key: name, source: source, outputPath: DirectoryWalk.withoutExtension(path))
        item.archivePath = self.path
        item.spool = spool
        return item
    }

    private func contents(
        of path: String, stated: Int?, after start: [UInt8], name: String
    ) throws(MediaError) -> (MediaSource, SpooledInput?) {
        let limit = ArchiveWalk.memberByteLimit
        func checkLimit(_ count: Int) throws(MediaError) {
            guard count <= limit else {
                throw MediaError(
                    .limitExceeded, source: name, problem: "the member is larger than \(limit) bytes",
                    remedy: "unpack it and pass the file")
            }
        }
        try checkLimit(stated ?? 0)
        var bytes = start
        while bytes.count < ArchiveWalk.spooledByteCount {
            let piece = try read(atMost: ArchiveWalk.spooledByteCount - bytes.count, of: path)
            guard !piece.isEmpty else { return (.bytes(bytes, name: name), nil) }
            bytes += piece
        }
        let spool = try SpooledInput { (file: borrowing OutputFile) throws(MediaError) in
            try file.write(bytes)
            var count = bytes.count
            while true {
                try MediaError.checkCancellation()
                let piece = try self.read(atMost: 1 << 20, of: path)
                guard !piece.isEmpty else { return }
                count += piece.count
                try checkLimit(count)
                try file.write(piece)
            }
        }
        return (.file(spool.path, name: name), spool)
    }
}

/// Finds single members of archives. Selections in the order of an archive read it once.
struct ArchiveSelections {
    private var path = ""
    private var reader: ArchiveReader?

    /// Returns the input that is one member of an archive.
    ///
    /// - Throws: `MediaError` `.inputMissing` if the archive lacks the member, `.unsupportedFeature` if it is neither a
    ///   recording nor an image; as for ``ArchiveReader``.
    mutating func input(_ member: String, of archive: String) throws(MediaError) -> BatchItem {
        let wanted = ArchivePath(member).text
        let isContinued = reader != nil && path == archive
        do throws(MediaError) {
            if !isContinued { try open(archive) }
            if let found = try next(wanted) { return found }
            if isContinued {
                try open(archive)
                if let found = try next(wanted) { return found }
            }
        } catch {
            reader = nil
            throw error
        }
        throw MediaError(
            .inputMissing, source: "\(archive):\(member)", problem: "the archive has no such member",
            remedy: "check its path in the archive")
    }

    private mutating func open(_ archive: String) throws(MediaError) {
        reader = try ArchiveReader(path: archive)
        path = archive
    }

    /// Returns the input at a path after the present member; `nil` if there is none.
    private mutating func next(_ wanted: String) throws(MediaError) -> BatchItem? {
        while let reader {
            guard let member = try reader.next() else {
                self.reader = nil
                break
            }
            guard member.isFile, let found = member.path, ArchivePath(found).text == wanted else { continue }
            guard let input = try reader.input(member, at: wanted) else {
                throw MediaError(
                    .unsupportedFeature, source: "\(path):\(wanted)",
                    problem: "the member is neither a recording nor an image",
                    remedy: MediaType.adviceOnReadableMedia)
            }
            return input
        }
        return nil
    }
}
