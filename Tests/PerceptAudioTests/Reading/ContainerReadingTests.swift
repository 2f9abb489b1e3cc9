import Foundation
import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptAudio

/// Containers and codecs that ffmpeg decodes, in files that it makes.
@Suite(.enabled(if: FFmpegSource.program() != nil, "no ffmpeg on this machine")) struct ContainerReadingTests {
    /// Runs ffmpeg; `false` if it lacks an encoder.
    private static func make(_ name: String, _ arguments: [String], in folder: TemporaryFolder) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: try #require(FFmpegSource.program()))
        process.currentDirectoryURL = folder.url
        process.arguments = ["-v", "quiet", "-nostdin", "-y"] + arguments + [name]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// One second of a tone per frequency, one track each.
    private static func tones(_ frequencies: [Int]) -> [String] {
        frequencies.flatMap { ["-f", "lavfi", "-i", "sine=\($0):d=1:r=48000"] }
            + frequencies.indices.flatMap { ["-map", "\($0)"] }
    }

    struct Format: Sendable, CustomTestStringConvertible {
        let name: String
        let type: MediaType
        let codec: String
        let arguments: [String]
        var testDescription: String { name }
    }

    static let formats = [
        Format(name: "a.ts", type: .mpegTransportStream, codec: "MPEG layer II", arguments: ["-c:a", "mp2"]),
        Format(
            name: "a.m2ts", type: .mpegTransportStream, codec: "AC-3",
            arguments: ["-c:a", "ac3", "-mpegts_m2ts_mode", "1"]),
        Format(
            name: "a.mpg", type: .mpegProgramStream, codec: "MPEG layer II", arguments: ["-c:a", "mp2", "-f", "mpeg"]),
        Format(name: "a.flv", type: .flashVideo, codec: "AAC", arguments: ["-c:a", "aac"]),
        Format(name: "a.ac3", type: .ac3, codec: "AC-3", arguments: []),
        Format(name: "a.eac3", type: .eac3, codec: "E-AC-3", arguments: []),
        Format(name: "a.dts", type: .dts, codec: "DTS", arguments: ["-c:a", "dca", "-strict", "-2"]),
        Format(name: "a.tta", type: .trueAudio, codec: "True Audio", arguments: []),
        Format(name: "a.voc", type: .creativeVoice, codec: "pcm_s16le", arguments: ["-c:a", "pcm_s16le"]),
        Format(name: "a.rm", type: .realMedia, codec: "AC-3", arguments: ["-c:a", "ac3"]),
        Format(name: "a.mov", type: .quickTime, codec: "pcm_s16le", arguments: ["-c:a", "pcm_s16le"]),
    ]

    /// ffmpeg's sine source has an amplitude of 1/8 for one second; encoders add some silence.
    @Test(arguments: formats) func aToneIsDecoded(_ format: Format) throws {
        let folder = try TemporaryFolder()
        guard try Self.make(format.name, Self.tones([440]) + format.arguments, in: folder) else { return }
        let path = folder.file(format.name)
        #expect(try MediaSource.file(path).mediaType() == format.type)
        for source in [MediaSource.file(path), .bytes(try TestFiles.bytes(of: path))] {
            var reader = try RecordingReader(source)
            #expect(reader.header.codec == format.codec && reader.header.sampleRate == 48_000)
            #expect(reader.header.tracks.count == 1 && reader.header.trackIndex == 1)
            var energy = 0.0
            while let block = try reader.readBlock() {
                energy += block.planes[0].reduce(0) { $0 + Double($1 * $1) }
            }
            #expect(abs((energy / 48_000).squareRoot() - 0.125 / 2.0.squareRoot()) < 0.003)
            #expect((47_000...52_000).contains(reader.framesRead))
            #expect(reader.warnings.isEmpty, "\(reader.warnings)")
        }
    }

    /// An `ftyp` atom of the same size is ignored if it is called `free`, as in files from before it existed.
    @Test func aMovieWithoutFileTypeIsDecoded() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.make("a.mov", Self.tones([440]) + ["-c:a", "pcm_s16le"], in: folder))
        var bytes = try TestFiles.bytes(of: folder.file("a.mov"))
        #expect(bytes[4..<8].elementsEqual("ftyp".utf8))
        bytes.replaceSubrange(4..<8, with: Array("free".utf8))
        #expect(try Recording(decoding: .bytes(bytes)) == Recording(decoding: .file(folder.file("a.mov"))))
    }

    /// SPHERE, byte by byte (NIST SPHERE 2.6): a header of 1024 bytes, then 800 samples.
    private static func sphere(_ fields: [String: String] = [:], headerSize: Int = 1024) -> [UInt8] {
        let usual = [
            "sample_count -i": "800", "sample_n_bytes -i": "2", "channel_count -i": "1", "sample_byte_format -s2": "01",
            "sample_rate -i": "16000", "sample_coding -s3": "pcm",
        ]
        let lines = usual.merging(fields) { $1 }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }
        let digits = String(headerSize)
        let size = String(repeating: " ", count: 7 - digits.count) + digits
        let header = Array("NIST_1A\n\(size)\n\(lines.joined())end_head\n".utf8)
        let samples: [Int16] = (0..<800).map { Int16($0 * 40 - 16_000) }
        return header + [UInt8](repeating: 0x20, count: 1024 - header.count) + WAVBytes.samples(samples)
    }

    @Test func speechCorporaAreDecoded() throws {
        let recording = try Recording(decoding: .bytes(Self.sphere()))
        #expect(recording.sampleRate == 16_000)
        let ramp: [Float] = (0..<800).map { Float($0 * 40 - 16_000) / 32_768 }
        #expect(recording.planes == [ramp])
    }

    @Test(arguments: [
        ["channel_count -i": "0"], ["channel_count -i": "-3"], ["channel_count -i": "1000"],
        ["sample_n_bytes -i": "9"], ["sample_rate -i": "0"], ["sample_rate -i": "2000000000"],
    ]) func aSphereHeaderThatLiesIsAnError(_ fields: [String: String]) throws {
        #expect(throws: MediaError.self) { try Recording(decoding: .bytes(Self.sphere(fields))) }
    }

    @Test func moreSamplesThanThereAreAreMissing() throws {
        var warnings: [Warning] = []
        let recording = try Recording(decoding: .bytes(Self.sphere(["sample_count -i": "80000"]))) {
            warnings.append($0)
        }
        #expect(recording.frameCount == 800)
        #expect(warnings.first?.text.contains("it states 5.000 s, its audio ends after 0.050 s") == true)
    }

    @Test func aTruncatedTransportStreamIsReadToItsEnd() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.make("a.ts", Self.tones([440]) + ["-c:a", "mp2"], in: folder))
        let whole = try TestFiles.bytes(of: folder.file("a.ts"))
        var warnings: [Warning] = []
        let recording = try Recording(decoding: .bytes(Array(whole.prefix(whole.count / 2 + 50)))) {
            warnings.append($0)
        }
        #expect((10_000..<40_000).contains(recording.frameCount))
        #expect(warnings.contains { $0.text.contains("damaged") })
        // Two packets hold tables and no audio.
        expectMediaError(.malformedInput) { _ = try Recording(decoding: .bytes(Array(whole.prefix(2 * 188)))) }
    }

    @Test func aFlashHeaderThatLiesDoesNoHarm() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.make("a.flv", Self.tones([440]) + ["-c:a", "aac"], in: folder))
        let whole = try TestFiles.bytes(of: folder.file("a.flv"))
        let expected = try Recording(decoding: .bytes(whole))
        func changed(_ offset: Int, _ bytes: [UInt8]) -> MediaSource {
            var copy = whole
            copy.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            return .bytes(copy)
        }
        // No audio, it says.
        #expect(try Recording(decoding: changed(4, [0])) == expected)
        // An hour, it says.
        let duration = try #require(whole.firstRange(of: Array("duration\0".utf8))?.upperBound)
        var warnings: [Warning] = []
        let hour = withUnsafeBytes(of: (3600.0).bitPattern.bigEndian) { Array($0) }
        #expect(try Recording(decoding: changed(duration, hour)) { warnings.append($0) } == expected)
        #expect(warnings.first?.text.contains("it states 3600.000 s") == true)
        // A first tag of 16 MB, and nothing but the header.
        _ = try? Recording(decoding: changed(14, [0xFF, 0xFF, 0xFF]))
        expectMediaError(.malformedInput) { _ = try Recording(decoding: .bytes(Array(whole.prefix(13)))) }
    }

    // MARK: Tracks

    private static let languages = ["eng", "deu", "fra"].enumerated().flatMap {
        ["-metadata:s:a:\($0.offset)", "language=\($0.element)"]
    }

    private static func film(_ folder: TemporaryFolder) throws -> MediaSource {
        let arguments =
            tones([300, 600, 1200]) + ["-c:a", "pcm_s16le"] + languages
            + ["-metadata:s:a:2", "title=Version originale", "-disposition:a:0", "0", "-disposition:a:1", "default"]
        #expect(try make("film.mkv", arguments, in: folder))
        return .file(folder.file("film.mkv"))
    }

    /// The frequency of a tone, by its zero crossings.
    private static func frequency(_ recording: Recording) -> Int {
        let plane = recording.planes[0]
        let crossings = zip(plane, plane.dropFirst()).count { ($0 < 0) != ($1 < 0) }
        return Int((Double(crossings) / 2 / recording.duration / 10).rounded()) * 10
    }

    @Test func aTrackIsChosen() throws {
        let folder = try TemporaryFolder()
        let film = try Self.film(folder)
        for (choice, frequency, index) in [
            ("1", 300, 1), ("3", 1200, 3), ("default", 600, 2), ("en", 300, 1), ("ger", 600, 2), ("fr", 1200, 3),
        ] {
            let options = ReadingOptions(audioTrack: AudioTrackChoice(choice))
            for source in [film, .bytes(try TestFiles.bytes(of: folder.file("film.mkv")))] {
                var warnings: [Warning] = []
                let recording = try Recording(decoding: source, options: options) { warnings.append($0) }
                #expect(Self.frequency(recording) == frequency)
                #expect(warnings.isEmpty)
            }
            let prepared = try AudioPreparation(reading: options).prepare(film)
            #expect(prepared.receipt.sourceTrackIndex == index)
            let chunked = try ChunkedRecording(
                film, preparation: AudioPreparation(reading: options), chunking: AudioChunking())
            #expect(try chunked.next()?.receipt.sourceTrackIndex == index)
        }
        let header = try RecordingReader(film).header
        #expect(
            header.tracks.map(\.description)
                == ["1 eng", "2 deu (default)", "3 fra “Version originale”"])
        #expect(header.tracks.allSatisfy { $0.sampleRate == 48_000 && $0.channelCount == 1 })
        for choice in ["4", "es"] {
            let error = expectMediaError(.invalidArgument) {
                _ = try RecordingReader(film, options: ReadingOptions(audioTrack: AudioTrackChoice(choice)))
            }
            #expect(error?.problem.contains("(3 audio tracks: 1 eng, 2 deu (default), 3 fra “Version") == true)
        }
    }

    @Test func severalTracksAreANotice() throws {
        let folder = try TemporaryFolder()
        var warnings: [Warning] = []
        let recording = try Recording(decoding: Self.film(folder)) { warnings.append($0) }
        #expect(Self.frequency(recording) == 300)
        #expect(
            warnings == [
                Warning(
                    "3 audio tracks: 1 eng, 2 deu (default), 3 fra “Version originale”; track 1 was used; to use "
                        + "another, choose it",
                    parameter: .audioTrack)
            ])
    }

    // MARK: Bytes of an unknown format

    /// ffmpeg knows the format, and no signature here does: an AAC stream in the framing of broadcasts (LOAS).
    @Test func anUnknownFormatIsPassedOn() throws {
        let folder = try TemporaryFolder()
        guard try Self.make("a.latm", Self.tones([440]) + ["-c:a", "aac"], in: folder) else { return }
        #expect(throws: MediaError.self) { try MediaSource.file(folder.file("a.latm")).mediaType() }
        var reader = try RecordingReader(.file(folder.file("a.latm")))
        #expect(reader.header.container == "loas" && reader.header.mediaType.kind == .other)
        while try reader.readBlock() != nil {}
        #expect((48_000...51_200).contains(reader.framesRead))
    }

    /// Playlists, images and other formats that could lead elsewhere are not on the list, whatever ffmpeg thinks.
    @Test func nothingElseIsDecoded() throws {
        let allowed = Set(FFmpegDemuxer.unrecognized.names)
        for demuxer in ["concat", "hls", "dash", "image2", "sdp", "rtsp", "tty", "lavfi", "mp3", "svg_pipe", "s16le"] {
            #expect(!allowed.contains(demuxer))
        }
        var random = SplitMix64(seed: 9)
        let junk: [UInt8] = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let error = expectMediaError(.unsupportedFeature) {
            _ = try RecordingReader(.bytes([0xF1, 0] + junk, name: "junk"))
        }
        #expect(error?.problem.hasSuffix(", and ffmpeg does not recognize a recording in it") == true)
        #expect(error?.parameter == .rawFormat)
    }
}
