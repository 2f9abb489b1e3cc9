import ArgumentParser
import PerceptBatch
import PerceptCore

/// The inputs of a run, which end early at an interrupt.
struct InterruptibleInputs: AsyncSequence, Sendable {
    typealias Element = BatchInput

    let inputs: BatchInputs

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var inputs: BatchInputs.Iterator

        mutating func next() async throws -> BatchInput? {
            Interruption.hasBegun ? nil : await inputs.next()
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(inputs: inputs.makeAsyncIterator()) }
}

/// The inputs of a verb: any number of files, directories, archives and lists.
struct SourceOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Recordings or images, or directories and tar or zip archives, in which all of them are found; "
                + "a.tar:b/c.jpg is one member, and - is standard input.",
            valueName: "source"), completion: .file())
    var sources: [String] = []

    @Option(
        help: ArgumentHelp(
            "Read inputs from this list (- is standard input): one path per line, or one JSON object per line with "
                + "file, optional id, offset and duration (seconds), and members that are returned in the result.",
            valueName: "list"), completion: .file())
    var filesFrom: [String] = []

    @Flag(name: [.customShort("0"), .customLong("null")], help: "Paths in lists are separated by NUL, not by lines.")
    var isNullSeparated = false

    /// Set by the verb `worker`: inputs are JSON lines on standard input, and each is answered on one line.
    @Flag(name: .customLong("worker-lines"), help: .hidden)
    var isWorker = false

    func validate() throws {
        guard !isWorker else {
            guard sources.isEmpty, filesFrom.isEmpty else {
                throw ValidationError("a worker reads its inputs from standard input")
            }
            return
        }
        guard !sources.isEmpty || !filesFrom.isEmpty else {
            throw ValidationError("missing input; pass a file, a directory, an archive or --files-from")
        }
        guard (sources + filesFrom).count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input (-) can be read only once")
        }
        if isNullSeparated, filesFrom.isEmpty { throw ValidationError("-0 requires --files-from") }
    }

    /// Checks that outputs do not become inputs, in this run or the next.
    ///
    /// - Throws: ``MediaError`` `.invalidArgument` if `path` lies in a directory of inputs, or is one.
    func checkHoldsNot(_ path: String) throws(MediaError) {
        func components(_ path: String) -> [Substring] {
            Folder.resolving(path).split(separator: "/")
        }
        let output = components(path)
        for source in sources {
            guard FileStatus(path: source)?.isDirectory == true,
                output.starts(with: components(source))
            else { continue }
            throw MediaError(
                .invalidArgument, source: path, problem: "lies in the input \(source), so outputs would become inputs",
                remedy: "choose a folder outside of it")
        }
    }

    /// The sources that were named, which outputs must not replace.
    var identities: FileIdentities { FileIdentities(inputs.namedFiles) }

    /// The inputs, which are read when they are needed.
    var inputs: BatchInputs {
        if isWorker { return BatchInputs([], lists: [BatchInputs.List(path: "-", form: .requests)]) }
        let form: BatchInputs.List.Form = isNullSeparated ? .nullSeparated : .lines
        return BatchInputs(sources, lists: filesFrom.map { BatchInputs.List(path: $0, form: form) })
    }
}

extension BatchItem {
    /// The files that outputs of the input must not replace.
    var protectedPaths: [String] { [source.path, archivePath].compactMap(\.self) }
}
