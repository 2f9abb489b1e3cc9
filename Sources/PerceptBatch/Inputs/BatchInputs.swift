import Dispatch
import Synchronization

/// The inputs of a run, read lazily: files, directories, archives, and lists of them.
///
/// - A directory stands for every recording and image in it and its subdirectories, recognized by their contents and
///   ordered by the bytes of their paths. Hidden files and all others are skipped and counted in ``skipped``.
/// - A tar or zip archive, which may be compressed as a whole, stands for every recording and image in it, in its
///   order; `shard.tar:dir/member.jpg` selects one. The members of a tar archive whose paths are equal up to the first
///   dot of the last component are a sample, as in WebDataset: its `.json`, `.txt` and `.cls` up to 1 MiB become
///   ``BatchItem/members`` of its inputs. A member of more than 4 GiB is a failure.
/// - A list has one path per line, or one JSON object; see ``List``.
/// - `-`, a named pipe and a device such as `/dev/stdin` are saved to a temporary file, which lasts as long as the
///   item.
///
/// A source that cannot be read is a ``BatchInput/failure(_:)``; the others follow. Only the names in the directories
/// on the path to the present file are held in memory.
public struct BatchInputs: AsyncSequence, Sendable {
    /// An input, or a source that cannot be read.
    public typealias Element = BatchInput

    /// A list of inputs: one path per line, or one JSON object per line.
    ///
    /// An object names its file as `file`, `file_name`, `audio_filepath` or `path`, or holds it as base64 in `data`,
    /// with an optional `name`. Its `id`, if present, is the key of the input; `offset` and `duration` select a part
    /// of a recording, in seconds. All members except the file's are returned with the result. Paths are relative to
    /// the working directory.
    public struct List: Sendable, Hashable {
        /// The form of a list.
        public enum Form: Sendable, Hashable {
            /// One entry per line; empty lines are ignored.
            case lines
            /// One entry before each zero byte.
            case nullSeparated
            /// One request per line: each line yields one input or failure, even if it is empty.
            case requests
        }

        /// The path of the list; `-` for standard input.
        public var path: String
        /// The form of the list.
        public var form: Form

        /// Creates a list.
        public init(path: String, form: Form = .lines) {
            self.path = path
            self.form = form
        }
    }

    /// The files of directories that were skipped so far.
    public let skipped = SkippedFiles()

    private let sources: [String]
    private let lists: [List]

    /// Creates inputs.
    ///
    /// - Parameters:
    ///   - sources: The files and directories, in order.
    ///   - lists: The lists, which follow them.
    public init(_ sources: [String], lists: [List] = []) {
        self.sources = sources
        self.lists = lists
    }

    /// True if there is exactly one input, named by the caller: a file, a pipe, or nothing that exists.
    ///
    /// The outputs of such an input can be named exactly; those of others need a folder.
    public var isSingle: Bool {
        guard lists.isEmpty, sources.count == 1, let source = sources.first else { return false }
        return FileStatus(path: source)?.isDirectory != true && !ArchiveReader.recognizes(source)
    }

    /// The files that the caller named: the sources, and for a member of an archive the archive.
    public var namedFiles: [String] { sources.map { ArchiveReader.selection($0)?.archive ?? $0 } }

    /// Counts the inputs of a share; the files skipped are not counted again.
    ///
    /// - Returns: The number; `nil` if a source can be read only once or is an archive, which would be unpacked twice,
    ///   or if the task is cancelled.
    public func count(in share: Share = .all) async -> Int? {
        let isRepeatable = (sources + lists.map(\.path)).allSatisfy { path in
            path != "-" && FileStatus(path: path)?.isStream != true && !ArchiveReader.recognizes(path)
                && ArchiveReader.selection(path) == nil
        }
        guard isRepeatable else { return nil }
        var count = 0
        for await input in BatchInputs(sources, lists: lists) {
            if Task.isCancelled { return nil }
            if share.contains(input.key) { count += 1 }
        }
        return Task.isCancelled ? nil : count
    }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: Reader(Cursor(sources: sources, lists: lists, skipped: skipped)))
    }

    /// The iterator of the inputs.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let reader: Reader

        /// Returns the next input, or `nil` after the last. Files are read outside the cooperative pool.
        public mutating func next() async -> BatchInput? { await reader.next() }
    }

    /// Reads on a queue of its own, so that it waits neither for codecs nor on a cooperative thread.
    fileprivate final class Reader: Sendable {
        private let queue = DispatchQueue(label: "percept.inputs")
        private let cursor: Mutex<Cursor>

        init(_ cursor: sending Cursor) { self.cursor = Mutex(cursor) }

        /// Returns the next input; `nil` at the end, or at once if the task is cancelled while a pipe is silent.
        func next() async -> BatchInput? {
            let reply = Reply()
            return await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    reply.expect(continuation)
                    queue.async { reply.send(self.cursor.withLock { $0.next() }) }
                }
            } onCancel: {
                reply.send(nil)
            }
        }
    }

    /// A reply that is sent at most once.
    private final class Reply: Sendable {
        private enum State {
            case none
            case expected(CheckedContinuation<BatchInput?, Never>)
            case sent
        }

        private let state = Mutex(State.none)

        func expect(_ continuation: CheckedContinuation<BatchInput?, Never>) {
            state.withLock { state in
                if case .sent = state { return continuation.resume(returning: nil) }
                state = .expected(continuation)
            }
        }

        func send(_ input: BatchInput?) {
            state.withLock { state in
                if case .expected(let continuation) = state { continuation.resume(returning: input) }
                state = .sent
            }
        }
    }

    /// The position in the inputs.
    fileprivate struct Cursor {
        private var sources: ArraySlice<String>
        private var lists: ArraySlice<List>
        private let skipped: SkippedFiles
        private var directory: DirectoryWalk?
        private var archive: ArchiveWalk?
        /// The input that was found to be the directory or archive.
        private var origin: BatchItem?
        private var selections = ArchiveSelections()
        private var list: InputList?
        /// True if each line of the list yields exactly one input or failure.
        private var isOneToOne = false

        init(sources: [String], lists: [List], skipped: SkippedFiles) {
            self.sources = sources[...]
            self.lists = lists[...]
            self.skipped = skipped
        }

        mutating func next() -> BatchInput? {
            while true {
                if let input = directory?.next() ?? archive?.next() {
                    return origin.map(input.inherited) ?? input
                }
                (directory, archive, origin) = (nil, nil, nil)
                if list != nil {
                    if let input = list?.next() {
                        if let found = expanded(input) { return found }
                        continue
                    }
                    list = nil
                }
                if let source = sources.popFirst() {
                    if let found = expanded(BatchItem.input(path: source, &selections)) { return found }
                } else if let next = lists.popFirst() {
                    do {
                        list = try InputList(next)
                        isOneToOne = next.form == .requests
                    } catch {
                        return .failure(BatchInput.Failure(name: next.path, error: error))
                    }
                } else {
                    return nil
                }
            }
        }

        /// Returns an input; `nil` if it is a directory or an archive, which is read next.
        private mutating func expanded(_ input: BatchInput) -> BatchInput? {
            guard case .item(let item) = input, item.spool == nil, let path = item.source.path else { return input }
            do throws(MediaError) {
                if FileStatus(path: path)?.isDirectory == true {
                    guard !isOneToOne else { return input }
                    directory = DirectoryWalk(path, skipped: skipped)
                    origin = item
                    return nil
                }
                guard ArchiveReader.recognizes(path) else { return input }
                guard !isOneToOne else {
                    throw MediaError(
                        .inputNotAFile, source: path, problem: "is an archive, not a recording or image",
                        remedy: "name one of its members after the path and a colon")
                }
                archive = try ArchiveWalk(path, skipped: skipped)
                origin = item
                return nil
            } catch {
                return .failure(BatchInput.Failure(name: path, members: item.members, error: error))
            }
        }
    }
}

extension BatchInput {
    /// Returns the input with what the line of its directory or archive in a list states: the key, instead of the path,
    /// the part, and the members.
    fileprivate func inherited(from origin: BatchItem) -> BatchInput {
        switch self {
        case .item(var item):
            let path = item.key.utf8.dropFirst(origin.source.name.utf8.count)
            item.key = origin.key + String(decoding: path, as: UTF8.self)
            item.part = origin.part
            item.members = origin.members.adding(missing: item.members)
            return .item(item)
        case .failure(var failure):
            failure.members = origin.members.adding(missing: failure.members)
            return .failure(failure)
        }
    }
}

extension JSONObject {
    /// Returns the object with those members of another that it lacks.
    func adding(missing others: JSONObject) -> JSONObject {
        var all = self
        for (name, value) in others where all[name] == nil { all[name] = value }
        return all
    }
}

/// The files of directories and archives that are not inputs.
public final class SkippedFiles: Sendable {
    private let counts = Mutex((hidden: 0, other: 0))

    init() {}

    /// The number of hidden files and directories.
    public var hiddenCount: Int { counts.withLock(\.hidden) }
    /// The number of files that are neither recordings nor images.
    public var otherCount: Int { counts.withLock(\.other) }

    /// The numbers that are not zero, as lines for people.
    public var descriptions: [String] {
        let (hidden, other) = counts.withLock { $0 }
        var lines: [String] = []
        if other > 0 {
            let nouns =
                other == 1
                ? "file that is neither a recording nor an image" : "files that are neither recordings nor images"
            lines.append("skipped \(other) \(nouns)")
        }
        if hidden > 0 {
            lines.append("skipped \(hidden) hidden \(hidden == 1 ? "file or folder" : "files and folders")")
        }
        return lines
    }

    func addHidden() { counts.withLock { $0.hidden += 1 } }
    func addOther() { counts.withLock { $0.other += 1 } }
}
