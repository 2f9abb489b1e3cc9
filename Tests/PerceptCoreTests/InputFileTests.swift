import PerceptCore
import PerceptTestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("Input files")
struct InputFileTests {
    private static func refusal(_ path: String) -> MediaError? {
        do {
            _ = try InputFile(path: path, name: "the input")
            return nil
        } catch {
            return error
        }
    }

    @Test("reads any stretch, and fewer bytes only at the end")
    func reading() throws {
        let folder = try TemporaryFolder()
        let file = try InputFile(path: folder.write([1, 2, 3, 4, 5], as: "a"))
        #expect(file.byteCount == 5)
        #expect(try file.read(at: 1, count: 3) == [2, 3, 4])
        #expect(try file.read(at: 3, count: 100) == [4, 5])
        #expect(try file.read(at: 5, count: 1).isEmpty)
        #expect(try file.read(at: 900, count: 1).isEmpty)
        #expect(try file.read(at: 0, count: -1).isEmpty)
        #expect(try folder.contents() == ["a"])
    }

    @Test("what is missing, a folder, or a pipe nobody writes to is refused at once, by the caller's name")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let cases: [(path: String, kind: MediaError.Kind, words: String)] = [
            (folder.file("missing"), .inputMissing, "no such file"), (folder.path, .inputNotAFile, "is a folder"),
            (pipe, .inputNotAFile, "not a regular file"), (pipe + "/below", .inputMissing, "no such file"),
        ]
        for (path, kind, words) in cases {
            let error = try #require(Self.refusal(path))
            #expect(error.kind == kind && error.source == "the input")
            #expect(error.problem.contains(words), "\(error)")
        }
        #expect(try folder.contents() == ["pipe"])
    }

    @Test("a file that may not be read", .enabled(if: geteuid() != 0, "the superuser may read everything"))
    func permission() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1], as: "secret")
        chmod(path, 0)
        let error = try #require(Self.refusal(path))
        #expect(error.kind == .inputNotReadable && error.problem.contains("permission"))
        #expect(try folder.contents() == ["secret"])
    }

    @Test("the system's words for an error number")
    func systemWords() {
        #expect(systemMessage(ENOENT) == "No such file or directory")
        #expect(!systemMessage(123_456).isEmpty)
    }
}
