import Foundation
import PerceptTestSupport
import Testing

@testable import PerceptCore

@Suite struct FileNameTests {
    /// `os.fsdecode` of Python 3.11 with a UTF-8 file system (PEP 383): bytes and code points. The lone surrogates
    /// U+DC80…U+DCFF stand for the bytes 0x80…0xFF.
    static let decoded: [([UInt8], [UInt32])] = [
        (Array("photo".utf8) + [0xFF], [0x70, 0x68, 0x6F, 0x74, 0x6F, 0xDCFF]),
        ([0x63, 0x61, 0x66, 0xE9, 0x2E], [0x63, 0x61, 0x66, 0xDCE9, 0x2E]),
        ([0xC3, 0xA9], [0xE9]),
        ([0xC3], [0xDCC3]),
        ([0xC0, 0xAF], [0xDCC0, 0xDCAF]),
        ([0xED, 0xA0, 0x80], [0xDCED, 0xDCA0, 0xDC80]),
        ([0xE2, 0x82], [0xDCE2, 0xDC82]),
        ([0xE2, 0x82, 0xAC, 0x82], [0x20AC, 0xDC82]),
        ([0xF4, 0x90, 0x80, 0x80], [0xDCF4, 0xDC90, 0xDC80, 0xDC80]),
        ([0xF0, 0x9F, 0x93, 0xB7, 0x80], [0x1F4F7, 0xDC80]),
    ]

    @Test(arguments: decoded)
    func bytesThatAreNotUTF8AreRepresented(bytes: [UInt8], codePoints: [UInt32]) {
        let name = String(fileName: bytes)
        #expect(name.unicodeScalars.map { $0.nameByte.map { 0xDC00 + UInt32($0) } ?? $0.value } == codePoints)
        #expect(name.fileNameBytes == bytes)
    }

    /// U+10FE80…U+10FEFF stand for bytes; one code point beside them stands for itself.
    @Test func theCodePointsThatStandForBytes() {
        for (value, byte) in [
            (0x10_FE7F, nil), (0x10_FE80, 0x80), (0x10_FEFF, 0xFF), (0x10_FF00, nil),
        ] as [(UInt32, UInt8?)] {
            #expect(Unicode.Scalar(value)?.nameByte == byte)
        }
        #expect(Unicode.Scalar(nameByte: 0x7F) == "\u{FFFD}" && Unicode.Scalar(nameByte: 0x80) == "\u{10FE80}")
    }

    /// A name that has such a code point in UTF-8 is restored as well: its four bytes are represented.
    @Test func namesWithThoseCodePointsAreRestored() {
        let bytes = Array("a\u{10FE80}b\u{10FE7F}".utf8)
        let name = String(fileName: bytes)
        #expect(name.unicodeScalars.count == 7 && name.fileNameBytes == bytes)
    }

    @Test func anyBytesAreRestored() {
        var random = SplitMix64(seed: 14)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                // Lead bytes and continuation bytes more often than others.
                let ranges: [ClosedRange<UInt8>] = [0x01...0xFF, 0x80...0xBF, 0xC0...0xFF, 0xF4...0xF4]
                return UInt8.random(in: ranges[Int.random(in: 0..<4, using: &random)], using: &random)
            }
            let name = String(fileName: bytes)
            #expect(name.fileNameBytes == bytes)
            #expect(name.withFileName { String(cString: $0).isEmpty } == bytes.isEmpty)
            #expect(String(fileName: name.fileNameBytes) == name)
        }
    }
}

@Suite struct FolderTests {
    /// `os.path.dirname` of Python after trailing slashes are removed.
    @Test(arguments: [
        ("a/b.png", "a"), ("b.png", ""), ("/b.png", "/"), ("/a/b/", "/a"), ("a//b", "a"), ("/", "/"), ("", ""),
        ("//a", "/"),
    ])
    func parents(path: String, parent: String) {
        #expect(Folder.parent(of: path) == parent)
    }

    @Test func foldersAreCreatedAndResolved() throws {
        let folder = try TemporaryFolder()
        let inner = folder.file("a/b/c")
        try Folder.create(inner)
        try Folder.create(inner)
        #expect(FileStatus(path: inner)?.isDirectory == true)
        #expect(Folder.names(in: folder.file("a")) == ["b"])
        let root = Folder.resolving(folder.file("."))
        #expect(Folder.resolving(folder.file("a/b/../b/new/x.png")) == root + "/a/b/new/x.png")
        let file = try folder.write([1], as: "file")
        let failure = #expect(throws: MediaError.self) { try Folder.create(file + "/x") }
        #expect(failure?.kind == .outputNotCreatable)
        Folder.remove(inner)
        #expect(FileStatus(path: inner) == nil && Folder.names(in: inner) == nil)
    }
}

/// Against `NSString`, whose rules are those of POSIX too.
@Suite struct PathComponentsTests {
    @Test(arguments: [
        "", "/", "a", "a/", "a//", "/a", "/a/b.txt", "a.b/c", "a.b/c.d.e", ".hidden", "..", ".", "a.", "a/.b.c",
        "/tmp/été.tar.gz", "...", "..a", "a..b", "name with blanks.jpg", "/usr/lib/", "a.b/",
    ]) func componentsEqualThoseOfNSString(_ path: String) {
        #expect(path.lastPathComponent == (path as NSString).lastPathComponent)
        #expect(path.deletingPathExtension == (path as NSString).deletingPathExtension)
        #expect(path.pathExtension == (path as NSString).pathExtension)
    }
}
