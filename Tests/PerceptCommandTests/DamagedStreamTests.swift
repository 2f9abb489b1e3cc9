import Foundation
import PerceptTestSupport
import Testing

/// Damaged recordings through the built command: nothing but its own lines comes out of it.
@Suite struct DamagedStreamTests {
    private struct Golden: Decodable {
        struct Stream: Decodable {
            let name: String
            let file: Data
        }
        let cases: [Stream]
    }

    @Test func noLibraryWritesToStandardError() throws {
        let decoder = JSONDecoder()
        decoder.dataDecodingStrategy = .base64
        let golden = try decoder.decode(
            Golden.self, from: Data(TestFiles.bytes(of: TestFiles.media("golden/streams.json"))))
        #expect(golden.cases.count == 18)
        let folder = try TemporaryFolder()
        var generator = SplitMix64(seed: 3)
        var names: [String] = []
        for (index, stream) in golden.cases.enumerated() {
            for copy in 0..<12 {
                var bytes = [UInt8](stream.file)
                for _ in 0..<(copy * copy) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
                        1 << UInt8.random(in: 0..<8, using: &generator)
                }
                if copy % 3 == 2 { bytes.removeLast(bytes.count / (copy + 1)) }
                names.append("\(index)-\(copy)")
                _ = try folder.write(bytes, as: names[names.count - 1])
            }
        }
        for batch in stride(from: 0, to: names.count, by: 24) {
            let run = try CommandRun(
                ["inspect"] + names[batch..<min(batch + 24, names.count)], in: folder,
                environment: ["PATH": "/nonexistent"])
            #expect(run.status >= 0 && run.status < 128)
            for line in run.errors.split(separator: "\n") {
                #expect(line.hasPrefix("percept:"), "\(line)")
            }
            // Those that are whole are among them, so that something was read.
            #expect(run.output.contains(" Hz, "))
        }
    }
}
