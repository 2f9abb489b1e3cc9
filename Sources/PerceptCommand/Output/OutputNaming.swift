import PerceptBatch
import PerceptCore
import Synchronization

/// The output paths of one or several inputs.
///
/// A single input is written to the path itself, unless that is an existing folder. Several inputs are written into the
/// folder of that name; inputs from a directory keep their place in its tree.
final class OutputNaming: Sendable {
    private let path: String
    private let isSingle: Bool
    private let isFolder: Bool
    /// Hashes of the paths that belong to an input: a path itself would take ten times the memory.
    private let taken = Mutex<Set<Int>>([])
    private let namedInputs: FileIdentities

    /// - Parameter isFolder: the path is a folder in any case, because an input has several outputs.
    /// - Throws: ``MediaError`` `.invalidArgument` if the folder lies in a directory of inputs.
    init(_ path: String, _ sources: SourceOptions, isFolder: Bool = false) throws(MediaError) {
        try sources.checkHoldsNot(path)
        self.path = path
        isSingle = sources.inputs.isSingle
        self.isFolder =
            isFolder || !isSingle
            || FileStatus(path: path)?.isDirectory == true
        namedInputs = sources.identities
    }

    /// Returns the output file for an input.
    ///
    /// - Parameter fileExtension: a closure that returns the extension without a dot; it is called only if the file is
    ///   named after the input.
    /// - Throws: ``MediaError`` if the path is one of the inputs, two inputs would be written to the same path, or the
    ///   folder cannot be created.
    func output(for item: BatchItem, fileExtension: () throws -> String) throws -> String {
        guard !isFolder else { return try path(for: item, fileExtension: try fileExtension()) }
        try namedInputs.checkReplaced(by: path)
        return path
    }

    /// Returns the output folder for an input: the path itself for a single input, and a folder of the input's name in
    /// it for one of several.
    ///
    /// - Throws: ``MediaError`` as for ``output(for:fileExtension:)``.
    func folder(for item: BatchItem) throws -> String {
        isSingle ? path : try path(for: item, fileExtension: nil)
    }

    private func path(for item: BatchItem, fileExtension: String?) throws -> String {
        let output = "\(path)/\(item.outputPath)" + (fileExtension.map { ".\($0)" } ?? "")
        try Folder.create(Folder.parent(of: output))
        guard taken.withLock({ $0.insert(output.hashValue).inserted }) else {
            throw MediaError(
                .invalidArgument, source: item.source.name,
                problem: "the output \(output) is already used for another input",
                remedy: "rename one of the inputs or process them one by one")
        }
        try namedInputs.checkReplaced(by: output)
        return output
    }
}

/// The files that a command was given by name, which outputs must not replace.
struct FileIdentities: Sendable {
    private let paths: [FileStatus: String]

    init(_ paths: [String]) {
        self.paths = Dictionary(
            paths.compactMap { path in FileStatus(path: path).map { ($0, path) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// - Throws: ``MediaError`` `.invalidArgument` if `path` is one of the files, by any name or link.
    func checkReplaced(by path: String) throws(MediaError) {
        guard let input = FileStatus(path: path).flatMap({ paths[$0] }) else { return }
        try OutputFile.checkReplaces(path, noneOf: [input])
    }
}
