import PerceptCore
import PerceptTestSupport
import Testing

@testable import PerceptAudio

@Suite struct AudioTrackTests {
    private static let film = [
        AudioTrack(index: 1, codec: "AC-3", language: "eng"),
        AudioTrack(index: 2, codec: "AAC", language: "ger", title: "Kino", isDefault: true),
        AudioTrack(index: 3, codec: "AAC"), AudioTrack(index: 4, codec: "AAC", language: "en-US", isDefault: true),
    ]
    private static let summary = "4 audio tracks: 1 eng, 2 ger “Kino” (default), 3, 4 en-US (default)"

    @Test func aChoiceIsANumberDefaultOrALanguage() {
        #expect(AudioTrackChoice("3") == .number(3) && AudioTrackChoice("default") == .fileDefault)
        #expect(AudioTrackChoice("EN") == .language("en") && AudioTrackChoice("pt-BR") == .language("pt-br"))
        #expect(AudioTrackChoice("zh-Hant-TW")?.description == "zh-hant-tw")
        for text in ["", "0", "-1", "+1", "1.5", "٣", "english", "e", "en-", "en_US", "Default", "d3"] {
            #expect(AudioTrackChoice(text) == nil, "\(text)")
        }
    }

    @Test(arguments: [
        ("1", 1), ("4", 4), ("default", 2), ("de", 2), ("deu", 2), ("ger", 2), ("de-CH", 2), ("en", 4), ("eng", 4),
    ])
    func aTrackIsFound(_ text: String, _ index: Int) throws {
        let choice = try #require(AudioTrackChoice(text))
        #expect(try choice.track(in: Self.film, of: "film").index == index)
    }

    @Test(arguments: [("5", "5"), ("fr", "in “fr”"), ("und", "in “und”")])
    func anUnknownTrackIsAnErrorThatListsThem(_ text: String, _ named: String) throws {
        let choice = try #require(AudioTrackChoice(text))
        let error = expectMediaError(.invalidArgument) { _ = try choice.track(in: Self.film, of: "film") }
        #expect(error?.problem == "has no audio track \(named) (\(Self.summary))")
        #expect(error?.parameter == .audioTrack)
    }

    @Test func anAmbiguousChoiceIsAWarning() throws {
        func warning(_ choice: AudioTrackChoice, _ tracks: [AudioTrack]? = nil) throws -> String? {
            let tracks = tracks ?? Self.film
            let track = try choice.track(in: tracks, of: "film")
            return choice.warning(in: tracks, chosen: track)?.text
        }
        let end = "was used; choose another by number"
        #expect(try warning(.language("en")) == "\(Self.summary); 2 are in “en”; track 4 \(end)")
        #expect(try warning(.fileDefault) == "\(Self.summary); 2 are marked as default; track 2 \(end)")
        let unmarked = [Self.film[0], Self.film[2]]
        #expect(
            try warning(.fileDefault, unmarked)
                == "2 audio tracks: 1 eng, 3; none is marked as default; track 1 \(end)")
        #expect(try warning(.language("deu")) == nil)
        #expect(try warning(.number(1)) == nil)
        #expect(try warning(.fileDefault, [Self.film[0]]) == nil)
        #expect(try warning(.fileDefault, Array(Self.film.prefix(3))) == nil)
    }

    @Test func aFormatWithOneTrackHasTheFirstAlone() throws {
        let wav = MediaSource.bytes(
            WAVBytes.plain([0, 0], bits: 16, sampleRate: 8000, channelCount: 1), name: "a.wav")
        for choice in [AudioTrackChoice.number(1), .fileDefault] {
            var reader = try RecordingReader(wav, options: ReadingOptions(audioTrack: choice))
            #expect(reader.header.tracks.isEmpty && reader.header.trackIndex == nil)
            #expect(try reader.readBlock()?.frameCount == 1)
        }
        let second = expectMediaError(.invalidArgument) {
            _ = try RecordingReader(wav, options: ReadingOptions(audioTrack: .number(2)))
        }
        #expect(second?.description.hasPrefix("a.wav: has no audio track 2 (its format has only one); ") == true)
        let raw = ReadingOptions(rawFormat: RawAudioFormat("alaw"), audioTrack: .language("en"))
        let language = expectMediaError(.invalidArgument) { _ = try RecordingReader(.bytes([0]), options: raw) }
        #expect(language?.problem == "has no audio track in “en” (its format states no language)")
    }

    @Test func streamLinesAreReadFromTheLog() throws {
        func track(_ text: String) -> AudioTrack? { FFmpegStreamLine("  Stream #0:" + text)?.track }
        #expect(
            track("1[0x101](deu): Audio: aac (LC) ([15][0][0][0] / 0x000F), 44100 Hz, stereo, fltp, 70 kb/s (default)")
                == AudioTrack(
                    index: 0, codec: "AAC", language: "deu", sampleRate: 44_100, channelCount: 2, isDefault: true))
        #expect(
            track("0(und): Audio: ac3, 48000 Hz, 5.1(side), fltp, 448 kb/s (comment)")
                == AudioTrack(index: 0, codec: "AC-3", sampleRate: 48_000, channelCount: 6))
        #expect(track("2: Audio: none, 0 channels") == AudioTrack(index: 0, codec: "unknown codec"))
        #expect(track("0: Video: h264, 25 fps") == nil)
        #expect(FFmpegStreamLine("  Stream #0:12: Video: mjpeg (attached pic)")?.isCoverImage == true)
        #expect(FFmpegStreamLine("    Stream #0:0: Audio: aac") == nil)
        #expect(FFmpegStreamLine("  Stream #0:x: Audio: aac") == nil)
        for (layout, count) in [
            ("mono", 1), ("7.1", 8), ("7.1.4", 12), ("22.2", 24), ("3 channels (FL+FR+LFE)", 3), ("quad(side)", 4),
            ("1 channels", 1), ("ambisonic 1", nil), ("", nil), (".", nil),
        ] {
            #expect(FFmpegStreamLine.channelCount(layout) == count, "\(layout)")
        }
    }

    /// Titles come from metadata below their stream alone; a stream of two programs counts once.
    @Test func theLogListsTheTracks() {
        let log = FFmpegLog(input: "file:/dev/fd/3", trackIndex: 1) { _ in }
        log.take(
            Array(
                """
                [info] Input #0, mpegts, from 'file:/dev/fd/3':
                [info]   Metadata:
                [info]     title           : The film
                [info]   Program 1
                [info]     Metadata:
                [info]       title           : A program
                [info]   Stream #0:2[0x102](fra): Audio: mp2, 48000 Hz, stereo, fltp, 128 kb/s
                [info]     Metadata:
                [info]       title           : Un
                                       :   Stream #0:9(eng): Audio: aac
                [info]   Stream #0:0[0x100]: Video: mpeg2video, yuv420p
                [info]     Metadata:
                [info]       title           : Not a track
                [info]   Program 2
                [info]   Stream #0:2[0x102](fra): Audio: mp2, 48000 Hz, stereo, fltp, 128 kb/s
                [info]   Stream #0:1[0x101](eng): Audio: ac3, 48000 Hz, stereo, fltp, 192 kb/s
                [info] Stream mapping:
                [info]   Stream #0:3: Audio: aac

                """.utf8))
        #expect(
            log.tracks == [
                AudioTrack(index: 1, codec: "AC-3", language: "eng", sampleRate: 48_000, channelCount: 2),
                AudioTrack(
                    index: 2, codec: "MPEG layer II", language: "fra", title: "Un", sampleRate: 48_000,
                    channelCount: 2),
            ])
        #expect(log.codec == "MPEG layer II" && log.container == "mpegts" && log.streamCount == 3)
    }
}
