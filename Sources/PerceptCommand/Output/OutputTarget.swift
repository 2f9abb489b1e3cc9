import ArgumentParser
import PerceptBatch
import PerceptCore

/// The argument of `-o`: a file, a folder, or `-` for standard output.
///
/// What goes to standard output is written to a temporary file first, so that it arrives whole or not at all.
final class OutputTarget: Sendable {
    let naming: OutputNaming
    /// The folder of the temporary file; `nil` unless the target is standard output.
    private let temporaryFolder: String?

    /// - Throws: the error of ``OutputNaming``.
    init(_ argument: String, _ sources: SourceOptions) throws(MediaError) {
        guard argument == "-" else {
            naming = try OutputNaming(argument, sources)
            temporaryFolder = nil
            return
        }
        let folder = ProcessEnvironment.temporaryPath("percept")
        naming = try OutputNaming(folder, sources, isFolder: true)
        temporaryFolder = folder
    }

    deinit {
        guard let temporaryFolder else { return }
        for name in Folder.names(in: temporaryFolder) ?? [] { Folder.remove("\(temporaryFolder)/\(name)") }
        Folder.remove(temporaryFolder)
    }

    /// Checks that one file at most goes to standard output, and nothing else.
    ///
    /// - Throws: `ValidationError`.
    static func validate(_ argument: String?, _ sources: SourceOptions, isJSON: Bool) throws {
        guard argument == "-" else { return }
        guard sources.inputs.isSingle else { throw ValidationError("-o - accepts only one input") }
        guard !isJSON else { throw ValidationError("-o - cannot be used with --json: both use standard output") }
    }

    /// Writes a file of the target to standard output, if that is the target.
    ///
    /// - Returns: `false` if it is not.
    func emit(_ path: String) throws(MediaError) -> Bool {
        guard temporaryFolder != nil else { return false }
        let file = try InputFile(path: path)
        var position = 0
        while position < file.byteCount {
            let piece = try file.read(at: position, count: 1 << 20)
            guard !piece.isEmpty else { break }
            try Console.writeResult(piece)
            position += piece.count
        }
        return true
    }
}
