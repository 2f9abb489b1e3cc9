import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptInference

/// Forms against RFC 2046 §5.1 and RFC 7578.
@Suite struct MultipartFormTests {
    private func file(_ bytes: [UInt8], name: String = "a.flac") -> FormPart {
        FormPart(name: "file", fileName: name, mediaType: .flac, bytes: bytes)
    }

    @Test func bytesAreThoseOfTheRFC() throws {
        let form = try MultipartForm([FormPart("model", "owner/name"), file([0x66, 0x00, 0xFF, 0x0D])])
        #expect(form.contentType == "multipart/form-data; boundary=percept-form-0")
        let expected =
            Array(
                ("--percept-form-0\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nowner/name\r\n"
                    + "--percept-form-0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.flac\"\r\n"
                    + "Content-Type: audio/flac\r\n\r\n").utf8) + [0x66, 0x00, 0xFF, 0x0D]
            + Array("\r\n--percept-form-0--\r\n".utf8)
        #expect(try form.pieces.bytes() == expected)
    }

    @Test func theBoundaryStandsInNoPart() throws {
        let parts = [FormPart("a", "--percept-form-0"), file(Array("x\r\n--percept-form-1--\r\n".utf8))]
        let form = try MultipartForm(parts)
        #expect(form.contentType.hasSuffix("boundary=percept-form-2"))
        #expect(try MultipartForm.parts(of: form.pieces.bytes(), contentType: form.contentType) == parts)
        #expect(try MultipartForm(parts).pieces.bytes() == form.pieces.bytes())
    }

    /// A file is read block by block, of a mebibyte each: what stands across two of them is found too.
    @Test(arguments: [0, 1, 8, 15, 16]) func theBoundaryStandsInNoFile(bytesBehindTheSeam: Int) throws {
        let delimiter = Array("--percept-form-0".utf8)
        let folder = try TemporaryFolder()
        let start = (1 << 20) - delimiter.count + bytesBehindTheSeam
        let contents = [UInt8](repeating: 0x2D, count: start) + delimiter + [0x2D]
        let path = try folder.write(contents, as: "a.flac")
        let part = FormPart(name: "file", fileName: "a.flac", mediaType: .flac, source: .file(path))
        let form = try MultipartForm([FormPart("model", "x"), part])
        #expect(form.contentType.hasSuffix("boundary=percept-form-1"))
        #expect(try form.pieces.bytes() == MultipartForm([FormPart("model", "x"), file(contents)]).pieces.bytes())
    }

    @Test func aFormWithAFileIsSpooled() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }, as: "a.flac")
        let form = try MultipartForm([
            FormPart("model", "x"), FormPart(name: "file", fileName: "a", mediaType: .flac, source: .file(path)),
        ])
        var spooled: SpooledBody? = try SpooledBody(form.pieces)
        let spool = try #require(spooled?.path)
        #expect(try TestFiles.bytes(of: spool) == form.pieces.bytes())
        let attributes = try FileManager.default.attributesOfItem(atPath: spool)
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        spooled = nil
        #expect(!FileManager.default.fileExists(atPath: spool))
        let missing = FormPart(name: "file", fileName: "a", mediaType: .flac, source: .file("/nonexistent.flac"))
        #expect(throws: InferenceError.self) { try MultipartForm([missing]) }
    }

    @Test func namesDoNotEndTheirHeader() throws {
        let form = try MultipartForm([file([1], name: "a\"\r\nX: 1\r\n\r\n\nb\r.flac")])
        let head = String(decoding: try form.pieces.bytes().prefix { $0 != 1 }, as: UTF8.self)
        #expect(head.contains("filename=\"a%22%0D%0AX: 1%0D%0A%0D%0A%0Ab%0D.flac\"\r\n"))
        #expect(try MultipartForm.parts(of: form.pieces.bytes(), contentType: form.contentType).count == 1)
    }

    @Test func partsThatAreEmptyOrEndInLineBreaks() throws {
        let parts = [FormPart("empty", ""), FormPart("lines", "\r\n\r\n"), file([]), file([0x0D, 0x0A])]
        let form = try MultipartForm(parts)
        #expect(try MultipartForm.parts(of: form.pieces.bytes(), contentType: form.contentType) == parts)
        #expect(
            try MultipartForm.parts(of: Array("--b--\r\n".utf8), contentType: "multipart/form-data; boundary=b") == [])
    }

    @Test func formsOfOtherClients() throws {
        // As curl and Python's requests write it: a quoted boundary, headers in another case and order.
        let text =
            "--x y\r\ncontent-type: Audio/FLAC; q=1\r\n"
            + "CONTENT-DISPOSITION: form-data; filename=a.flac; name=f\r\n\r\nfLaC\r\n--x y--"
        let parts = try MultipartForm.parts(of: Array(text.utf8), contentType: "multipart/form-data; boundary=\"x y\"")
        #expect(parts == [FormPart(name: "f", fileName: "a.flac", mediaType: .flac, bytes: Array("fLaC".utf8))])
    }

    @Test(arguments: [
        "", "--b", "--b\r\n", "--b\r\n--b--", "--bx\r\n\r\n\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n",
        "--b\r\nContent-Disposition: form-data\r\n\r\n\r\n--b--", "--b\r\nno colon\r\n\r\n\r\n--b--",
        "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--b--", "--b--x", "\r\n--b--",
    ])
    func malformedForms(text: String) {
        let error = #expect(throws: MediaError.self) {
            try MultipartForm.parts(of: Array(text.utf8), contentType: "multipart/form-data; boundary=b")
        }
        #expect(error?.kind == .malformedInput)
    }

    @Test(arguments: ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""])
    func formsWithoutABoundary(type: String) {
        #expect(throws: MediaError.self) { try MultipartForm.parts(of: Array("--b--".utf8), contentType: type) }
    }
}
