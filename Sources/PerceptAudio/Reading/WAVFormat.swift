import PerceptCore

/// The contents of the `fmt ` chunk of a WAV file (WAVEFORMAT, WAVEFORMATEX or WAVEFORMATEXTENSIBLE).
struct WAVFormat {
    /// `wFormatTag`, or the tag in the sub-format of an extensible format.
    let tag: Int
    let channelCount: Int
    let sampleRate: Int
    /// The stated number of bytes of one frame, or of one block of a codec.
    let blockAlign: Int
    let bitsPerSample: Int
    /// The number of significant bits in the container.
    let validBits: Int
    /// The speaker bits; `nil` if none are stated.
    let channelMask: UInt32?
    /// The sub-format if it does not contain a tag.
    let unknownSubformat: [UInt8]?
    /// `true` if the channels are components of a sound field rather than loudspeakers.
    let isAmbisonic: Bool

    /// Parses the chunk.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the chunk is too short for its format.
    init(_ bytes: [UInt8], isBigEndian: Bool, name: String) throws(MediaError) {
        guard bytes.count >= 14 else {
            throw MediaError(
                .malformedInput, source: name,
                problem: "the WAV format chunk has \(bytes.count) bytes, but needs at least 14",
                remedy: "get the whole file again")
        }
        func integer(_ range: Range<Int>) -> Int {
            guard range.upperBound <= bytes.count else { return 0 }
            return (isBigEndian ? Array(bytes[range]) : bytes[range].reversed()).reduce(0) { $0 << 8 | Int($1) }
        }
        channelCount = integer(2..<4)
        sampleRate = integer(4..<8)
        blockAlign = integer(12..<14)
        let stated = integer(14..<16)
        bitsPerSample = stated > 0 || channelCount == 0 ? stated : blockAlign * 8 / channelCount
        let firstTag = integer(0..<2)
        guard firstTag == 0xFFFE, bytes.count >= 40 else {
            (tag, validBits, channelMask, unknownSubformat, isAmbisonic) = (firstTag, bitsPerSample, nil, nil, false)
            return
        }
        let valid = integer(18..<20)
        validBits = (1...max(1, bitsPerSample)).contains(valid) ? valid : bitsPerSample
        let mask = UInt32(truncatingIfNeeded: integer(20..<24))
        channelMask = mask == 0 ? nil : mask
        let suffix = Array(bytes[28..<40])
        // RIFX files exist with the tag in either byte order; a tag is below 0x8000 and its other half is zero.
        let subtag = integer(24..<26) == 0 ? integer(26..<28) : integer(24..<26)
        isAmbisonic = suffix == Self.ambisonicSuffix
        let isKnown = isAmbisonic || suffix == Self.suffix || suffix == Self.bigEndianSuffix
        tag = isKnown ? subtag : 0xFFFE
        unknownSubformat = isKnown ? nil : Array(bytes[24..<40])
    }

    /// KSDATAFORMAT_SUBTYPE_WAVEFORMATEX: the GUID of every tag ends like this.
    private static let suffix: [UInt8] = [0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    private static let bigEndianSuffix: [UInt8] = [0, 0, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    /// SUBTYPE_AMBISONIC_B_FORMAT_PCM and …_IEEE_FLOAT.
    private static let ambisonicSuffix: [UInt8] = [0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0]

    /// The channel positions, from the mask if there is one.
    var channels: ChannelLayout {
        if isAmbisonic { return ChannelLayout(Array(repeating: .unspecified, count: channelCount)) }
        guard let channelMask else { return .conventional(channelCount: channelCount) }
        return ChannelLayout(mask: channelMask, channelCount: channelCount)
    }

    /// The decoder of the data.
    enum Coding {
        /// Uncompressed, with this many bytes from one frame to the next.
        case pcm(PCMSampleFormat, bytesPerFrame: Int)
        /// libsndfile, which receives this format chunk; blocks of `blockAlign` bytes hold `framesPerBlock` frames.
        case soundFile(format: [UInt8], blockAlign: Int, framesPerBlock: Int)
        /// A stream of MPEG audio with its own headers.
        case stream
        /// No decoder available here.
        case unreadable
    }

    func coding(isBigEndian: Bool) -> Coding {
        guard channelCount > 0 else { return .unreadable }
        switch tag {
        case 1, 3: return pcm(isBigEndian: isBigEndian)
        case 6, 7: return soundFile(blockAlign: channelCount, bits: 8, framesPerBlock: 1)
        case 2:
            // A block's header has 7 bytes per channel and holds two frames; then come 4 bits per sample.
            let frames = (blockAlign - 7 * channelCount) * 2 / channelCount + 2
            let coefficients = [256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232]
            let extra = [frames, 7] + coefficients
            return frames > 2 ? soundFile(blockAlign: blockAlign, bits: 4, framesPerBlock: frames, extra) : .unreadable
        case 0x11:
            // A block's header has 4 bytes per channel and holds one frame; then come 4 bits per sample, 8 samples at a
            // time.
            let frames = (blockAlign - 4 * channelCount) * 2 / channelCount + 1
            let isWhole = blockAlign % (4 * channelCount) == 0 && bitsPerSample == 4
            return frames > 1 && isWhole
                ? soundFile(blockAlign: blockAlign, bits: 4, framesPerBlock: frames, [frames]) : .unreadable
        case 0x31:
            guard channelCount == 1 else { return .unreadable }
            return soundFile(blockAlign: 65, bits: 0, framesPerBlock: 320, [320])
        case 0x50, 0x55: return .stream
        default: return .unreadable
        }
    }

    private func pcm(isBigEndian: Bool) -> Coding {
        // A sample fills whole bytes, with its bits at the upper end; if the block alignment implies more bytes, it
        // takes precedence.
        let wanted = (bitsPerSample + 7) / 8
        let fitting = blockAlign % channelCount == 0 ? blockAlign / channelCount : 0
        let byteCount = wanted...max(wanted, 4) ~= fitting ? fitting : wanted
        let format: PCMSampleFormat? =
            switch (tag, byteCount) {
            case (1, 1): .u8
            case (1, 2): isBigEndian ? .s16be : .s16le
            case (1, 3): isBigEndian ? .s24be : .s24le
            case (1, 4): isBigEndian ? .s32be : .s32le
            case (3, 4): isBigEndian ? .f32be : .f32le
            case (3, 8): isBigEndian ? .f64be : .f64le
            default: nil
            }
        return format.map { .pcm($0, bytesPerFrame: channelCount * byteCount) } ?? .unreadable
    }

    private func soundFile(blockAlign: Int, bits: Int, framesPerBlock: Int, _ extra: [Int] = []) -> Coding {
        let bytesPerSecond = sampleRate * blockAlign / framesPerBlock
        let format =
            [tag, channelCount].flatMap(LittleEndian.bytes16) + LittleEndian.bytes32(sampleRate)
            + LittleEndian.bytes32(bytesPerSecond)
            + ([blockAlign, bits, extra.count * 2] + extra).flatMap(LittleEndian.bytes16)
        return .soundFile(format: format, blockAlign: blockAlign, framesPerBlock: framesPerBlock)
    }

    /// The name of the codec, or its tag if the name is unknown.
    var codecName: String {
        if let unknownSubformat {
            let hex = unknownSubformat.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return "sub-format \(hex)"
        }
        if tag == 1 || tag == 3 { return "\(tag == 1 ? "PCM" : "floating-point") samples of \(bitsPerSample) bit" }
        let number =
            "0x" + String(repeating: "0", count: max(0, 4 - String(tag, radix: 16).count)) + String(tag, radix: 16)
        return Self.codecNames[tag].map { "\($0) (format tag \(number))" } ?? "format tag \(number)"
    }

    /// The names from RFC 2361 and mmreg.h.
    private static let codecNames = [
        0x0002: "Microsoft ADPCM", 0x0006: "A-law", 0x0007: "mu-law", 0x000A: "Windows Media Voice",
        0x0010: "OKI ADPCM", 0x0011: "IMA ADPCM", 0x0016: "ITU-T G.723", 0x0017: "Dialogic ADPCM",
        0x0020: "Yamaha ADPCM",
        0x0022: "TrueSpeech", 0x0031: "GSM 6.10", 0x0034: "VoxWare", 0x0040: "G.721 ADPCM", 0x0042: "Microsoft G.723.1",
        0x0045: "G.726 ADPCM", 0x0050: "MPEG layer I or II", 0x0055: "MP3", 0x0057: "AMR-NB", 0x0058: "AMR-WB",
        0x0064: "G.726 ADPCM", 0x0083: "G.729", 0x00FF: "AAC", 0x0130: "ACELP.net", 0x0160: "Windows Media Audio 1",
        0x0161: "Windows Media Audio 2", 0x0162: "Windows Media Audio Professional",
        0x0163: "Windows Media Audio Lossless", 0x0270: "ATRAC3", 0x1600: "AAC in ADTS", 0x1610: "HE-AAC",
        0x2000: "AC-3",
        0x2001: "DTS", 0x674F: "Ogg Vorbis", 0xA109: "Speex", 0xF1AC: "FLAC",
    ]
}

/// Integers in the byte order of RIFF; bits beyond the size are cut off.
enum LittleEndian {
    static func bytes16(_ value: Int) -> [UInt8] { bytes(value, count: 2) }
    static func bytes32(_ value: Int) -> [UInt8] { bytes(value, count: 4) }
    static func bytes64(_ value: Int) -> [UInt8] { bytes(value, count: 8) }

    private static func bytes(_ value: Int, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
