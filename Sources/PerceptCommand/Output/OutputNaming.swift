import Foundation
import PerceptBatch
import PerceptCore
import Synchronization

/// The output paths of one or several inputs.
///
/// A single input is written to the path itself, unless that is an existing folder. Several inputs are written into the
/// folder of that name; inputs from a directory or archive keep their place in its tree.
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
        var exists: ObjCBool = false
        self.isFolder =
            isFolder || !isSingle
            || FileManager.default.fileExists(atPath: path, isDirectory: &exists) && exists.boolValue
        namedInputs = sources.identities
    }

    /// Returns the output file for an input.
    ///
    /// - Parameter fileExtension: a closure that returns the extension without a dot; it is called only if the file is
    ///   named after the input.
    /// - Throws: ``MediaError`` if the path is one of the inputs, two inputs would be written to the same path, or the
    ///   folder cannot be created.
    func output(for item: BatchItem, fileExtension: () throws -> String) throws -> String {
        isFolder ? try path(for: item, fileExtension: try fileExtension()) : path
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
        try Self.createFolder((output as NSString).deletingLastPathComponent)
        guard taken.withLock({ $0.insert(output.hashValue).inserted }) else {
            throw MediaError(
                .invalidArgument, source: item.source.name,
                problem: "the output \(output) is already used for another input",
                remedy: "rename one of the inputs or process them one by one")
        }
        try namedInputs.checkReplaced(by: output)
        return output
    }

    private static func createFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw MediaError(
                .outputNotCreatable, source: path, problem: "cannot create the folder", remedy: "choose another one")
        }
    }
}

/// The files that a command was given by name, which outputs must not replace.
struct FileIdentities: Sendable {
    private struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(truncatingIfNeeded: status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    private let identities: Set<Identity>

    init(_ paths: [String]) { identities = Set(paths.compactMap(Identity.init)) }

    /// - Throws: ``MediaError`` `.invalidArgument` if `path` is one of the files, by any name or link.
    func checkReplaced(by path: String) throws(MediaError) {
        guard let identity = Identity(path), identities.contains(identity) else { return }
        throw MediaError(
            .invalidArgument, source: path, problem: "is an input itself, which is never overwritten",
            remedy: "choose another output")
    }
}
