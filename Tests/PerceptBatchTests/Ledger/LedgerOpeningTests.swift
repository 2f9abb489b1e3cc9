import Foundation
import PerceptBatch
import PerceptTestSupport
import Testing

@Suite struct LedgerOpeningTests {
    private let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    /// Expects opening for a run and for reading to fail alike, and the file to be untouched.
    private func expectUntouched(_ kind: LedgerError.Kind, problem: String) async throws {
        let before = try TestFiles.bytes(of: fixture.path)
        let names = try fixture.folder.contents()
        let error = await expectLedgerError(kind) { _ = try fixture.open() }
        #expect(error?.problem.contains(problem) == true, "\(error as Any)")
        #expect(error?.remedy != nil)
        await expectLedgerError(kind) { _ = try LedgerReader(path: fixture.path) }
        #expect(try TestFiles.bytes(of: fixture.path) == before)
        #expect(try fixture.folder.contents() == names)
    }

    @Test func anotherVerb() async throws {
        try await fixture.fill(3)
        let before = try TestFiles.bytes(of: fixture.path)
        let error = await expectLedgerError(.otherVerb) { _ = try fixture.open(verb: "segment") }
        #expect(error?.problem == "the ledger belongs to “detect”, not to “segment”")
        #expect(try TestFiles.bytes(of: fixture.path) == before)
        #expect(try fixture.folder.contents() == ["run.sqlite"])
    }

    /// The user version is at byte 60 and the application ID at byte 68 (https://www.sqlite.org/fileformat2.html).
    @Test func anotherVersion() async throws {
        try await fixture.fill(3)
        try fixture.patch(at: 60, [0, 0, 0, 2])
        try await expectUntouched(.otherVersion, problem: "format 2, and this version of Percept expects 1")
    }

    @Test func aFileOfAnotherProgram() async throws {
        try await fixture.fill(3)
        try fixture.patch(at: 68, [0, 0, 0, 0])
        try await expectUntouched(.notALedger, problem: "of another program")
    }

    @Test("a file that is not SQLite", arguments: [5, 50, 5000])
    func otherFile(byteCount: Int) async throws {
        _ = try fixture.folder.write([UInt8](repeating: 65, count: byteCount), as: "run.sqlite")
        try await expectUntouched(.notALedger, problem: "not a ledger")
    }

    @Test("a truncated file", arguments: [0.1, 0.5, 0.9])
    func truncated(fraction: Double) async throws {
        try await fixture.fill(1000)
        let bytes = try TestFiles.bytes(of: fixture.path)
        let count = Int(Double(bytes.count) * fraction) / 4096 * 4096
        _ = try fixture.folder.write(Array(bytes[..<count]), as: "run.sqlite")
        try await expectUntouched(.damaged, problem: "the ledger is damaged")
    }

    @Test("a page of noise", arguments: [1, 3, 10, 20])
    func noise(page: Int) async throws {
        try await fixture.fill(1000)
        var random = SplitMix64(seed: UInt64(page))
        try fixture.patch(at: page * 4096, (0..<4096).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        try await expectUntouched(.damaged, problem: "the ledger is damaged")
    }

    @Test func aFolder() async throws {
        try FileManager.default.createDirectory(atPath: fixture.path, withIntermediateDirectories: false)
        await expectLedgerError(.notALedger) { _ = try fixture.open() }
        await expectLedgerError(.notALedger) { _ = try LedgerReader(path: fixture.path) }
        #expect(try fixture.folder.contents() == ["run.sqlite"])
    }

    @Test func aMissingFolder() async throws {
        let path = fixture.folder.file("none/run.sqlite")
        let error = await expectLedgerError(.notWritable) { _ = try Ledger(path: path, verb: "detect", options: [:]) }
        #expect(error?.problem == "its folder does not exist")
    }

    @Test func aMissingFileIsNotRead() async throws {
        await expectLedgerError(.missing) { _ = try LedgerReader(path: fixture.path) }
        #expect(try fixture.folder.contents() == [])
    }

    @Test("a folder that may not be written", .enabled(if: geteuid() != 0, "the superuser may write everywhere"))
    func readOnlyFolder() async throws {
        try await fixture.fill(3)
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: fixture.folder.path)
        defer {
            try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: fixture.folder.path)
        }
        let error = await expectLedgerError(.notWritable) { _ = try fixture.open() }
        #expect(error?.problem == "its folder may not be written (permission denied)")
        #expect(try LedgerReader(path: fixture.path).counts().answered == 3)
    }

    /// Not even the superuser creates files there.
    @Test("a folder of the system", .enabled(if: FileManager.default.fileExists(atPath: "/proc/self")))
    func systemFolder() async throws {
        await expectLedgerError(.notWritable) { _ = try Ledger(path: "/proc/run.sqlite", verb: "detect", options: [:]) }
    }

    @Test func aSecondRunIsRejectedAtOnce() async throws {
        let first = try fixture.open()
        let start = ContinuousClock.now
        let error = await expectLedgerError(.locked) { _ = try fixture.open() }
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(error?.problem.hasPrefix("the ledger is in use by process \(getpid()) on ") == true)
        try await first.close()
        try await fixture.open().close()
    }

    @Test func aLockIsFoundUnderAnotherName() async throws {
        try await fixture.fill(1)
        let link = fixture.folder.file("link.sqlite")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: fixture.path)
        let first = try fixture.open()
        await expectLedgerError(.locked) { _ = try Ledger(path: link, verb: "detect", options: [:]) }
        try await first.close()
    }

    @Test func aLockFileThatACrashLeftDoesNotMatter() async throws {
        _ = try fixture.folder.write(Array("1 elsewhere\n".utf8), as: "run.sqlite.lock")
        try await fixture.open().close()
        #expect(try fixture.folder.contents() == ["run.sqlite"])
    }

    @Test func aLedgerCanBeReadDuringARun() async throws {
        let ledger = try fixture.open()
        try await ledger.answer(BatchItem(key: "a", source: .bytes([1]), outputPath: ""))
        let reader = try LedgerReader(path: fixture.path)
        #expect(try reader.counts().answered == 1)
        try await ledger.answer(BatchItem(key: "b", source: .bytes([2]), outputPath: ""))
        #expect(try reader.counts().answered == 2)
    }
}
