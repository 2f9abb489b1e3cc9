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

@Suite("Output files")
struct OutputFileTests {
    private static func put(_ bytes: [UInt8], at path: String, protecting inputs: [String] = []) throws(MediaError) {
        let file = try OutputFile(path: path, protecting: inputs)
        try file.write(bytes)
        try file.commit()
    }

    private static func refusal(_ path: String, protecting inputs: [String] = []) -> MediaError? {
        do {
            _ = try OutputFile(path: path, protecting: inputs)
            return nil
        } catch {
            return error
        }
    }

    private static func status(_ path: String) throws -> stat {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status
    }

    @Test("a committed file holds what was written, and nothing else is left")
    func committed() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        try Self.put(bytes, at: folder.file("a.png"))
        #expect(try TestFiles.bytes(of: folder.file("a.png")) == bytes)
        #expect(try folder.contents() == ["a.png"])
    }

    @Test("before the commit the destination is as it was; without one nothing is left")
    func abandoned() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([7, 7], as: "a.png")
        func abandon(_ path: String) throws {
            let file = try OutputFile(path: path)
            try file.write([1, 2, 3])
            #expect(try folder.contents().count == 2)
            #expect(try TestFiles.bytes(of: folder.file("a.png")) == [7, 7])
            _ = consume file
        }
        try abandon(path)
        try abandon(folder.file("new.png"))
        #expect(try folder.contents() == ["a.png"])
        #expect(try TestFiles.bytes(of: path) == [7, 7])
    }

    @Test("a device is written directly, not replaced by a file")
    func device() throws {
        try Self.put([1, 2, 3], at: "/dev/null")
        #expect(try Self.status("/dev/null").st_mode & S_IFMT == S_IFCHR)
    }

    @Test("a named pipe is written directly, not replaced by a file")
    func pipe() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        try #require(reader >= 0)
        defer { close(reader) }
        try Self.put([1, 2, 3], at: path)
        var received = [UInt8](repeating: 0, count: 8)
        #expect(read(reader, &received, received.count) == 3)
        #expect(received.prefix(3) == [1, 2, 3])
        #expect(try Self.status(path).st_mode & S_IFMT == S_IFIFO)
        #expect(try folder.contents() == ["pipe"])
    }

    @Test("a symbolic link survives, and what it points to is written")
    func link() throws {
        let folder = try TemporaryFolder()
        let target = try folder.write([7], as: "target")
        let link = folder.file("link")
        try #require(symlink("target", link) == 0)
        try Self.put([1, 2], at: link)
        #expect(try Self.status(link).st_mode & S_IFMT == S_IFLNK)
        #expect(try TestFiles.bytes(of: target) == [1, 2])
        #expect(try folder.contents() == ["link", "target"])
    }

    @Test("an input is never overwritten, by whatever name it goes")
    func input() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write([7], as: "input")
        let hardLink = folder.file("hard")
        let symbolicLink = folder.file("symbolic")
        try #require(makeHardLink(input, hardLink) == 0)
        try #require(symlink(input, symbolicLink) == 0)
        for path in [input, hardLink, symbolicLink, folder.path + "/./input"] {
            let error = try #require(Self.refusal(path, protecting: ["/nowhere", input]))
            #expect(error.kind == .invalidArgument && error.source == path)
        }
        #expect(try TestFiles.bytes(of: input) == [7])
        #expect(try folder.contents() == ["hard", "input", "symbolic"])
    }

    @Test("a missing folder, a folder in a file's place, and no name at all are refused")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write([7], as: "file")
        #expect(Self.refusal(folder.file("no/such/a.png"))?.kind == .outputNotCreatable)
        #expect(Self.refusal(file + "/a.png")?.kind == .outputNotCreatable)
        #expect(Self.refusal(folder.path)?.kind == .outputNotCreatable)
        #expect(Self.refusal("")?.kind == .invalidArgument)
        #expect(try folder.contents() == ["file"])
    }

    @Test("a folder that may not be written", .enabled(if: geteuid() != 0, "the superuser may write everywhere"))
    func permission() throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o500)
        defer { chmod(folder.path, 0o700) }
        let error = try #require(Self.refusal(folder.file("a.png")))
        #expect(error.kind == .outputNotCreatable && error.problem.contains("permission"))
    }

    @Test("a file that is replaced keeps its mode", arguments: [0o600, 0o640, 0o755] as [mode_t])
    func mode(mode: mode_t) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([7], as: "a")
        chmod(path, mode)
        try Self.put([1], at: path)
        #expect(try Self.status(path).st_mode & 0o7777 == mode)
        #expect(try TestFiles.bytes(of: path) == [1])
        #expect(try folder.contents() == ["a"])
    }

    @Test("a name as long as the system allows still has room for its temporary file")
    func longName() throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "n", count: 251) + ".png"
        try Self.put([1], at: folder.file(name))
        #expect(try folder.contents() == [name])
    }
}

/// `link` by a name of its own: a test is called that too.
private func makeHardLink(_ existing: String, _ new: String) -> CInt {
    link(existing, new)
}
