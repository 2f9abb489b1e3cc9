import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptBatch

/// Archives by Python 3.11's `zipfile` and Info-ZIP 3.0, with images of one grey pixel.
private enum Zip {
    /// `b/é.png` (its name flagged as UTF-8), `readme.txt`, `a.png`, `.hidden.png` and `__MACOSX/a.png`.
    static let photos = """
        UEsDBBQAAAgIAAAAIVCsy5zNOwAAAEMAAAAIAAAAYi/DqS5wbmfrDPBz5+WS4mJgYOD19HAJAtKMIMwBJBis6maHAikuTxfHkIo5yRlAdhND\
        Y/nZom0gWU9XP5d1TglNAFBLAwQUAAAACAAAACFQenpv7QUAAAADAAAACgAAAHJlYWRtZS50eHTLyOQCAFBLAwQUAAAACAAAACFQrMuczTsA\
        AABDAAAABQAAAGEucG5n6wzwc+flkuJiYGDg9fRwCQLSjCDMASQYrOpmhwIpLk8Xx5CKOckZQHYTQ2P52aJtIFlPVz+XdU4JTQBQSwMEFAAA\
        AAgAAAAhUKzLnM07AAAAQwAAAAsAAAAuaGlkZGVuLnBuZ+sM8HPn5ZLiYmBg4PX0cAkC0owgzAEkGKzqZocCKS5PF8eQijnJGUB2E0Nj+dmi\
        bSBZT1c/l3VOCU0AUEsDBBQAAAAIAAAAIVCsy5zNOwAAAEMAAAAOAAAAX19NQUNPU1gvYS5wbmfrDPBz5+WS4mJgYOD19HAJAtKMIMwBJBis\
        6maHAikuTxfHkIo5yRlAdhNDY/nZom0gWU9XP5d1TglNAFBLAQIUAxQAAAgIAAAAIVCsy5zNOwAAAEMAAAAIAAAAAAAAAAAAAACAAQAAAABi\
        L8OpLnBuZ1BLAQIUAxQAAAAIAAAAIVB6em/tBQAAAAMAAAAKAAAAAAAAAAAAAACAAWEAAAByZWFkbWUudHh0UEsBAhQDFAAAAAgAAAAhUKzL\
        nM07AAAAQwAAAAUAAAAAAAAAAAAAAIABjgAAAGEucG5nUEsBAhQDFAAAAAgAAAAhUKzLnM07AAAAQwAAAAsAAAAAAAAAAAAAAIAB7AAAAC5o\
        aWRkZW4ucG5nUEsBAhQDFAAAAAgAAAAhUKzLnM07AAAAQwAAAA4AAAAAAAAAAAAAAIABUAEAAF9fTUFDT1NYL2EucG5nUEsFBgAAAAAFAAUA\
        FgEAALcBAAAAAA==
        """
    /// `a.png`, made with `zip -P secret`.
    static let encrypted = """
        UEsDBBQACQAIAM2Te12sy5zNRwAAAEMAAAAFAAAAYS5wbmcnIaxaSpV6/ofoarUJsqhZi5ZH/riG7YNb1MHvff3brE/i6hDgPMnhqMG1AZ8P\
        4JmvL1UqRLGvHW0XXqrvwEOeLV7dP+257VBLBwisy5zNRwAAAEMAAABQSwECHgMUAAkACADNk3tdrMuczUcAAABDAAAABQAAAAAAAAAAAAAA\
        pIEAAAAAYS5wbmdQSwUGAAAAAAEAAQAzAAAAegAAAAAA
        """
}

@Suite struct ArchiveWalkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ base64: String, as name: String) throws -> String {
        try folder.write([UInt8](#require(Data(base64Encoded: base64))), as: name)
    }

    private func tar(_ members: [(String, [UInt8])], as name: String = "shard.tar") throws -> String {
        var tar = TarBytes()
        for (path, contents) in members { tar.add(path, contents) }
        return try folder.write(tar.bytes, as: name)
    }

    @Test func aZipHasItsImagesInItsOrder() async throws {
        // The name decides nothing.
        let zip = try write(Zip.photos, as: "photos.backup")
        let inputs = BatchInputs([zip])
        let found = await all(inputs)
        #expect(found.map(\.key) == ["\(zip):b/é.png", "\(zip):a.png"])
        #expect(found.map { $0.item?.outputPath } == ["b/é", "a"])
        #expect(found.allSatisfy { $0.item?.archivePath == zip && $0.name == $0.key })
        #expect(inputs.skipped.hiddenCount == 2 && inputs.skipped.otherCount == 1)
        #expect(!inputs.isSingle)
        guard case .bytes(let bytes) = found.last?.item?.source.storage else {
            Issue.record("a small member is not in memory")
            return
        }
        #expect(bytes.count == 67 && bytes.starts(with: pngSignature))
    }

    @Test func samplesOfAShardHaveTheirTexts() async throws {
        let shard = try tar([
            ("./000.json", Array(#"{"caption":"two dogs","width":3}"#.utf8)), ("./000.seg.png", pngSignature),
            ("./000.jpg.png", pngSignature), ("./000.txt", Array("a caption\n".utf8)), ("notes.txt", Array("n".utf8)),
            ("001.png", pngSignature), ("001.cls", Array("7".utf8)), ("d/001.png", pngSignature),
        ])
        let inputs = BatchInputs([shard])
        let found = await all(inputs)
        #expect(found.map(\.key) == ["000.seg.png", "000.jpg.png", "001.png", "d/001.png"].map { "\(shard):\($0)" })
        let sample: JSONObject = ["caption": "two dogs", "width": 3, "txt": "a caption"]
        #expect(found.map(\.members) == [sample, sample, ["cls": "7"], [:]])
        // A text without a recording or image is another file.
        #expect(inputs.skipped.otherCount == 1)
    }

    @Test(arguments: [15, 16, 17])
    func theTextsOfASampleAreAwaitedForSixteenInputs(count: Int) async throws {
        #expect(ArchiveWalk.waitingLimit == 16)
        let images = (0..<count).map { ("x.\($0).png", pngSignature) }
        let shard = try tar(images + [("x.txt", Array("late".utf8))])
        let withText = await all(BatchInputs([shard])).filter { $0.members["txt"] != nil }.count
        #expect(withText == (count < 16 ? count : count - 16))
    }

    @Test func aTextOfMoreThanOneMebibyteIsNotRead() async throws {
        for (count, isRead) in [(1 << 20, true), (1 << 20 + 1, false)] {
            let text = [UInt8](repeating: UInt8(ascii: "x"), count: count)
            let inputs = BatchInputs([try tar([("a.png", pngSignature), ("a.txt", text)])])
            #expect(await all(inputs).first?.members["txt"]?.stringValue?.utf8.count == (isRead ? count : nil))
            #expect(inputs.skipped.otherCount == (isRead ? 0 : 1))
        }
    }

    @Test func largeMembersAreTemporaryFiles() async throws {
        for (count, isFile) in [((1 << 20) - 1, false), (1 << 20, true)] {
            let image = pngSignature + [UInt8](repeating: 7, count: count - pngSignature.count)
            let shard = try tar([("a.png", image)])
            var found: [BatchInput]? = await all(BatchInputs([shard]))
            let path = found?.first?.item?.source.path
            #expect((path != nil) == isFile && found?.first?.name == "\(shard):a.png")
            guard let path else { continue }
            #expect(try TestFiles.bytes(of: path) == image)
            found = nil
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func oneMemberIsSelectedByItsPath() async throws {
        let zip = try write(Zip.photos, as: "a:b.zip")
        let inputs = BatchInputs(["\(zip):b/é.png"])
        #expect(inputs.isSingle && inputs.namedFiles == [zip])
        #expect(await all(inputs).map(\.key) == ["\(zip):b/é.png"])
        let missing = await all(BatchInputs(["\(zip):none.png", "\(zip):readme.txt"]))
        #expect(missing.map { $0.failure?.kind } == [.inputMissing, .unsupportedFeature])
        #expect(missing.first?.failure?.problem == "the archive has no such member")
    }

    @Test func linesOfAListSelectInAnyOrder() async throws {
        let shard = try tar([("a.png", pngSignature), ("b.png", pngSignature), ("c.png", pngSignature)])
        let lines = ["b.png", "c.png", "a.png", "b.png"].map { "\(shard):\($0)\n" }.joined()
        let object = #"{"file":"\#(shard):c.png","id":"x","label":1}"# + "\n" + #"{"path":"\#(shard)","id":"all"}"#
        let list = try folder.write(Array((lines + object).utf8), as: "list")
        let found = await all(BatchInputs([], lists: [BatchInputs.List(path: list)]))
        let selected = ["b.png", "c.png", "a.png", "b.png"].map { "\(shard):\($0)" }
        #expect(found.map(\.key) == selected + ["x"] + ["a", "b", "c"].map { "all:\($0).png" })
        #expect(found[4].members == ["label": 1, "id": "x"] && found.allSatisfy { $0.failure == nil })
    }

    @Test func aWorkerNeedsOneMemberPerLine() async throws {
        let shard = try tar([("a.png", pngSignature)])
        let list = try folder.write(Array("\(shard)\n\(shard):a.png\n".utf8), as: "list")
        let found = await all(BatchInputs([], lists: [BatchInputs.List(path: list, form: .requests)]))
        #expect(found.map { $0.failure?.kind } == [.inputNotAFile, nil])
    }

    @Test func directoriesInListsAreWalked() async throws {
        try folder.addImage("d/a.png")
        let list = try folder.write(Array(#"{"file":"\#(folder.file("d"))","id":"k","n":1}"#.utf8), as: "list")
        let found = await all(BatchInputs([], lists: [BatchInputs.List(path: list)]))
        #expect(found.map(\.key) == ["k/a.png"] && found.first?.members["n"] == 1)
    }

    @Test func pathsOutOfTheArchiveAreFailures() async throws {
        let shard = try tar([
            ("../up.png", pngSignature), ("a/../b.png", pngSignature), ("/absolute/a.png", pngSignature),
        ])
        let found = await all(BatchInputs([shard]))
        #expect(found.map { $0.failure?.kind } == [.malformedInput, .malformedInput, nil])
        #expect(found.first?.failure?.problem == "the path of the member leads out of the archive")
        #expect(found.last?.item?.outputPath == "absolute/a")
    }

    @Test func encryptedMembersAreFailures() async throws {
        let zip = try write(Zip.encrypted, as: "a.zip")
        let found = await all(BatchInputs([zip]))
        #expect(found.map(\.key) == ["\(zip):a.png"] && found.first?.failure?.kind == .unsupportedFeature)
        #expect(found.first?.failure?.problem == "the member is encrypted")
    }

    @Test func aTruncatedArchiveKeepsItsWholeMembers() async throws {
        var tar = TarBytes()
        tar.add("a.png", pngSignature)
        tar.add("b.png", pngSignature + [UInt8](repeating: 0, count: 2000))
        // Within the contents of the second member, which begin at byte 1,536.
        let shard = try folder.write(Array(tar.bytes.prefix(2100)), as: "cut.tar")
        let found = await all(BatchInputs([shard]))
        #expect(found.map(\.key) == ["\(shard):a.png", "\(shard):b.png", shard])
        #expect(found.map { $0.failure?.kind } == [nil, .malformedInput, .malformedInput])
        let zip = try write(String(Zip.photos.prefix(400)), as: "cut.zip")
        #expect(await all(BatchInputs([zip])).first?.key == "\(zip):b/é.png")
    }

    @Test func anArchiveWithoutMediaIsAFailure() async throws {
        let found = await all(BatchInputs([try tar([("a.bin", [1, 2, 3])])]))
        #expect(found.map { $0.failure?.problem } == ["the archive holds no recordings or images"])
        // A compressed file that is not an archive.
        let gzip = try folder.write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0], as: "a.gz")
        #expect(await all(BatchInputs([gzip])).first?.failure?.kind == .malformedInput)
    }

    /// The header of a member states its size; nothing of it is read.
    @Test func aMemberOfMoreThanFourGibibytesIsAFailure() async throws {
        #expect(ArchiveWalk.memberByteLimit == 4_294_967_296)
        var tar = TarBytes()
        tar.add("a.png", pngSignature + [UInt8](repeating: 0, count: 1 << 18))
        for (octal, kind) in [("40000000000", MediaError.Kind.malformedInput), ("40000000001", .limitExceeded)] {
            var bytes = tar.bytes
            bytes.replaceSubrange(124..<135, with: Array(octal.utf8))
            bytes.replaceSubrange(148..<156, with: Array("        ".utf8))
            let sum = String(bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
            let digits = String(repeating: "0", count: 6 - sum.count) + sum
            bytes.replaceSubrange(148..<156, with: Array("\(digits)\0 ".utf8))
            let found = await all(BatchInputs([try folder.write(bytes, as: "big.tar")]))
            #expect(found.first?.failure?.kind == kind)
        }
    }

    @Test func photosAreNoArchives() throws {
        try folder.addImage("a.png")
        #expect(!ArchiveReader.recognizes(folder.file("a.png")) && !ArchiveReader.recognizes(folder.file("")))
        #expect(ArchiveReader.recognizes(try tar([("a.png", pngSignature)])))
        var damaged = TarBytes()
        damaged.add("a.png", pngSignature)
        var bytes = damaged.bytes
        bytes[0] ^= 1
        #expect(!ArchiveReader.recognizes(try folder.write(bytes, as: "sum.tar")))
        #expect(ArchiveReader.selection(folder.file("a.png:b")) == nil)
    }
}
