import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptBatch

/// The signature of a PNG (its §5.2), which is enough for a file to count as an image.
let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

extension TemporaryFolder {
    /// Writes an image into a folder that is made if necessary.
    func addImage(_ path: String) throws {
        let url = URL(filePath: file(path))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(pngSignature).write(to: url)
    }
}

/// Returns all inputs.
func all(_ inputs: BatchInputs) async -> [BatchInput] {
    var all: [BatchInput] = []
    for await input in inputs { all.append(input) }
    return all
}

extension BatchInput {
    var item: BatchItem? { if case .item(let item) = self { item } else { nil } }
    var failure: MediaError? { if case .failure(let failure) = self { failure.error } else { nil } }
}

@Suite struct BatchInputsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func filesAreInputsInOrder() async throws {
        try folder.addImage("b.png")
        try folder.addImage("a.png")
        let inputs = await all(BatchInputs([folder.file("b.png"), folder.file("a.png"), "/none.png"]))
        #expect(inputs.map(\.key) == [folder.file("b.png"), folder.file("a.png"), "/none.png"])
        #expect(inputs.map { $0.item?.outputPath } == ["b", "a", "none"])
    }

    /// The order of `sorted()` over the bytes of the paths in Python: a slash (0x2F) follows a dot (0x2E) and a hyphen.
    @Test func aDirectoryIsOrderedByThePathsOfItsFiles() async throws {
        let names = ["a-b/x.png", "a.png", "a/b/c.png", "a/x.png", "b.png", "Z.png", "é.png", "a0.png"]
        for name in names { try folder.addImage(name) }
        let expected = ["Z.png", "a-b/x.png", "a.png", "a/b/c.png", "a/x.png", "a0.png", "b.png", "é.png"]
        for root in [folder.file(""), folder.file("").trimmingSuffix("/")] {
            let inputs = await all(BatchInputs([root]))
            let start = root.hasSuffix("/") ? root : root + "/"
            #expect(inputs.map(\.key) == expected.map { start + $0 })
            #expect(inputs.map { $0.item?.outputPath } == expected.map { String($0.dropLast(4)) })
        }
    }

    /// Recordings that only ffmpeg decodes are found like others, and so are images that no reader decodes, since their
    /// error must not be lost; unknown bytes are not tried.
    @Test func recordingsOfAllContainersAreFound() async throws {
        let files: [(String, [UInt8])] = [
            ("a.sph", Array("NIST_1A\n   1024\n".utf8)), ("b.flv", Array("FLV".utf8) + [1, 4, 0, 0, 0, 9]),
            ("c.voc", Array("Creative Voice File\u{1A}".utf8)), ("d.mpg", [0, 0, 1, 0xBA, 0x44]),
            ("e.bin", [0xF1, 0, 1, 2, 3]), ("f.psd", Array("8BPS\0\u{1}".utf8)),
        ]
        for (name, bytes) in files { _ = try folder.write(bytes, as: name) }
        let inputs = BatchInputs([folder.path])
        #expect(await all(inputs).map { $0.item?.outputPath } == ["a", "b", "c", "d", "f"])
        #expect(inputs.skipped.otherCount == 1)
    }

    @Test func otherAndHiddenFilesAreSkippedAndCounted() async throws {
        try folder.addImage("a.png")
        try folder.addImage(".hidden.png")
        try folder.addImage(".folder/a.png")
        _ = try folder.write(Array("text".utf8), as: "notes.txt")
        _ = try folder.write([], as: "empty.png")
        let inputs = BatchInputs([folder.file("")])
        #expect(await all(inputs).count == 1)
        #expect(inputs.skipped.hiddenCount == 2)
        #expect(inputs.skipped.otherCount == 2)
        #expect(
            inputs.skipped.descriptions == [
                "skipped 2 files that are neither recordings nor images", "skipped 2 hidden files and folders",
            ])
    }

    @Test func linksAreFollowedButNotInCircles() async throws {
        try folder.addImage("a/x.png")
        for (link, target) in [("a/loop", "."), ("a/up", ".."), ("other", "a")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.file(link), withDestinationPath: target)
        }
        let keys = await all(BatchInputs([folder.file("")])).map { $0.key.dropFirst(folder.file("").count) }
        #expect(keys.map { $0.drop { $0 == "/" } } == ["a/x.png", "other/x.png"])
    }

    @Test func adirectoryWithoutMediaIsAFailure() async throws {
        _ = try folder.write(Array("text".utf8), as: "notes.txt")
        let inputs = await all(BatchInputs([folder.file(""), "/nowhere/at/all"]))
        #expect(inputs.first?.failure?.kind == .inputMissing)
        #expect(inputs.first?.failure?.problem == "the directory holds no recordings or images")
        // A path that does not exist is found missing when it is read.
        #expect(inputs.last?.item?.key == "/nowhere/at/all")
    }

    @Test func aPipeIsSavedWhileItsItemExists() async throws {
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let writing = Task.detached { try Data(pngSignature).write(to: URL(filePath: pipe), options: []) }
        var item = try #require(await all(BatchInputs([pipe])).first?.item) as BatchItem?
        _ = try? await writing.value
        let path = try #require(item?.source.path)
        #expect(try TestFiles.bytes(of: path) == pngSignature)
        #expect(item?.source.name == pipe && item?.outputPath == "pipe")
        item = nil
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func inputsThatCanBeReadTwiceAreCounted() async throws {
        for name in ["d/a.png", "d/b.png", "c.png"] { try folder.addImage(name) }
        let inputs = BatchInputs([folder.file("d"), folder.file("c.png"), "/none"])
        #expect(await inputs.count() == 4 && inputs.skipped.otherCount == 0)
        var counts: [Int?] = []
        for index in 0..<3 { counts.append(await inputs.count(in: try Share("\(index)/3"))) }
        #expect(counts.compactMap(\.self).reduce(0, +) == 4)
        #expect(await BatchInputs(["-"]).count() == nil)
        #expect(await BatchInputs([], lists: [BatchInputs.List(path: "-")]).count() == nil)
    }

    @Test func onlyOneNamedFileIsSingle() throws {
        try folder.addImage("a.png")
        let list = BatchInputs.List(path: folder.file("list"))
        #expect(BatchInputs([folder.file("a.png")]).isSingle)
        #expect(BatchInputs(["-"]).isSingle && BatchInputs(["/none"]).isSingle)
        #expect(!BatchInputs([folder.file("")]).isSingle)
        #expect(!BatchInputs(["a", "b"]).isSingle && !BatchInputs([], lists: [list]).isSingle)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
