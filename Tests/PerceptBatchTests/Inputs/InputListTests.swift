import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptBatch

@Suite struct InputListTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func inputs(_ text: String, form: BatchInputs.List.Form = .lines) async throws -> [BatchInput] {
        let path = try folder.write(Array(text.utf8), as: "list")
        return await all(BatchInputs([], lists: [BatchInputs.List(path: path, form: form)]))
    }

    @Test func aLineIsAPath() async throws {
        let found = try await inputs("a.png\n\nsub/b c.png\r\n last")
        #expect(found.map(\.key) == ["a.png", "sub/b c.png", " last"])
        #expect(found.map { $0.item?.outputPath } == ["a", "b c", " last"])
    }

    @Test func pathsBeforeZeroBytesMayHoldLineFeeds() async throws {
        #expect(try await inputs("a\nb.png\0c.png\0", form: .nullSeparated).map(\.key) == ["a\nb.png", "c.png"])
    }

    @Test(arguments: ["file", "file_name", "audio_filepath", "path"])
    func anObjectNamesItsFile(member: String) async throws {
        let found = try await inputs(#"{"\#(member)":"a.wav","id":7,"text":"x","offset":1.5,"duration":2}"#)
        let item = try #require(found.first?.item)
        #expect(item.key == "7")
        #expect(item.source.path == "a.wav")
        #expect(item.part == RecordingPart(offset: .seconds(1.5), duration: .seconds(2)))
        #expect(item.members == ["id": 7, "text": "x", "offset": 1.5, "duration": 2])
    }

    @Test func partsOfOneRecordingAreDifferentInputs() async throws {
        let found = try await inputs(
            """
            {"file":"a.wav","duration":2}
            {"file":"a.wav","offset":2.5,"duration":1}
            {"file":"a.wav","offset":3.5}
            """)
        #expect(found.map(\.key) == ["a.wav#t=0.0,2.0", "a.wav#t=2.5,3.5", "a.wav#t=3.5"])
        #expect(found.map { $0.item?.outputPath } == ["a#t=0.0,2.0", "a#t=2.5,3.5", "a#t=3.5"])
    }

    @Test func inAListAHyphenIsAFile() async throws {
        #expect(try await inputs("-\n").first?.item?.source.path == "./-")
        #expect(try await inputs("{\0", form: .nullSeparated).first?.item?.source.path == "{")
    }

    @Test func withoutAnIDTheKeyIsThePath() async throws {
        #expect(try await inputs(#"{"file":"a.wav","id":null}"#).map(\.key) == ["a.wav"])
        #expect(try await inputs(#"{"file":"a.wav","id":"x"}"#).map(\.key) == ["x"])
    }

    @Test(arguments: [
        (#"{"file":"#, "not JSON"), (#"{"caption":"a"}"#, "the line names no file"), (#"{"file":7}"#, "names no file"),
        (#"{"file":"a","offset":-1}"#, "“offset” is not a number of seconds"),
        (#"{"file":"a","duration":"long"}"#, "“duration” is not a number of seconds"),
    ])
    func aDamagedLineIsAFailureWithItsNumber(line: String, problem: String) async throws {
        let found = try await inputs("a.png\n\(line)\nb.png\n")
        #expect(found.map { $0.item?.key } == ["a.png", nil, "b.png"])
        #expect(found[1].failure?.kind == .malformedInput)
        #expect(found[1].failure?.problem.contains(problem) == true)
        #expect(found[1].key == folder.file("list") + ", line 2")
    }

    @Test func contentsMayBeInTheLine() async throws {
        let found = try await inputs(#"{"id":"a","data":"iVBORw0KGgo=","name":"x/photo.png","shop":1}"#)
        let item = try #require(found.first?.item)
        #expect(item.source == .bytes(pngSignature, name: "x/photo.png"))
        #expect(item.key == "a" && item.outputPath == "photo")
        #expect(item.members == ["id": "a", "shop": 1])
        #expect(try await inputs(#"{"id":"a","data":"?"}"#).first?.failure != nil)
    }

    @Test func eachLineOfRequestsYieldsOneInput() async throws {
        let found = try await inputs("\na.png\n{\"id\":null}\n", form: .requests)
        #expect(found.map { $0.item?.key } == [nil, "a.png", nil])
    }

    @Test func aMissingListIsAFailure() async {
        let found = await all(BatchInputs(["a"], lists: [BatchInputs.List(path: "/nowhere")]))
        #expect(found.map { $0.item?.key } == ["a", nil])
        #expect(found.last?.failure?.problem == "the list does not exist")
    }

    /// The limit itself, and one byte more; the lines after it are read.
    @Test func aLineAboveTheLimitIsSkipped() async throws {
        for (count, isRead) in [(1 << 20, true), ((1 << 20) + (1 << 16) + 1, false)] {
            let path = folder.file("long")
            var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: count)
            bytes += Array("\nb".utf8)
            try Data(bytes).write(to: URL(filePath: path))
            let reader = try LineReader(path: path, separator: UInt8(ascii: "\n"), byteLimit: 1 << 20)
            if isRead {
                #expect(try reader.next()?.count == count)
            } else {
                #expect(throws: MediaError.self) { try reader.next() }
            }
            #expect(try reader.next() == Array("b".utf8))
            #expect(try reader.next() == nil)
        }
    }
}
