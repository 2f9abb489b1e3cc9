@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct OggReadingTests {
    static let streams = GoldenStream.all.filter { $0.name.hasPrefix("vorbis") || $0.name.hasPrefix("opus") }

    @Test func thereIsAStreamOfEachKind() {
        #expect(Self.streams.count == 11)
    }

    /// The other decoders give channels in the order of WAV; each has a tone of its own, so that the order is seen.
    @Test(arguments: streams) func samplesAreThoseOfAnotherDecoder(_ stream: GoldenStream) throws {
        for frameLimit in [4096, 100, 7] {
            let read = try ReadRecording(stream.bytes, frameLimit: frameLimit)
            #expect(read.header.sampleRate == stream.sampleRate)
            #expect(read.header.channels == .conventional(channelCount: stream.channelCount))
            #expect(read.header.frameCount == stream.frameCount)
            #expect(read.frameCount == stream.frameCount)
            #expect(read.difference(from: stream) < 1e-4)
            #expect(read.warnings.isEmpty)
        }
    }

    @Test(arguments: [6, 8]) func surroundKeepsItsPlaces(_ channelCount: Int) throws {
        for codec in ["vorbis", "opus"] {
            let read = try ReadRecording(GoldenStream.named("\(codec) \(channelCount)").bytes)
            for (channel, position) in read.header.channels.positions.enumerated() where position != .lowFrequency {
                let frequency = 300 + 200 * Double(channel)
                #expect(abs(read.amplitude(frequency, channel: channel, in: 0..<read.frameCount) - 0.25) < 0.03)
            }
        }
    }

    /// The last intact page decides whether a stream without a stated length is whole; a tag after it does not count.
    @Test(arguments: streams) func theLastPageIsFound(_ stream: GoldenStream) throws {
        func isWhole(_ bytes: [UInt8]) throws -> Bool { try InputBytes(.bytes(bytes)).endsWithLastOggPage() }
        #expect(try isWhole(stream.bytes))
        #expect(try isWhole(stream.bytes + Array("TAG".utf8) + [UInt8](repeating: 0x4F, count: 125)))
        #expect(try !isWhole(Array(stream.bytes.dropLast())))
        #expect(try !isWhole(Array(stream.bytes.prefix(stream.bytes.count / 2))))
        #expect(try !isWhole([]))
    }

    // MARK: Chains

    @Test(arguments: ["vorbis 1", "opus 1"]) func linksWithTheSameSerialNumberAreAllRead(_ name: String) throws {
        let stream = try GoldenStream.named(name)
        let read = try ReadRecording(stream.bytes + stream.bytes)
        #expect(read.frameCount == 2 * stream.frameCount && read.header.frameCount == read.frameCount)
        for start in [0, stream.frameCount] { #expect(read.difference(from: stream, at: start) < 1e-4) }
        #expect(read.warnings.isEmpty)
    }

    @Test(arguments: [
        ["opus 2", "opus 1", "opus 6"], ["vorbis 1", "vorbis 22050", "vorbis 8"], ["vorbis 22050", "opus 2"],
    ]) func linksOfAnotherFormatAreConvertedToTheFirst(_ names: [String]) throws {
        let parts = try names.map(GoldenStream.named)
        let read = try ReadRecording(parts.flatMap(\.bytes))
        let rate = parts[0].sampleRate
        #expect(read.header.sampleRate == rate && read.header.channelCount == parts[0].channelCount)
        var start = 0
        for part in parts {
            let end = start + (part.frameCount * rate + part.sampleRate - 1) / part.sampleRate
            // The lowest tone is on the left, and alone in a mono part.
            let gain =
                part.channelCount == 1
                ? 1
                : LayoutMixer(
                    from: .conventional(channelCount: part.channelCount), to: read.header.channels)?.gains[0][0] ?? 0
            #expect(abs(read.amplitude(300, in: start..<end) - 0.25 * Double(gain)) < 0.02)
            start = end
        }
        #expect(read.frameCount == start && read.header.frameCount == start)
        #expect(read.warnings.count == parts.count - 1)
    }

    @Test func junkBetweenLinksIsSkipped() throws {
        let opus = try GoldenStream.named("opus 1")
        let junk = [UInt8](repeating: 0x41, count: 700)
        let read = try ReadRecording(opus.bytes + junk + opus.bytes)
        #expect(read.frameCount == 2 * opus.frameCount)
    }

    @Test(arguments: ["vorbis 1", "opus 1"]) func anUnreadableFirstLinkIsLeftOutWithAWarning(_ name: String) throws {
        let stream = try GoldenStream.named(name)
        let pages = OggPages.pages(stream.bytes)
        var unknownCodec = pages[0]
        unknownCodec[30] ^= 0x20
        unknownCodec = OggPages.withChecksums(unknownCodec)
        var cutHeaders = pages[1]
        cutHeaders[cutHeaders.count - 3] ^= 4
        for link in [pages[0] + cutHeaders, unknownCodec + pages[1]] {
            let read = try ReadRecording(link + stream.bytes)
            #expect(read.frameCount == stream.frameCount && read.header.frameCount == read.frameCount)
            #expect(read.difference(from: stream, at: 0) < 1e-4)
            #expect(read.warnings.count == 1)
            #expect(read.warnings.first?.text.hasPrefix("the beginning was left out: ") == true)
        }
    }

    // MARK: Damage

    /// The length missing between two pages follows from their granule positions; Vorbis also loses half a block on
    /// each side, because its other half was in a missing page.
    @Test(arguments: ["vorbis 1", "opus 1"], [false, true])
    func missingPagesBecomeSilenceOfTheirLength(_ name: String, _ isDamaged: Bool) throws {
        let stream = try GoldenStream.named(name)
        let whole = try ReadRecording(stream.bytes)
        let pages = OggPages.pages(stream.bytes)
        let firstOfSound = try #require(pages.firstIndex { OggPages.granule($0) > 0 })
        for missing in [firstOfSound, firstOfSound + 2, pages.count - 2] {
            var damaged = pages
            if isDamaged {
                damaged[missing][damaged[missing].count - 3] ^= 4
            } else {
                damaged.remove(at: missing)
            }
            let read = try ReadRecording(damaged.flatMap { $0 })
            #expect(read.header.frameCount == whole.frameCount)
            try #require(read.frameCount == whole.frameCount)
            let preSkip = name == "opus 1" ? 312 : 0
            let start = missing == firstOfSound ? 0 : OggPages.granule(pages[missing - 1]) - preSkip
            let end = OggPages.granule(pages[missing]) - preSkip
            let block = name == "opus 1" ? 0 : 2048
            let silence = read.planes[0].prefix(end - block).dropFirst(start + block)
            #expect(silence.count == end - start - 2 * block)
            #expect(silence.allSatisfy { $0 == 0 })
            let before = max(0, start - block)
            #expect(read.planes[0][..<before] == whole.planes[0][..<before])
            // Decoders need a moment after a loss.
            let after = end + 4800
            let rest = zip(read.planes[0].dropFirst(after), whole.planes[0].dropFirst(after))
            #expect(rest.allSatisfy { abs($0 - $1) < 0.02 })
            #expect(read.warnings.count == 1)
            #expect(read.warnings.first?.text.hasPrefix("Ogg pages are missing or damaged at ") == true)
        }
    }

    @Test(arguments: ["vorbis 1", "opus 1"]) func aStreamWithoutItsLastPageIsReported(_ name: String) throws {
        let stream = try GoldenStream.named(name)
        let whole = try ReadRecording(stream.bytes)
        let pages = OggPages.pages(stream.bytes)
        let last = try #require(pages.last)
        var damaged = last
        damaged[damaged.count - 3] ^= 4
        for end in [[], Array(last.prefix(10)), Array(last.prefix(last.count - 1)), damaged] {
            let read = try ReadRecording(pages.dropLast().flatMap { $0 } + end)
            #expect(read.frameCount > whole.frameCount / 2)
            #expect(read.planes[0][...] == whole.planes[0].prefix(read.frameCount))
            #expect(read.warnings.count == 1)
            #expect(read.warnings.first?.text.hasPrefix("its last Ogg page is missing or damaged: it ends at ") == true)
        }
    }

    @Test func headersWithoutSoundAreRefusedAsThat() throws {
        let pages = OggPages.pages(try GoldenStream.named("opus 1").bytes)
        var damaged = Array(pages.prefix(3))
        damaged[2][damaged[2].count - 3] ^= 4
        for bytes in [pages[0] + pages[1], pages[0] + pages[1] + pages[2].dropLast(), damaged.flatMap { $0 }] {
            let error = expectMediaError(.malformedInput) { _ = try RecordingReader(.bytes(bytes), ffmpeg: nil) }
            #expect(error?.problem == "no intact Ogg page with sound follows the Opus header")
        }
    }

    @Test func whatHoldsNoStreamIsRefused() throws {
        let pages = OggPages.pages(try GoldenStream.named("vorbis 1").bytes)
        for bytes in [Array(pages[0]), pages.dropFirst().flatMap { $0 }, Array(pages[0].prefix(20))] {
            expectMediaError(.malformedInput) { _ = try RecordingReader(.bytes(bytes), ffmpeg: nil) }
        }
    }
}
