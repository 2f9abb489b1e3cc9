public import Foundation

/// Where tests find and leave files.
public enum TestFiles {
    /// The top of the package.
    public static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A file of `TestMedia/`, by its path below it.
    public static func media(_ path: String) -> String {
        packageRoot.appendingPathComponent("TestMedia").appendingPathComponent(path).path
    }

    /// A file of the recorded exchanges beside the package, or `nil` where they are not present.
    public static func conformance(_ path: String) -> String? {
        let file = packageRoot.deletingLastPathComponent().appendingPathComponent("shared/conformance/\(path)").path
        return FileManager.default.fileExists(atPath: file) ? file : nil
    }

    /// Returns the bytes of a file.
    public static func bytes(of path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

/// A folder of its own for one test, removed with everything in it when the value goes away.
public final class TemporaryFolder: Sendable {
    /// The URL of the folder.
    public let url: URL

    /// Creates the folder.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("percept-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// The path of the folder.
    public var path: String { url.path }

    /// The path of a file in the folder, which need not exist.
    public func file(_ name: String) -> String {
        url.appendingPathComponent(name).path
    }

    /// Writes a file and gives its path.
    public func write(_ bytes: [UInt8], as name: String) throws -> String {
        try Data(bytes).write(to: url.appendingPathComponent(name))
        return file(name)
    }

    /// The names of the files in the folder, hidden ones too, sorted.
    public func contents() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
