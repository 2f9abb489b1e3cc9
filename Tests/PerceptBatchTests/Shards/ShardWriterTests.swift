import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptBatch

/// The members of a tar archive, read by the layout of POSIX.1-1988 (ustar).
private func members(_ path: String) throws -> [(name: String, bytes: [UInt8])] {
    let bytes = try TestFiles.bytes(of: path)
    var members: [(String, [UInt8])] = []
    var offset = 0
    while bytes[offset] != 0 {
        let header = bytes[offset..<offset + 512]
        let name = String(decoding: header.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
        let digits = String(decoding: header.dropFirst(124).prefix(11), as: UTF8.self)
        let count = try #require(Int(digits, radix: 8))
        members.append((name, Array(bytes[offset + 512..<offset + 512 + count])))
        offset += 512 + (count + 511) / 512 * 512
    }
    #expect(bytes.count == offset + 1024)
    return members
}

@Suite struct ShardWriterTests {
    private let folder: TemporaryFolder
    private let out: String

    init() throws {
        folder = try TemporaryFolder()
        out = folder.file("out")
    }

    private func sample(_ name: String, _ bytes: [UInt8] = [1, 2, 3], caption: String? = nil) throws
        -> ShardWriter.Sample
    {
        ShardWriter.Sample(
            path: try folder.write(bytes, as: name), fileExtension: "jpg", description: ["file": .string(name)],
            caption: caption)
    }

    private func names() -> [String] { (Folder.names(in: out) ?? []).sorted() }

    private func statistics(_ number: Int) throws -> JSONValue {
        try JSONValue(parsing: TestFiles.bytes(of: "\(out)/0000\(number)_stats.json"))
    }

    /// The name of a shard has 5 digits; a key adds as many as `samples_per_shard` - 1 has (img2dataset 1.45,
    /// `compute_key`: `true_key = 10 ** ceil(log10(samples_per_shard)) * shard_id + key`).
    @Test(arguments: [(1, "00001"), (2, "000010"), (10, "000010"), (11, "0000100"), (10_000, "000010000")])
    func keysAreThoseOfImg2dataset(sampleCount: Int, second: String) throws {
        let writer = try ShardWriter(out, limit: .samples(sampleCount))
        let filler = try sample("x", [])
        for _ in 0..<sampleCount { _ = try writer.add(filler) }
        #expect(try writer.add(try sample("last")) == "\(out)/00001.tar:\(second).jpg")
        try writer.finish()
    }

    @Test(arguments: [2, 3, 4])
    func aShardEndsAfterItsSamples(count: Int) throws {
        var completed = 0
        let writer = try ShardWriter(out, limit: .samples(3)) { completed += 1 }
        for index in 0..<count { _ = try writer.add(try sample("\(index)")) }
        #expect(completed == (count > 3 ? 1 : 0))
        try writer.finish()
        #expect(completed == (count > 3 ? 2 : 1))
        let first = try members("\(out)/00000.tar").map(\.name)
        #expect(first.count == 2 * min(count, 3))
        #expect(FileManager.default.fileExists(atPath: "\(out)/00001.tar") == (count > 3))
    }

    @Test func membersOfASampleAreAdjacent() throws {
        let writer = try ShardWriter(out, limit: .samples(10))
        #expect(try writer.add(sample("a", [7, 8])) == "\(out)/00000.tar:000000.jpg")
        #expect(try writer.add(sample("b", caption: "two dogs")) == "\(out)/00000.tar:000001.jpg")
        #expect(names() == names().filter { $0.hasPrefix(".") })
        try writer.finish()
        #expect(names() == ["00000.tar", "00000_stats.json"])
        let all = try members("\(out)/00000.tar")
        #expect(all.map(\.name) == ["000000.jpg", "000000.json", "000001.jpg", "000001.json", "000001.txt"])
        #expect(all[0].bytes == [7, 8] && all[4].bytes == Array("two dogs".utf8))
        #expect(try JSONValue(parsing: all[1].bytes) == ["key": "000000", "file": "a"])
    }

    /// Two samples of 512 (header) + 512 (3 bytes) + 512 + 512 (JSON) each, and 1,024 at the end: 5,120 bytes.
    @Test(arguments: [(5120, 2), (5119, 1), (1, 1)])
    func aShardDoesNotExceedItsSize(byteCount: Int, inFirst: Int) throws {
        let writer = try ShardWriter(out, limit: .bytes(byteCount))
        for name in ["a", "b", "c"] { _ = try writer.add(sample(name)) }
        try writer.finish()
        let first = try TestFiles.bytes(of: "\(out)/00000.tar")
        #expect(first.count == 1024 + 2048 * inFirst)
        #expect(try members("\(out)/00000.tar").first?.name == "00000000000.jpg")
        #expect(try statistics(0)["successes"] == .integer(inFirst))
    }

    @Test func failuresAreInTheStatistics() throws {
        let writer = try ShardWriter(out, limit: .samples(2))
        writer.addFailure("malformedInput")
        _ = try writer.add(sample("a"))
        writer.addFailure("malformedInput")
        _ = try writer.add(sample("b"))
        writer.addFailure("inputMissing")
        _ = try writer.add(sample("c"))
        try writer.finish()
        let first = try statistics(0)
        #expect(first["count"] == 5 && first["successes"] == 2 && first["failed_to_resize"] == 3)
        #expect(first["failed_to_download"] == 0)
        #expect(first["status_dict"] == ["success": 2, "malformedInput": 2, "inputMissing": 1])
        let (start, end) = (first["start_time"]?.doubleValue ?? 0, first["end_time"]?.doubleValue ?? 0)
        let duration = try #require(first["duration"]?.doubleValue)
        // Seconds since 1970 have a resolution of a quarter of a microsecond.
        #expect(start > 1_700_000_000 && end >= start && abs(duration - (end - start)) < 1e-5)
        #expect(try statistics(1)["count"] == 1)
    }

    @Test func equalSamplesGiveEqualShards() throws {
        var shards: [[UInt8]] = []
        for run in ["one", "two"] {
            let writer = try ShardWriter(folder.file(run), limit: .samples(5))
            for name in ["a", "b"] { _ = try writer.add(sample(name, caption: name)) }
            try writer.finish()
            shards.append(try TestFiles.bytes(of: folder.file("\(run)/00000.tar")))
        }
        #expect(shards[0] == shards[1] && !shards[0].isEmpty)
    }

    @Test func existingShardsAreNotReplaced() throws {
        let writer = try ShardWriter(out, limit: .samples(5))
        _ = try writer.add(sample("a"))
        try writer.finish()
        let failure = #expect(throws: MediaError.self) { _ = try ShardWriter(out, limit: .samples(5)) }
        #expect(failure?.kind == .outputNotCreatable)
        #expect(failure?.problem == "the folder already has the shard 00000.tar")
    }

    @Test func anIncompleteShardCanBeAbandoned() throws {
        let writer = try ShardWriter(out, limit: .samples(1))
        _ = try writer.add(sample("a"))
        _ = try writer.add(sample("b"))
        #expect(writer.abandon() == "\(out)/00001.tar" && writer.abandon() == nil)
        #expect(names() == ["00000.tar", "00000_stats.json"])
    }

    @Test func afterAFailureNothingIsAdded() throws {
        let writer = try ShardWriter(out, limit: .samples(5))
        _ = try writer.add(sample("a"))
        var missing = try sample("b")
        missing.path = folder.file("none")
        #expect(throws: MediaError.self) { _ = try writer.add(missing) }
        #expect(throws: MediaError.self) { _ = try writer.add(sample("c")) }
        #expect(throws: MediaError.self) { try writer.finish() }
        #expect(names() == [])
    }
}
