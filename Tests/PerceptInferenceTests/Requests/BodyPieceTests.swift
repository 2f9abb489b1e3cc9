import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// Bodies that are put together of pieces, in memory or in a file.
@Suite struct BodyPieceTests {
    private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) } }

    /// Sizes around the ends of 1 MiB blocks, which are not multiples of three; the oracle is Foundation's encoder.
    @Test(arguments: [0, 1, 2, 3, 4, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (2 << 20) + 2, (3 << 20) + 1])
    func base64IsOneText(count: Int) throws {
        let bytes = Self.bytes(count)
        let folder = try TemporaryFolder()
        let expected = Array(Data(bytes).base64EncodedData())
        for source in [MediaSource.bytes(bytes), .file(try folder.write(bytes, as: "a"))] {
            #expect(try [BodyPiece.base64(source)].bytes() == expected)
        }
    }

    @Test func whatIsLargeOrAFileGoesIntoOne() throws {
        #expect(![BodyPiece.plain(.bytes([1]))].deserveFile)
        #expect([BodyPiece.plain(.bytes([1])), .base64(.file("x"))].deserveFile)
        #expect([BodyPiece.base64(.bytes([UInt8](repeating: 0, count: (8 << 20) + 1)))].deserveFile)
    }

    /// The JSON is the same from memory and from a file, with the options of a 2023 endpoint at the end; only a body
    /// from a file is a file.
    @Test(arguments: [InferenceEndpoint.router, .legacy(URL(fileURLWithPath: "/"))])
    func recordingsWithParametersAreTheSameFromFiles(endpoint: InferenceEndpoint) throws {
        let bytes = Array("fLaC".utf8) + Self.bytes(2_000_000)
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, as: "upload.flac")
        let options = RequestOptions(useGPU: true)
        for source in [MediaInput(bytes: bytes, mediaType: .flac), try MediaInput(.file(path))] {
            let payload = try AutomaticSpeechRecognition(audio: source, timestamps: .words).payload()
            let encoded = try EncodedRequest(payload, options: options, for: endpoint, sendsFiles: true)
            #expect((encoded.spooledBody != nil) == (source.source.path != nil))
            #expect(encoded.body.mediaType == .json)
            let json = try #require(try JSONValue(parsing: encoded.body.bytes()).objectValue)
            #expect(json.map(\.key) == ["inputs", "parameters", "options"])
            #expect(json["inputs"]?.stringValue == Data(bytes).base64EncodedString())
            #expect(json["parameters"] == ["return_timestamps": "word"])
            #expect(json["options"] == ["use_gpu": true])
            let held = try EncodedRequest(payload, options: options, for: endpoint)
            #expect(held.spooledBody == nil)
            #expect(try held.body.bytes() == encoded.body.bytes())
        }
    }

    /// The file is its owner's alone, and gone with the request.
    @Test func theFileGoesAway() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.bytes(10), as: "a")
        var spooled: SpooledBody? = try SpooledBody([.base64(.file(path))])
        let spool = try #require(spooled?.path)
        let mode = try FileManager.default.attributesOfItem(atPath: spool)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        spooled = nil
        #expect(!FileManager.default.fileExists(atPath: spool))
        #expect(throws: InferenceError.self) { try SpooledBody([.base64(.file("/nonexistent"))]) }
    }
}
