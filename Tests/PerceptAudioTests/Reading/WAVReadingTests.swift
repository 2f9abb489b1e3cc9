import Foundation
import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// WAV as it is met: each file is written byte by byte, and its samples are known.
@Suite struct WAVReadingTests {
    private typealias RIFF = RIFFBytes

    private static let values: [Int16] = (0..<10).map { $0 * 100 - 500 }
    private static let data = WAVBytes.samples(values)
    private static let samples = values.map { Float($0) / 32_768 }
    private static let format = RIFF.chunk("fmt ", RIFF.format())

    /// A file that holds ``samples``, however odd it is otherwise.
    struct Oddity: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    static let oddities = [
        Oddity("ffmpeg's pipe", RIFF.file([format, RIFF.chunk("data", data, statedSize: .max)], statedSize: .max)),
        Oddity("size zero", RIFF.file([format, RIFF.chunk("data", data, statedSize: 0)], statedSize: 0)),
        Oddity(
            "SoX's pipe",
            RIFF.file([format, RIFF.chunk("data", data, statedSize: 0x7FFF_F000)], statedSize: 0x7FFF_F024)),
        Oddity(
            "SoX's pipe, rounded to frames",
            RIFF.file([format, RIFF.chunk("data", data, statedSize: 0x7FFF_EFFC)], statedSize: 0x7FFF_F044)),
        Oddity(
            "odd chunk with padding",
            RIFF.file([RIFF.chunk("LIST", Array("INFOx".utf8)), format, RIFF.chunk("data", data)])),
        Oddity(
            "odd chunk without padding",
            RIFF.file([RIFF.chunk("LIST", Array("INFOx".utf8), isPadded: false), format, RIFF.chunk("data", data)])),
        Oddity(
            "odd chunk without padding right before the data",
            RIFF.file([
                format, RIFF.chunk("note", [1, 2, 3], isPadded: false),
                // Its size, 20, is not a letter; only the identifier decides.
                RIFF.chunk("data", data),
            ])),
        Oddity(
            "chunks before and after",
            RIFF.file([
                RIFF.chunk("JUNK", [UInt8](repeating: 0, count: 28)),
                RIFF.chunk("bext", [UInt8](repeating: 0, count: 602)),
                format, RIFF.chunk("fact", [10, 0, 0, 0]), RIFF.chunk("LIST", Array("INFO".utf8)),
                RIFF.chunk("data", data), RIFF.chunk("LIST", Array("INFOabcd".utf8)),
                RIFF.chunk("id3 ", Array("ID3".utf8) + [3, 0, 0, 0, 0, 0, 0]),
            ])),
        Oddity("data before the format", RIFF.file([RIFF.chunk("data", data), format])),
        Oddity("a second data chunk", RIFF.file([format, RIFF.chunk("data", data), RIFF.chunk("data", data)])),
        Oddity(
            "RIFX",
            RIFF.file(
                [
                    RIFF.chunk("fmt ", RIFF.format(order: .big), order: .big),
                    RIFF.chunk("data", values.flatMap(RIFF.Order.big.bytes), order: .big),
                ], magic: "RIFX", order: .big)),
        Oddity(
            "RF64",
            RIFF.file(
                [RIFF.chunk("ds64", RIFF.longSizes(data: 20)), format, RIFF.chunk("data", data, statedSize: .max)],
                magic: "RF64", statedSize: .max)),
        Oddity(
            "BW64",
            RIFF.file(
                [
                    RIFF.chunk("ds64", RIFF.longSizes(data: 20)), format, RIFF.chunk("data", data, statedSize: .max),
                    RIFF.chunk("axml", Array("<x/>".utf8)),
                ], magic: "BW64", statedSize: .max)),
        Oddity(
            "RF64 of a stream",
            RIFF.file(
                [RIFF.chunk("ds64", RIFF.longSizes(data: 0)), format, RIFF.chunk("data", data, statedSize: .max)],
                magic: "RF64", statedSize: .max)),
        Oddity("Wave64", RIFF.wave64([("fmt ", RIFF.format()), ("data", data)])),
        Oddity(
            "Wave64 with other chunks",
            RIFF.wave64([("junk", [1, 2, 3]), ("fmt ", RIFF.format()), ("levl", [7]), ("data", data), ("list", [9])])),
        Oddity(
            "no block alignment",
            RIFF.file([RIFF.chunk("fmt ", RIFF.format(blockAlign: 0)), RIFF.chunk("data", data)])),
        Oddity(
            "12 bits in 16",
            RIFF.file([RIFF.chunk("fmt ", RIFF.format(bits: 12, blockAlign: 2)), RIFF.chunk("data", data)])),
        Oddity(
            "20 bits in 24",
            RIFF.file([
                RIFF.chunk("fmt ", RIFF.format(bits: 20, blockAlign: 3)),
                RIFF.chunk("data", values.flatMap { [0] + WAVBytes.littleEndian($0) }),
            ])),
        Oddity(
            "24 bits in 32",
            RIFF.file([
                RIFF.chunk("fmt ", RIFF.format(bits: 24, blockAlign: 4)),
                RIFF.chunk("data", values.flatMap { [0, 0] + WAVBytes.littleEndian($0) }),
            ])),
        Oddity(
            "extensible, 24 valid bits of 32",
            RIFF.file([
                RIFF.chunk(
                    "fmt ", RIFF.format(tag: 0xFFFE, bits: 32, extra: RIFF.extensible(validBits: 24, channelMask: 4))),
                RIFF.chunk("data", values.flatMap { [0, 0] + WAVBytes.littleEndian($0) }),
            ])),
        Oddity(
            "extensible floating point",
            RIFF.file([
                RIFF.chunk(
                    "fmt ",
                    RIFF.format(tag: 0xFFFE, bits: 64, extra: RIFF.extensible(validBits: 64, channelMask: 0, tag: 3))),
                RIFF.chunk("data", samples.flatMap { WAVBytes.littleEndian(Double($0).bitPattern) }),
            ])),
    ]

    @Test(arguments: oddities) func oddFilesAreReadWhole(_ oddity: Oddity) throws {
        let folder = try TemporaryFolder()
        for source in [MediaSource.bytes(oddity.bytes), .file(try folder.write(oddity.bytes, as: "odd.wav"))] {
            var reader = try RecordingReader(source)
            #expect(reader.header.sampleRate == 8000)
            #expect(reader.header.frameCount == 10)
            #expect(try #require(try reader.readBlock()).planes == [Self.samples])
            #expect(try reader.readBlock() == nil)
            #expect(reader.warnings.isEmpty)
        }
    }

    @Test func bothOrdersOfBytesInEachFormat() throws {
        // −½ and ¼ in each coding of PCM and floating point, from their definitions.
        for (bits, tag, values) in [
            (UInt16(16), UInt16(1), [UInt64(0xC000), 0x2000]), (24, 1, [0xC0_0000, 0x20_0000]),
            (32, 1, [0xC000_0000, 0x2000_0000]),
            (32, 3, [0xBF00_0000, 0x3E80_0000]), (64, 3, [0xBFE0_0000_0000_0000, 0x3FD0_0000_0000_0000]),
        ] {
            for order in [RIFF.Order.little, .big] {
                let data = values.flatMap { value in
                    let bytes = Array(WAVBytes.littleEndian(value).prefix(Int(bits / 8)))
                    return order == .little ? bytes : bytes.reversed()
                }
                let file = RIFF.file(
                    [
                        RIFF.chunk("fmt ", RIFF.format(tag: tag, bits: bits, order: order), order: order),
                        RIFF.chunk("data", data, order: order),
                    ], magic: order == .little ? "RIFF" : "RIFX", order: order)
                #expect(try Recording(decoding: .bytes(file)).planes == [[-0.5, 0.25]], "\(tag) \(bits) \(order)")
            }
        }
    }

    @Test func aShortFileIsReadAsFarAsItGoesWithAWarning() throws {
        // 200 bytes stated, 19 there: nine frames and half of one.
        let file = RIFF.file(
            [Self.format, RIFF.chunk("data", Self.data.dropLast(), statedSize: 200, isPadded: false)], statedSize: 236)
        var reader = try RecordingReader(.bytes(file))
        #expect(reader.header.frameCount == 9)
        #expect(try #require(try reader.readBlock()).planes == [Array(Self.samples.prefix(9))])
        #expect(
            reader.warnings == [
                Warning(
                    "the file is cut short: its header states 0.012 s, the last 0.011 s are missing; get the whole "
                        + "file again")
            ])
    }

    @Test func theWarningReachesWhoeverPrepares() throws {
        let file = RIFF.file([Self.format, RIFF.chunk("data", Self.data, statedSize: 200)])
        #expect(
            try AudioPreparation().prepare(.bytes(file)).warnings
                == [
                    Warning(
                        "the file is cut short: its header states 0.013 s, the last 0.011 s are missing; get the whole "
                            + "file again")
                ])
    }

    /// More than 32 bits can state, in a file of holes: the last frames are read by their place alone.
    @Test(arguments: [(1, 2, Float(0)), (6, 1, Float(8) / 32_768)])
    func filesBeyondFourGigabytes(_ tag: UInt16, _ bytesPerFrame: Int, _ value: Float) throws {
        let byteCount = 5 << 30
        let folder = try TemporaryFolder()
        let head = RIFF.file(
            [
                RIFF.chunk("ds64", RIFF.longSizes(data: UInt64(byteCount))),
                RIFF.chunk("fmt ", RIFF.format(tag: tag, bits: UInt16(bytesPerFrame * 8))),
                RIFF.chunk("data", [UInt8](repeating: tag == 6 ? 0xD5 : 0, count: 64), statedSize: .max),
            ], magic: "RF64", statedSize: .max)
        let path = try folder.write(head, as: "long.wav")
        try #require(truncate(path, head.count - 64 + byteCount) == 0)
        var reader = try RecordingReader(.file(path))
        #expect(reader.header.container == "RF64")
        #expect(reader.header.frameCount == byteCount / bytesPerFrame)
        #expect(try reader.readBlock(frameLimit: 32)?.planes == [[Float](repeating: value, count: 32)])
        #expect(reader.warnings.isEmpty)
    }

    @Test func anEmptyFileIsEmpty() throws {
        for tail in [[UInt8](), RIFF.chunk("LIST", Array("INFO".utf8))] {
            var reader = try RecordingReader(.bytes(RIFF.file([Self.format, RIFF.chunk("data", []), tail])))
            #expect(reader.header.frameCount == 0)
            #expect(try reader.readBlock() == nil)
        }
    }

    @Test func validBitsAreTheDepth() throws {
        let file = RIFF.file([
            RIFF.chunk(
                "fmt ",
                RIFF.format(
                    tag: 0xFFFE, bits: 24, channelCount: 3, extra: RIFF.extensible(validBits: 20, channelMask: 0x103))),
            RIFF.chunk("data", [UInt8](repeating: 0, count: 18)),
        ])
        let header = try RecordingReader(.bytes(file)).header
        #expect(header.bitDepth == 20)
        #expect(header.codec == "PCM 20 bit in 24")
        #expect(header.channels.positions == [.frontLeft, .frontRight, .backCenter])
        #expect(header.frameCount == 2)
    }

    @Test func channelsBeyondTheMaskHaveNoPlace() throws {
        let file = RIFF.file([
            RIFF.chunk(
                "fmt ",
                RIFF.format(tag: 0xFFFE, channelCount: 3, extra: RIFF.extensible(validBits: 16, channelMask: 0x3))),
            RIFF.chunk("data", [UInt8](repeating: 0, count: 6)),
        ])
        #expect(
            try RecordingReader(.bytes(file)).header.channels.positions == [.frontLeft, .frontRight, .unspecified])
        // SUBTYPE_AMBISONIC_B_FORMAT_PCM: components of a sound field, not loudspeakers.
        let suffix: [UInt8] = [0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0]
        let extra = RIFF.extensible(validBits: 16, channelMask: 0, suffix: suffix)
        let field = RIFF.file([
            RIFF.chunk("fmt ", RIFF.format(tag: 0xFFFE, channelCount: 4, extra: extra)),
            RIFF.chunk("data", [UInt8](repeating: 0, count: 8)),
        ])
        #expect(
            try RecordingReader(.bytes(field)).header.channels.positions
                == [.unspecified, .unspecified, .unspecified, .unspecified])
    }

    /// Blocks of random bits, and what SoX 14.4.2 decodes of them (`sox X.wav -t raw -e signed -b 16 -`). ffmpeg 5.1
    /// agrees on Microsoft's coding; in IMA's it multiplies where the recommended practices add shifted steps, one bit
    /// apart.
    @Test func blocksOfADPCM() throws {
        let ima: [UInt8] = [
            212, 254, 20, 0, 130, 183, 14, 238, 127, 26, 80, 57, 190, 240, 126, 194, 52, 127, 6, 110,
        ]
        let imaSamples: [Float] = [
            -300, -269, -274, -198, -275, -405, -388, -599, -972, -1737, -95, -1268, -629, -435, 1504, 730, 2372, -401,
            -3047,
            -2704, -7388, -16094, 1704, 14422, -6390, 18793, 32767, -13399, 32767, 32767, 32767, -15648, 32767,
        ]
        let microsoft: [UInt8] = [
            1, 40, 0, 176, 4, 68, 253, 208, 143, 93, 199, 81, 36, 71, 227, 64, 67, 0, 2, 107, 110, 84,
        ]
        let microsoftSamples: [Float] = [
            -700, 1200, 2980, 4760, 6292, 7731, 9585, 11043, 12029, 14002, 17665, 21868, 27041, 32767, 32767, 32767,
            29775,
            30815, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 23667, 32009, 28723, 32767, 32767,
        ]
        for (tag, block, expected, name) in [
            (UInt16(0x11), ima, imaSamples, "IMA ADPCM"), (2, microsoft, microsoftSamples, "Microsoft ADPCM"),
        ] {
            // What the header says of the frames in a block is wrong, and the coefficients are missing: both follow
            // from the block.
            let format = RIFF.format(tag: tag, bits: 4, blockAlign: UInt16(block.count), extra: [2, 0, 7, 0])
            let whole = RIFF.file([RIFF.chunk("fmt ", format), RIFF.chunk("data", block + block)])
            let recording = try Recording(decoding: .bytes(whole))
            let samples = expected.map { $0 / 32_768 }
            #expect(recording.planes == [samples + samples])
            #expect(try RecordingReader(.bytes(whole)).header.codec == name)
            // The fact chunk says where the last block ends; half a block is none.
            let short = RIFF.file([
                RIFF.chunk("fmt ", format), RIFF.chunk("fact", WAVBytes.littleEndian(UInt32(expected.count + 3))),
                RIFF.chunk("data", block + block + block.prefix(9)),
            ])
            let beginning = samples + samples.prefix(3)
            #expect(try Recording(decoding: .bytes(short)).planes == [beginning])
        }
    }

    /// A block of a 440 Hz tone by SoX 14.4.2, and the beginning of what ffmpeg 5.1 decodes of it.
    @Test func blocksOfGSM() throws {
        let block: [UInt8] = [
            8, 174, 161, 26, 133, 194, 246, 22, 66, 123, 210, 138, 130, 237, 28, 203, 105, 36, 119, 101, 104, 68, 122,
            47, 97, 155,
            70, 102, 0, 107, 102, 219, 136, 200, 31, 238, 81, 120, 62, 56, 137, 246, 144, 190, 52, 57, 24, 168, 175,
            144, 190, 54,
            41, 130, 249, 76, 84, 55, 76, 135, 90, 74, 171, 41, 13,
        ]
        let expected: [Float] = [
            0, 0, 12544, 15296, 11120, 15664, 15224, 11424, 2680, -496, 344, -10768, -12928, -6720, -7160, -7480, -5896,
        ]
        let format = RIFF.format(tag: 0x31, bits: 0, blockAlign: 65, extra: [2, 0, 0x40, 1])
        let file = RIFF.file([RIFF.chunk("fmt ", format), RIFF.chunk("data", block)])
        let recording = try Recording(decoding: .bytes(file))
        #expect(recording.frameCount == 320)
        let beginning = expected.map { $0 / 32_768 }
        #expect(Array(recording.planes[0].prefix(17)) == beginning)
    }

    @Test func chunksThatMakeNoSenseAreRefused() {
        let noFormat = RIFF.file([RIFF.chunk("data", Self.data)])
        let noData = RIFF.file([Self.format, RIFF.chunk("LIST", [1, 2, 3, 4], statedSize: 4_000_000)])
        let shortFormat = RIFF.file([RIFF.chunk("fmt ", [1, 0, 1, 0]), RIFF.chunk("data", Self.data)])
        let noChannel = RIFF.file([
            RIFF.chunk("fmt ", RIFF.format(channelCount: 0, blockAlign: 2)), RIFF.chunk("data", Self.data),
        ])
        let noRate = RIFF.file([RIFF.chunk("fmt ", RIFF.format(sampleRate: 0)), RIFF.chunk("data", Self.data)])
        // A million chunks are no file that anybody made.
        let endless = RIFF.file([[UInt8]](repeating: RIFF.chunk("JUNK", []), count: 20_000))
        for file in [noFormat, noData, shortFormat, noChannel, noRate, endless, Array(noData.prefix(20))] {
            expectMediaError(.malformedInput) { _ = try RecordingReader(.bytes(file)) }
        }
        let error = expectMediaError(.malformedInput) { _ = try RecordingReader(.bytes(noData)) }
        #expect(error?.problem.contains("its chunk LIST states 4000000 bytes, the file has 4 more") == true)
    }
}
