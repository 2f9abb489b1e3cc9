@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Files that end before their headers say: byte counts by the formats' own descriptions.
@Suite struct StatedLengthTests {
    private static let samples = WAVBytes.samples((0..<1000).map { Int16($0) })

    private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        WAVBytes.littleEndian(value).reversed()
    }

    private static func aiff(stated: Int) -> [UInt8] {
        let rate: [UInt8] = [0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0]  // 8000 as a number of 80 bits.
        let common = bigEndian(UInt16(1)) + bigEndian(UInt32(stated / 2)) + bigEndian(UInt16(16)) + rate
        let sound = Array("SSND".utf8) + bigEndian(UInt32(stated + 8)) + [UInt8](repeating: 0, count: 8) + samples
        let body = Array("AIFFCOMM".utf8) + bigEndian(UInt32(18)) + common + sound
        return Array("FORM".utf8) + bigEndian(UInt32(body.count)) + body
    }

    private static func au(stated: Int) -> [UInt8] {
        Array(".snd".utf8) + [24, stated, 3, 8000, 1].flatMap { bigEndian(UInt32($0)) } + samples
    }

    private static func caf(stated: Int) -> [UInt8] {
        let description =
            bigEndian((8000.0).bitPattern) + Array("lpcm".utf8) + [0, 2, 1, 1, 16].flatMap { bigEndian(UInt32($0)) }
        return Array("caff".utf8) + [0, 1, 0, 0] + Array("desc".utf8) + bigEndian(UInt64(32)) + description
            + Array("data".utf8) + bigEndian(Int64(stated + 4)) + [0, 0, 0, 0] + samples
    }

    private static func wav(stated: Int) -> [UInt8] {
        RIFFBytes.file([
            RIFFBytes.chunk("fmt ", RIFFBytes.format()), RIFFBytes.chunk("data", samples, statedSize: UInt32(stated)),
        ])
    }

    private static let files: [(MediaType, @Sendable (Int) -> [UInt8])] = [
        (.aiff, { aiff(stated: $0) }), (.au, { au(stated: $0) }), (.caf, { caf(stated: $0) }),
        (.wav, { wav(stated: $0) }),
    ]

    @Test(arguments: [0, 1, 2, 3]) func whatIsMissingIsSaid(_ index: Int) throws {
        let (type, file) = Self.files[index]
        func warnings(_ bytes: [UInt8]) throws -> [Warning] {
            #expect(MediaType.sniff(bytes) == type)
            var reader = try RecordingReader(.bytes(bytes), ffmpeg: nil)
            while try reader.readBlock() != nil {}
            #expect(reader.framesRead == 1000)
            return reader.warnings
        }
        #expect(try warnings(file(2000)) == [])
        #expect(try warnings(file(2001)) == [])
        #expect(
            try warnings(file(2002)) == [
                Warning(
                    "the file is cut short: its header states 0.125 s, the last 0.000 s are missing; get the whole "
                        + "file again")
            ])
        #expect(
            try warnings(file(26_000)) == [
                Warning(
                    "the file is cut short: its header states 1.625 s, the last 1.500 s are missing; get the whole "
                        + "file again")
            ])
    }

    @Test func lengthsThatNobodyKnewAreNotMissing() throws {
        for (type, bytes) in [
            (MediaType.au, Self.au(stated: 0xFFFF_FFFF)), (.caf, Self.caf(stated: -5)),
            (.wav, Self.wav(stated: 0xFFFF_FFFF)),
            (.aiff, Self.aiff(stated: 0x7F00_0000)),
        ] {
            #expect(try StatedLength(InputBytes(.bytes(bytes)), type) == nil)
        }
    }

    @Test func damagedHeadersStateNothing() throws {
        var generator = SplitMix64(seed: 12)
        for (type, file) in Self.files {
            for _ in 0..<300 {
                let bytes = mutated(file(26_000), headerLength: 80, &generator)
                let length = try StatedLength(InputBytes(.bytes(bytes)), type)
                let warning = length?.warning(frameCount: 1000, sampleRate: 8000)
                #expect(warning?.text.contains("\n") != true)
            }
        }
    }
}
