import Foundation
import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct AudioPreparationTests {
    private static func stereoSine(_ frequency: Double, rate: Int, frames: Int, rightSign: Float = 1) throws
        -> Recording
    {
        let left = (0..<frames).map { Float(0.7 * sin(2 * .pi * frequency * Double($0) / Double(rate))) }
        return try Recording(sampleRate: rate, channels: .stereo, planes: [left, left.map { $0 * rightSign }])
    }

    @Test func a44100HzStereoRecordingBecomes16000HzMono() throws {
        let prepared = try AudioPreparation().prepare(Self.stereoSine(1000, rate: 44_100, frames: 44_101))
        #expect(prepared.mediaType == .flac)
        #expect(prepared.byteCount == prepared.bytes.count)
        #expect(prepared.warnings.isEmpty)
        let upload = try Recording(decoding: .bytes(prepared.bytes))
        #expect((upload.sampleRate, upload.channelCount, upload.frameCount) == (16_000, 1, 16_001))
        // Quantised to 16 bits, the tone must stand at least 90 dB above what differs from it.
        let inner = 2000..<14_000
        let energy = inner.reduce(0.0) { sum, n in
            let expected = 0.7 * sin(2 * .pi * 1000 * Double(n) / 16_000)
            return sum + pow(Double(upload.planes[0][n]) - expected, 2)
        }
        #expect(10 * log10(0.245 / (energy / Double(inner.count))) > 90)
    }

    @Test func aToneAboveTheNewNyquistLeavesNothing() throws {
        let prepared = try AudioPreparation().prepare(Self.stereoSine(9000, rate: 44_100, frames: 44_100))
        let upload = try Recording(decoding: .bytes(prepared.bytes))
        #expect(upload.planes[0][1000..<15_000].allSatisfy { abs($0) <= 1.0 / 32_768 })
    }

    @Test func channelsThatCancelAreReported() throws {
        let prepared = try AudioPreparation().prepare(Self.stereoSine(440, rate: 48_000, frames: 9600, rightSign: -1))
        #expect(prepared.warnings.count == 1)
        #expect(prepared.warnings[0].text.contains("correlation −1.00"))
        let kept = try AudioPreparation(channels: .keep).prepare(
            Self.stereoSine(440, rate: 48_000, frames: 9600, rightSign: -1))
        #expect(kept.warnings.isEmpty)
        #expect(try Recording(decoding: .bytes(kept.bytes)).channelCount == 2)
    }

    @Test func overshootIsClampedAndCounted() throws {
        let loud = try Recording(sampleRate: 16_000, channels: .mono, planes: [[0.5, 1.5, -1.5, 0.25]])
        let prepared = try AudioPreparation().prepare(loud)
        #expect(prepared.receipt.clampedSampleCount == 2)
        #expect(try Recording(decoding: .bytes(prepared.bytes)).planes == [[0.5, 32767.0 / 32768, -1, 0.25]])
        #expect(prepared.warnings == ["2 samples exceeded full scale and were clamped"])
    }

    @Test func whatFitsAlreadyPassesBitForBit() throws {
        let samples = (0..<4000).map { Float(Int16(truncatingIfNeeded: $0 &* 7919)) / 32_768 }
        let prepared = try AudioPreparation().prepare(Recording(sampleRate: 16_000, channels: .mono, planes: [samples]))
        #expect(try Recording(decoding: .bytes(prepared.bytes)).planes == [samples])
    }

    @Test func fileAndMemoryGiveTheSameBytes() throws {
        let folder = try TemporaryFolder()
        let wav = WAVBytes.plain(
            WAVBytes.samples((0..<60_000).map { Int16(truncatingIfNeeded: $0 &* 131) }), bits: 16, sampleRate: 48_000,
            channelCount: 2)
        let path = try folder.write(wav, as: "in.wav")
        var fractions: [Double] = []
        let toFile = try AudioPreparation().prepare(
            .file(path), toFile: folder.file("out.flac"), progress: { fractions.append($0) })
        let toMemory = try AudioPreparation().prepare(.bytes(wav))
        #expect(try TestFiles.bytes(of: folder.file("out.flac")) == toMemory.bytes)
        #expect(toFile.receipt == toMemory.receipt)
        #expect(toFile.bytes.isEmpty)
        #expect(fractions.last == 1)
        #expect(fractions == fractions.sorted())
        #expect(try folder.contents() == ["in.wav", "out.flac"])
    }

    /// A header may state one frame a second: sixteen of them become a quarter of a million, in pieces.
    @Test func aSlowSourceIsResampledInPieces() throws {
        let slow = try Recording(
            sampleRate: 1, channels: .mono, planes: [[Float](repeating: 0.25, count: 16)])
        let upload = try Recording(decoding: .bytes(try AudioPreparation().prepare(slow).bytes))
        #expect(upload.frameCount == 256_000)
        // The filter's edges reach some way in; in the middle a constant is a constant.
        #expect(abs(upload.planes[0][128_000] - 0.25) < 0.01)
    }

    @Test func badInputLeavesNoOutput() throws {
        let folder = try TemporaryFolder()
        let cut = try folder.write(Array("fLaC".utf8), as: "cut.flac")
        expectMediaError(.malformedInput) {
            _ = try AudioPreparation().prepare(.file(cut), toFile: folder.file("a.flac"))
        }
        let silent = try folder.write(WAVBytes.plain([], bits: 16, sampleRate: 8000, channelCount: 1), as: "none.wav")
        expectMediaError(.malformedInput) {
            _ = try AudioPreparation().prepare(.file(silent), toFile: folder.file("a.flac"))
        }
        let wav = try folder.write(WAVBytes.plain([1, 0], bits: 16, sampleRate: 8000, channelCount: 1), as: "in.wav")
        expectMediaError(.invalidArgument) { _ = try AudioPreparation().prepare(.file(wav), toFile: wav) }
        expectMediaError(.outputNotCreatable) {
            _ = try AudioPreparation().prepare(.file(wav), toFile: folder.file("no/a.flac"))
        }
        #expect(try folder.contents() == ["cut.flac", "in.wav", "none.wav"])
    }
}

@Suite struct TimeReceiptTests {
    private let receipt = TimeReceipt(
        source: .init(sampleRate: 44_100, channelCount: 2, frameCount: 441_000),
        upload: .init(sampleRate: 16_000, channelCount: 1, frameCount: 128_000), sourceStartFrame: 88_200)

    @Test func timesMapBothWaysAndStayInside() {
        #expect(receipt.sourceTime(forUploadTime: 1.5) == 3.5)
        #expect(receipt.uploadTime(forSourceTime: 3.5) == 1.5)
        #expect(receipt.sourceTime(forUploadTime: 99) == 10)
        #expect(receipt.uploadTime(forSourceTime: 0.5) == 0)
    }

    @Test func itSurvivesJSON() throws {
        let data = try JSONEncoder().encode(receipt)
        #expect(try JSONDecoder().decode(TimeReceipt.self, from: data) == receipt)
    }
}
