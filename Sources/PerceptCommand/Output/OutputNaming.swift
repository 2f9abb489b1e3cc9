import Foundation
import PerceptCore

/// The output paths of one or several inputs.
///
/// A single input is written to the path itself, unless that is an existing folder. Several inputs are written into the
/// folder of that name, each under its own name with a new extension.
struct OutputNaming {
    private let path: String
    private let inputs: [String]
    private let isFolder: Bool
    private var taken: Set<String> = []

    init(_ path: String, inputs: [String]) {
        self.path = path
        self.inputs = inputs
        var exists: ObjCBool = false
        isFolder =
            inputs.count > 1 || FileManager.default.fileExists(atPath: path, isDirectory: &exists) && exists.boolValue
    }

    /// Returns the output file for `source`.
    ///
    /// - Parameter fileExtension: a closure that returns the extension without a dot; it is called only if the file is
    ///   named after the input.
    /// - Throws: ``MediaError`` if the path is one of the inputs, two inputs would be written to the same path, or the
    ///   folder cannot be created.
    mutating func output(for source: MediaSource, fileExtension: () throws -> String) throws -> String {
        isFolder ? try path(for: source, fileExtension: try fileExtension()) : path
    }

    /// Returns the output folder for `source`: the path itself for a single input, and a folder of the input's name in
    /// it for one of several.
    ///
    /// - Throws: ``MediaError`` as for ``output(for:fileExtension:)``.
    mutating func folder(for source: MediaSource) throws -> String {
        inputs.count > 1 ? try path(for: source, fileExtension: nil) : path
    }

    private mutating func path(for source: MediaSource, fileExtension: String?) throws -> String {
        try Self.createFolder(path)
        let name = source.name == SpooledInput.name ? "stdin" : (source.name as NSString).lastPathComponent
        let stem = (name as NSString).deletingPathExtension
        let output = "\(path)/\(fileExtension.map { "\(stem).\($0)" } ?? stem)"
        guard taken.insert(output).inserted else {
            throw MediaError(
                .invalidArgument, source: source.name,
                problem: "the output \(output) is already used for another input",
                remedy: "rename one of the inputs or process them one by one")
        }
        try OutputFile.checkReplaces(output, noneOf: inputs)
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
