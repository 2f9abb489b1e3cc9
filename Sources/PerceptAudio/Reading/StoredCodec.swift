import PerceptCore

/// The codec in a container that libsndfile opens as a whole, determined before libsndfile opens it.
struct StoredCodec {
    /// The name used in errors.
    let name: String
    /// `true` if libsndfile decodes it.
    let isReadable: Bool

    /// Examines the first bytes; `nil` if the container does not state the codec or is damaged.
    ///
    /// - Throws: `MediaError` `.inputOutput`.
    init?(_ bytes: InputBytes, _ mediaType: MediaType) throws(MediaError) {
        let prefix = try bytes.read(at: 0, count: 4096)
        switch mediaType {
        case .ogg: self.init(oggPage: prefix)
        case .caf:
            // "caff", version and flags. The description comes first: a rate of 8 bytes, then the format (Apple CAF
            // 1.0).
            guard prefix.count >= 32, Self.text(prefix, 8, 4) == "desc" else { return nil }
            self.init(Self.text(prefix, 28, 4), Self.cafNames, readable: Self.cafReadable)
        case .aiff:
            guard Self.text(prefix, 8, 4) == "AIFC", let common = prefix.firstRange(of: Array("COMM".utf8)),
                common.upperBound + 26 <= prefix.count
            else { return nil }
            self.init(Self.text(prefix, common.upperBound + 22, 4), Self.cafNames, readable: Self.aiffReadable)
        default: return nil
        }
    }

    private init(_ code: String, _ names: [String: String], readable: Set<String>) {
        let trimmed = code.split(separator: " ").joined()
        name = names[trimmed] ?? "codec \"\(code.filter { $0 >= " " && $0 <= "~" })\""
        isReadable = readable.contains(code)
    }

    /// The first packet of the first page names the codec (RFC 3533 §6, and each codec's mapping).
    private init?(oggPage page: [UInt8]) {
        guard page.count > 27 else { return nil }
        let packet = page.dropFirst(27 + Int(page[26]))
        guard let codec = Self.oggCodecs.first(where: { packet.starts(with: $0.magic) }) else { return nil }
        (name, isReadable) = (codec.name, codec.isReadable)
    }

    private static func text(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> String {
        String(decoding: bytes.dropFirst(offset).prefix(count), as: UTF8.self)
    }

    private static let oggCodecs: [(magic: [UInt8], name: String, isReadable: Bool)] = [
        ([1] + Array("vorbis".utf8), "Vorbis", true),
        (Array("OpusHead".utf8), "Opus", true),
        ([0x7F] + Array("FLAC".utf8), "FLAC", true),
        (Array("Speex   ".utf8), "Speex", false),
        ([0x80] + Array("theora".utf8), "Theora video", false),
        (Array("PCM     ".utf8), "PCM", false),
        (Array("fishead".utf8), "Skeleton", false),
    ]

    private static let cafNames = [
        "lpcm": "PCM", "ima4": "IMA4 ADPCM", "aac": "AAC", "MAC3": "MACE 3:1", "MAC6": "MACE 6:1", "ulaw": "mu-law",
        "alaw": "A-law", ".mp1": "MPEG layer I", ".mp2": "MPEG layer II", ".mp3": "MP3", "alac": "ALAC", "opus": "Opus",
        "QDM2": "QDesign 2", "QDMC": "QDesign", "GSM": "GSM 6.10", "agsm": "GSM 6.10", "ilbc": "iLBC", "samr": "AMR-NB",
        "aach": "HE-AAC", "aacp": "HE-AAC v2", "aacl": "AAC-LD", "aace": "AAC-ELD", "Qclp": "QCELP", "flac": "FLAC",
    ]
    private static let cafReadable: Set<String> = ["lpcm", "alac", "ulaw", "alaw"]
    private static let aiffReadable: Set<String> = [
        "NONE", "sowt", "twos", "raw ", "fl32", "FL32", "fl64", "FL64", "ulaw", "ULAW", "alaw", "ALAW", "ima4", "in24",
        "in32",
        "42ni", "23ni", "GSM ", "DWVW",
    ]
}
