import PerceptInference
import PerceptTestSupport
import Testing

/// Recordings as other programs hand them over.
@Suite struct RecordingInputTests {
    private static let format = RIFFBytes.chunk("fmt ", RIFFBytes.format())
    private static let data = WAVBytes.samples([Int16](repeating: 16_384, count: 800))

    /// ffmpeg and SoX cannot go back in a pipe to fill the sizes in.
    @Test(arguments: [UInt32.max, 0, 0x7FFF_F000]) func aStreamedWAVComesThroughStandardInput(_ size: UInt32) throws {
        let stream = RIFFBytes.file(
            [Self.format, RIFFBytes.chunk("data", Self.data, statedSize: size)], statedSize: size)
        let json = try CommandRun(["inspect", "-", "--json"], in: TemporaryFolder(), input: stream).json()
        #expect(json["frameCount"] == 800)
        #expect(json["peak"] == 0.5)
        #expect(json["warnings"] == [])
    }

    @Test func whatIsWrongWithAFileIsSaid() throws {
        let short = RIFFBytes.file([Self.format, RIFFBytes.chunk("data", Self.data, statedSize: 2000)])
        let folder = try TemporaryFolder()
        let path = try folder.write(short, as: "short.wav")
        let warning =
            "the file is cut short: its header states 0.125 s, the last 0.025 s are missing; get the whole file again"
        let inspected = try CommandRun(["inspect", path, "--json"], in: folder)
        #expect(inspected.status == 0)
        #expect(try inspected.json()["warnings"] == [.string(warning)])
        let prepared = try CommandRun(["prepare", path, "-o", folder.file("out.flac")], in: folder)
        #expect(prepared.status == 0)
        #expect(prepared.errors.contains(warning))
    }
}
