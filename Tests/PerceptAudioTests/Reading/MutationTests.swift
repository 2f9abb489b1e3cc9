import Foundation
@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Small recordings of every kind, damaged in thousands of ways: each is read to its end or refused with an error, and
/// neither takes more than it should.
///
/// A seed gives the same damage each time. `PERCEPT_MUTATIONS` sets how many there are of each recording; run with many
/// under `--sanitize=address`, the test shows what a crash would hide.
@Suite struct MutationTests {
    struct Seed: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var testDescription: String { name }
    }

    private static let mutationCount = ProcessInfo.processInfo.environment["PERCEPT_MUTATIONS"].flatMap(Int.init) ?? 60

    private static let tone = (0..<2400).map { Int16(8000 * sin(Double($0) / 9)) }

    static let seeds: [Seed] = {
        let data = WAVBytes.samples(tone)
        func wav(_ format: [UInt8], _ data: [UInt8]) -> [UInt8] {
            RIFFBytes.file([
                RIFFBytes.chunk("LIST", Array("INFOISFT".utf8) + [4, 0, 0, 0, 65, 66, 67, 0]),
                RIFFBytes.chunk("fmt ", format), RIFFBytes.chunk("fact", [0x60, 9, 0, 0]),
                RIFFBytes.chunk("data", data),
                RIFFBytes.chunk("id3 ", [1, 2, 3]),
            ])
        }
        var flac = FLACBytes([tone.map(Int.init), tone.map { -Int($0) }], bitDepth: 16)
        flac.blockSizes = [600, 200]
        flac.tags = ["TITLE=tone", "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x3"]
        let extensible = RIFFBytes.extensible(validBits: 24, channelMask: 3)
        var seeds = [
            Seed(name: "WAV PCM", bytes: wav(RIFFBytes.format(channelCount: 2), data)),
            Seed(
                name: "WAV extensible",
                bytes: wav(RIFFBytes.format(tag: 0xFFFE, bits: 24, channelCount: 2, extra: extensible), data)),
            Seed(
                name: "WAV float",
                bytes: wav(
                    RIFFBytes.format(tag: 3, bits: 32), WAVBytes.samples(tone.prefix(1200).map { Float($0) * 0x1p-15 }))
            ),
            Seed(name: "WAV A-law", bytes: wav(RIFFBytes.format(tag: 6, bits: 8), data)),
            Seed(name: "WAV IMA", bytes: wav(RIFFBytes.format(tag: 0x11, bits: 4, blockAlign: 64), data)),
            Seed(name: "WAV Microsoft", bytes: wav(RIFFBytes.format(tag: 2, bits: 4, blockAlign: 70), data)),
            Seed(name: "WAV GSM", bytes: wav(RIFFBytes.format(tag: 0x31, bits: 0, blockAlign: 65), data)),
            Seed(
                name: "RF64",
                bytes: RIFFBytes.file(
                    [
                        RIFFBytes.chunk("ds64", RIFFBytes.longSizes(data: UInt64(data.count))),
                        RIFFBytes.chunk("fmt ", RIFFBytes.format()), RIFFBytes.chunk("data", data, statedSize: .max),
                    ], magic: "RF64", statedSize: .max)),
            Seed(name: "Wave64", bytes: RIFFBytes.wave64([("fmt ", RIFFBytes.format()), ("data", data)])),
            Seed(name: "FLAC", bytes: flac.encoded()),
        ]
        // What libsndfile reads itself, and writes as well.
        for (name, format) in [
            ("AIFF", "aiff"), ("AIFF-C float", "aifc"), ("AU", "au"), ("CAF", "caf"), ("CAF ALAC", "alac"),
            ("Ogg Vorbis", "vorbis"),
            ("Ogg Opus", "opus"), ("MP3", "mp3"),
        ] {
            if let bytes = SoundFileBytes.encoded(tone, as: format) { seeds.append(Seed(name: name, bytes: bytes)) }
        }
        return seeds + GoldenStream.all.map { Seed(name: $0.name, bytes: $0.bytes) }
    }()

    @Test func thereIsARecordingOfEachKind() {
        // Ten are written here, 18 are golden; of those that libsndfile writes, MP3 needs a library that it may have
        // been built without.
        #expect(Self.seeds.count >= 35)
    }

    @Test(arguments: seeds) func damageDoesNoHarm(_ seed: Seed) throws {
        var generator = SplitMix64(seed: UInt64(seed.bytes.count))
        var (readCount, refusedCount) = (0, 0)
        #expect(throws: Never.self) { try Self.read(seed.bytes) }
        for number in 0..<Self.mutationCount {
            let mutant = mutated(seed.bytes, headerLength: 128, &generator)
            do throws(MediaError) {
                try Self.read(mutant)
                readCount += 1
            } catch {
                refusedCount += 1
                #expect(error.kind != .cancelled && error.kind != .inputOutput, "mutation \(number): \(error)")
            }
        }
        #expect(readCount + refusedCount == Self.mutationCount)
    }

    /// Pages whose checksum does not fit are dropped before anything decodes them, so that damage to packets has to be
    /// followed by other checksums.
    @Test(arguments: GoldenStream.all.filter { $0.name.hasPrefix("vorbis") || $0.name.hasPrefix("opus") })
    func damageBehindARightOggChecksumDoesNoHarm(_ stream: GoldenStream) throws {
        let pages = OggPages.pages(stream.bytes)
        var generator = SplitMix64(seed: UInt64(stream.frameCount))
        for number in 0..<Self.mutationCount {
            var mutant = pages
            // Headers are in the first pages, and matter most.
            let limit = Bool.random(using: &generator) ? 3 : pages.count
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let page = Int.random(in: 0..<limit, using: &generator)
                let start = 27 + Int(mutant[page][26])
                guard start < mutant[page].count else { continue }
                mutant[page][Int.random(in: start..<mutant[page].count, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            do throws(MediaError) {
                try Self.read(OggPages.withChecksums(mutant.flatMap { $0 }))
            } catch {
                #expect(error.kind != .cancelled && error.kind != .inputOutput, "mutation \(number): \(error)")
            }
        }
    }

    /// The oracle is libFLAC, reading in order: the same samples, then the same end, warning or error at the same
    /// place. Whether it calls damage in the last frame that or an early end depends on what it has read before.
    @Test func damageIsTheSameInStretches() throws {
        var writer = try RecordingWriter(toMemory: 1 << 20, encoding: .flac16, sampleRate: 16_000, channelCount: 1)
        try writer.write([(0..<20).flatMap { _ in Self.tone.map { Float($0) * 0x1p-15 } }])
        let predicted = try writer.finish().bytes
        let verbatim = try #require(Self.seeds.first { $0.name == "FLAC" }).bytes
        var generator = SplitMix64(seed: 11)
        for original in [verbatim, predicted] {
            var refusedCount = 0
            for number in 0..<Self.mutationCount * 3 {
                let mutant = mutated(original, headerLength: 128, &generator)
                let inOrder = try Self.outcome(mutant, FLACReadAhead.Division(smallestFile: .max))
                let inStretches = try Self.outcome(
                    mutant, FLACReadAhead.Division(smallestFile: 1, samplesPerStretch: 600, shortestStretch: 400))
                #expect(inStretches == inOrder, "mutation \(number)")
                if inOrder.place != nil { refusedCount += 1 }
            }
            #expect((1..<Self.mutationCount * 3).contains(refusedCount))
        }
    }

    /// Frames with correct checksums that break the format's rules or exceed their bits.
    @Test func damageBehindARightChecksumIsTheSameInStretches() throws {
        let sound = VariedSound.planes(channelCount: 2, bitDepth: 16, frameCount: 40_000)
        var writer = try RecordingWriter(toMemory: 1 << 22, encoding: .flac16, sampleRate: 44_100, channelCount: 2)
        try writer.write(sound)
        let original = try writer.finish().bytes
        let start = 42
        let blocks = FLACFrameDecoder(channelCount: 2, bitDepth: 16).blocks(
            in: start..<original.count, of: try InputBytes(.bytes(original)), margin: 0, frameLimit: .max)
        let ends = try #require(blocks).blocks.map(\.end)
        var generator = SplitMix64(seed: 12)
        for number in 0..<Self.mutationCount {
            var mutant = original
            for _ in 0..<8 {
                let index = Int.random(in: 1..<ends.count, using: &generator)
                let frame = ends[index - 1]..<ends[index]
                // After the header, mostly where subframes begin.
                let limit = Bool.random(using: &generator) ? min(frame.count - 2, 40) : frame.count - 2
                mutant[frame.lowerBound + Int.random(in: 8..<limit, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
                let checksum = Self.checksum(mutant[frame.dropLast(2)])
                mutant[frame.upperBound - 2] = UInt8(checksum >> 8)
                mutant[frame.upperBound - 1] = UInt8(checksum & 0xFF)
            }
            let inOrder = try Self.outcome(mutant, FLACReadAhead.Division(smallestFile: .max))
            let inStretches = try Self.outcome(
                mutant, FLACReadAhead.Division(smallestFile: 1, samplesPerStretch: 30_000, shortestStretch: 400))
            #expect(inStretches == inOrder, "mutation \(number)")
        }
    }

    /// The remainder of section 9.3: x¹⁶ + x¹⁵ + x² + 1.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(0) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte) << 8) { bits, _ in bits & 0x8000 == 0 ? bits << 1 : bits << 1 ^ 0x8005 }
        }
    }

    private struct Outcome: Equatable {
        var samples: [Float] = []
        var warnings: [Warning] = []
        /// Where an error says that it is.
        var place: Substring?
    }

    private static func outcome(_ bytes: [UInt8], _ division: FLACReadAhead.Division) throws -> Outcome {
        var outcome = Outcome()
        do throws(MediaError) {
            let source = try FLACSource(
                InputBytes(.bytes(bytes)), mediaType: .flac, division: division)
            // A reader refuses such a header before it reads.
            guard source.header.sampleRate > 0 else { return outcome }
            while case let planes = try source.readPlanes(frameLimit: 4096), !planes.isEmpty {
                for plane in planes { outcome.samples += plane }
            }
            outcome.warnings = source.warnings
        } catch {
            outcome.place = error.problem.split(separator: "at frame ").last?.prefix { $0 != ")" } ?? ""
        }
        return outcome
    }

    /// Reads everything; what a few kilobytes claim to hold is not believed without end.
    private static func read(_ bytes: [UInt8]) throws(MediaError) {
        var reader = try RecordingReader(
            .bytes(bytes), options: ReadingOptions(replacesNonFinite: true, verifiesChecksum: true), ffmpeg: nil)
        let channelCount = reader.header.channelCount
        while let block = try reader.readBlock() {
            // Silence is the most that these codecs pack: MP3 and Opus need 3 bytes for about a thousand frames.
            guard block.planes.count == channelCount, reader.framesRead < 1 << 24 else {
                throw MediaError(.inputOutput, problem: "\(reader.framesRead) frames from \(bytes.count) bytes")
            }
        }
        _ = reader.warnings
    }
}

/// Recordings in the containers that libsndfile both writes and reads.
enum SoundFileBytes {
    private static let formats: [String: CInt] = [
        // sndfile.h: the container in the upper half, the coding in the lower.
        "aiff": 0x02_0002, "aifc": 0x02_0006, "au": 0x03_0002, "caf": 0x18_0002, "alac": 0x18_0070, "vorbis": 0x20_0060,
        "opus": 0x20_0064, "mp3": 0x23_0082,
    ]

    /// `samples` as a mono recording of 16 kHz; `nil` where libsndfile was built without the codec.
    static func encoded(_ samples: [Int16], as name: String) -> [UInt8]? {
        guard let format = formats[name].map(SoundFileFormat.init(rawValue:)) else { return nil }
        let file = VirtualFile(byteLimit: 1 << 20)
        guard
            let soundFile = try? SoundFile.writing(file, format: format, sampleRate: 16_000, channelCount: 1),
            soundFile.write(samples), soundFile.close() == nil
        else { return nil }
        return file.bytes
    }
}
