import CSndfile

/// A libsndfile format code: a container and a sample coding.
struct SoundFileFormat: RawRepresentable, Hashable, Sendable {
    let rawValue: CInt

    /// The integer or floating-point type that transfers samples without loss or needless conversion.
    enum SampleType {
        case short, int, float
    }

    /// The properties of a sample coding.
    struct Coding {
        let name: String
        /// The bits per sample; `nil` for a lossy codec.
        let bitDepth: Int?
        let sampleType: SampleType
    }

    init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    init(container: Int, coding: Int) {
        rawValue = CInt(truncatingIfNeeded: container | coding)
    }

    static let wavPCM16 = SoundFileFormat(container: SF_FORMAT_WAV, coding: SF_FORMAT_PCM_16)
    static let wavPCM24 = SoundFileFormat(container: SF_FORMAT_WAV, coding: SF_FORMAT_PCM_24)
    static let mp3 = SoundFileFormat(container: SF_FORMAT_MPEG, coding: SF_FORMAT_MPEG_LAYER_III)
    static let wavFloat = SoundFileFormat(container: SF_FORMAT_WAV, coding: SF_FORMAT_FLOAT)

    var containerName: String {
        Self.containers[Int(rawValue) & SF_FORMAT_TYPEMASK]
            ?? "container 0x\(String(Int(rawValue) & SF_FORMAT_TYPEMASK, radix: 16))"
    }

    var coding: Coding {
        let code = Int(rawValue) & SF_FORMAT_SUBMASK
        return Self.codings[code]
            ?? Coding(name: "coding 0x\(String(code, radix: 16))", bitDepth: nil, sampleType: .float)
    }

    private static let containers: [Int: String] = [
        SF_FORMAT_WAV: "WAV", SF_FORMAT_WAVEX: "WAV", SF_FORMAT_RF64: "RF64", SF_FORMAT_W64: "Wave64",
        SF_FORMAT_AIFF: "AIFF", SF_FORMAT_AU: "AU", SF_FORMAT_CAF: "CAF", SF_FORMAT_FLAC: "FLAC", SF_FORMAT_OGG: "Ogg",
        SF_FORMAT_MPEG: "MP3", SF_FORMAT_RAW: "raw",
    ]

    private static let codings: [Int: Coding] = [
        SF_FORMAT_PCM_S8: Coding(name: "PCM 8 bit", bitDepth: 8, sampleType: .short),
        SF_FORMAT_PCM_U8: Coding(name: "PCM 8 bit unsigned", bitDepth: 8, sampleType: .short),
        SF_FORMAT_PCM_16: Coding(name: "PCM 16 bit", bitDepth: 16, sampleType: .short),
        SF_FORMAT_PCM_24: Coding(name: "PCM 24 bit", bitDepth: 24, sampleType: .int),
        SF_FORMAT_PCM_32: Coding(name: "PCM 32 bit", bitDepth: 32, sampleType: .int),
        SF_FORMAT_FLOAT: Coding(name: "float 32 bit", bitDepth: 32, sampleType: .float),
        SF_FORMAT_DOUBLE: Coding(name: "float 64 bit", bitDepth: 64, sampleType: .float),
        SF_FORMAT_ULAW: Coding(name: "mu-law", bitDepth: nil, sampleType: .short),
        SF_FORMAT_ALAW: Coding(name: "A-law", bitDepth: nil, sampleType: .short),
        SF_FORMAT_IMA_ADPCM: Coding(name: "IMA ADPCM", bitDepth: nil, sampleType: .short),
        SF_FORMAT_MS_ADPCM: Coding(name: "Microsoft ADPCM", bitDepth: nil, sampleType: .short),
        SF_FORMAT_GSM610: Coding(name: "GSM 6.10", bitDepth: nil, sampleType: .short),
        SF_FORMAT_G721_32: Coding(name: "G.721 ADPCM", bitDepth: nil, sampleType: .short),
        SF_FORMAT_G723_24: Coding(name: "G.723 ADPCM 24 kbit/s", bitDepth: nil, sampleType: .short),
        SF_FORMAT_G723_40: Coding(name: "G.723 ADPCM 40 kbit/s", bitDepth: nil, sampleType: .short),
        SF_FORMAT_ALAC_16: Coding(name: "ALAC 16 bit", bitDepth: 16, sampleType: .int),
        SF_FORMAT_ALAC_20: Coding(name: "ALAC 20 bit", bitDepth: 20, sampleType: .int),
        SF_FORMAT_ALAC_24: Coding(name: "ALAC 24 bit", bitDepth: 24, sampleType: .int),
        SF_FORMAT_ALAC_32: Coding(name: "ALAC 32 bit", bitDepth: 32, sampleType: .int),
        SF_FORMAT_VORBIS: Coding(name: "Vorbis", bitDepth: nil, sampleType: .float),
        SF_FORMAT_OPUS: Coding(name: "Opus", bitDepth: nil, sampleType: .float),
        SF_FORMAT_MPEG_LAYER_I: Coding(name: "MPEG layer I", bitDepth: nil, sampleType: .float),
        SF_FORMAT_MPEG_LAYER_II: Coding(name: "MPEG layer II", bitDepth: nil, sampleType: .float),
        SF_FORMAT_MPEG_LAYER_III: Coding(name: "MPEG layer III", bitDepth: nil, sampleType: .float),
    ]
}
