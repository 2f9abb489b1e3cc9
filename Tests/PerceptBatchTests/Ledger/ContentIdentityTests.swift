import Foundation
import PerceptBatch
import PerceptTestSupport
import Testing

@Suite struct ContentIdentityTests {
    /// `printf hello | sha256sum`
    private static let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    private func hexadecimal(_ digest: [UInt8]) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func aFileIsIdentifiedBySizeTimeAndSHA256() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array("hello".utf8), as: "a.wav")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
        let identity = try ContentIdentity(of: .file(path))
        #expect(hexadecimal(identity.digest) == Self.hello)
        #expect(identity.stamp == .init(byteCount: 5, modificationTime: 1_000_000_000_000_000))
        #expect(ContentIdentity.Stamp(of: .file(path)) == identity.stamp)
    }

    @Test func bytesHaveNoTime() throws {
        let identity = try ContentIdentity(of: .bytes(Array("hello".utf8)))
        #expect(hexadecimal(identity.digest) == Self.hello)
        #expect(identity.stamp == .init(byteCount: 5, modificationTime: nil))
    }

    /// `yes | head -c 1000000 | sha256sum`, which is more than one block.
    @Test func aLargeFileIsReadToItsEnd() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<500_000).flatMap { _ in Array("y\n".utf8) }
        let path = try folder.write(bytes, as: "large")
        let identity = try ContentIdentity(of: .file(path))
        #expect(identity.digest == (try ContentIdentity(of: .bytes(bytes))).digest)
        #expect(hexadecimal(identity.digest) == "f893c2c2c50aec163cf36deb88e21b61c336fa93c0482b945337862cffeca280")
    }

    @Test func theNameDoesNotMatter() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array("hello".utf8), as: "a.wav")
        try FileManager.default.linkItem(atPath: path, toPath: folder.file("b.wav"))
        #expect(try ContentIdentity(of: .file(path)) == ContentIdentity(of: .file(folder.file("b.wav"))))
    }

    @Test func thePartMatters() throws {
        let source = MediaSource.bytes([1, 2, 3])
        let whole = try ContentIdentity(of: source)
        let part = try ContentIdentity(of: source, part: .init(offset: .seconds(1.5)))
        #expect(whole != part)
        #expect(whole.digest == part.digest)
    }

    @Test func aMissingFileHasNoStamp() throws {
        #expect(ContentIdentity.Stamp(of: .file("/nonexistent/a.wav")) == nil)
        expectMediaError(.inputMissing) { _ = try ContentIdentity(of: .file("/nonexistent/a.wav")) }
    }

    @Test func aFolderHasNoStamp() throws {
        let folder = try TemporaryFolder()
        #expect(ContentIdentity.Stamp(of: .file(folder.path)) == nil)
        expectMediaError(.inputNotAFile) { _ = try ContentIdentity(of: .file(folder.path)) }
    }
}
