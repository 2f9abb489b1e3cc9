import PerceptCore
import Synchronization

/// A file to write: its name and a closure that returns its bytes.
struct PlannedFile: Sendable {
    let name: String
    let bytes: @Sendable () throws(MediaError) -> [UInt8]

    private func write(to path: String, protecting inputs: [String]) throws(MediaError) {
        let output = try OutputFile(path: path, protecting: inputs)
        try output.write(try bytes())
        try output.commit()
    }

    /// Writes files into `folder`, which is created if it does not exist.
    ///
    /// If a file cannot be written, the new files are removed again.
    ///
    /// - Parameters:
    ///   - parts: groups of files; those of a group are written several at a time, before the next group.
    ///   - inputs: files that must not be replaced.
    /// - Throws: `MediaError` `.invalidArgument` if a file would replace one of `inputs`; `.outputNotCreatable`,
    ///   `.inputOutput`; the errors of the closures.
    static func write(
        _ parts: [[PlannedFile]], into folder: String, protecting inputs: [String]
    ) throws(MediaError) {
        for file in parts.joined() { try OutputFile.checkReplaces("\(folder)/\(file.name)", noneOf: inputs) }
        let isNewFolder = try createFolder(folder)
        let created = Mutex<[String]>([])
        do throws(MediaError) {
            for part in parts {
                _ = try ParallelWork.map(part) { _, file throws(MediaError) in
                    let path = "\(folder)/\(file.name)"
                    let isNew = FileStatus(path: path) == nil
                    try file.write(to: path, protecting: inputs)
                    if isNew { created.withLock { $0.append(path) } }
                }
            }
        } catch {
            for path in created.withLock(\.self) { Folder.remove(path) }
            if isNewFolder { Folder.remove(folder) }
            throw error
        }
    }

    /// Creates the folder unless it exists.
    ///
    /// - Returns: `true` if it was created.
    private static func createFolder(_ path: String) throws(MediaError) -> Bool {
        if let status = FileStatus(path: path) {
            guard status.isDirectory else {
                throw MediaError(
                    .outputNotCreatable, source: path, problem: "found a file, expected a folder",
                    remedy: "name a folder")
            }
            return false
        }
        try Folder.create(path)
        return true
    }
}
