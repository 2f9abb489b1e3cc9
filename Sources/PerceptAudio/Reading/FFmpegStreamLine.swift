/// A line of ffmpeg's log that describes a stream of the input, such as
/// `  Stream #0:1[0x101](deu): Audio: aac (LC), 44100 Hz, stereo, fltp, 128 kb/s (default)`.
struct FFmpegStreamLine: Equatable {
    static let beginning = "  Stream #0:"

    /// The number of the stream among all streams of the file, counted from 0.
    let stream: Int
    let isCoverImage: Bool
    /// The description of an audio stream, with the index 0; `nil` for a stream of another kind.
    let track: AudioTrack?

    /// Parses the text of a line after its level; `nil` if it describes no stream.
    init?(_ text: String) {
        guard text.hasPrefix(Self.beginning) else { return nil }
        var rest = text.dropFirst(Self.beginning.count)
        guard let stream = Int(rest.prefix(while: \.isNumber)) else { return nil }
        self.stream = stream
        rest = rest.drop(while: \.isNumber)
        if rest.first == "[" { rest = rest.drop { $0 != "]" }.dropFirst() }
        var language: String?
        if rest.first == "(" {
            language = String(rest.dropFirst().prefix { $0 != ")" })
            rest = rest.drop { $0 != ")" }.dropFirst()
        }
        isCoverImage = text.contains("(attached pic)")
        guard rest.hasPrefix(": Audio: ") else {
            track = nil
            return
        }
        let fields = rest.dropFirst(9).split(separator: ", ").map(String.init)
        let rate = fields.firstIndex { $0.hasSuffix(" Hz") }
        track = AudioTrack(
            index: 0, codec: Self.codecName(String((fields.first ?? "").prefix { $0 != " " })),
            language: language.flatMap { ["", "und"].contains($0) ? nil : $0 },
            sampleRate: rate.flatMap { Int(fields[$0].dropLast(3)) },
            channelCount: rate.flatMap { fields.indices.contains($0 + 1) ? Self.channelCount(fields[$0 + 1]) : nil },
            isDefault: fields.last?.contains(" (default)") == true)
    }

    /// Returns the channel count of a layout: `stereo`, `5.1(side)`, `7.1.4`, `11 channels (FL+…)`.
    static func channelCount(_ layout: String) -> Int? {
        if layout.contains(" channel") { return Int(layout.prefix(while: \.isNumber)) }
        let name = layout.prefix { $0 != "(" && $0 != " " }
        if let count = namedLayouts[String(name)] { return count }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count > 1, !parts.contains(nil) else { return nil }
        return parts.compactMap(\.self).reduce(0, +)
    }

    private static let namedLayouts = [
        "mono": 1, "stereo": 2, "downmix": 2, "binaural": 2, "quad": 4, "hexagonal": 6, "octagonal": 8, "cube": 8,
        "hexadecagonal": 16,
    ]

    private static func codecName(_ name: String) -> String {
        codecNames[name] ?? (name.isEmpty ? "unknown codec" : name)
    }

    private static let codecNames = [
        "aac": "AAC", "alac": "ALAC", "mp1": "MPEG layer I", "mp2": "MPEG layer II", "mp3": "MP3", "opus": "Opus",
        "vorbis": "Vorbis", "amr_nb": "AMR-NB", "amrnb": "AMR-NB", "amr_wb": "AMR-WB", "amrwb": "AMR-WB",
        "speex": "Speex", "ac3": "AC-3", "eac3": "E-AC-3", "dts": "DTS", "truehd": "TrueHD", "mlp": "MLP",
        "wmav1": "Windows Media Audio 1", "wmav2": "Windows Media Audio 2", "flac": "FLAC", "ape": "Monkey’s Audio",
        "tak": "TAK", "tta": "True Audio", "musepack7": "Musepack", "musepack8": "Musepack", "nellymoser": "Nellymoser",
        "adpcm_g722": "G.722", "adpcm_g726": "G.726 ADPCM", "adpcm_g726le": "G.726 ADPCM", "gsm_ms": "GSM 6.10",
        "gsm": "GSM 6.10", "none": "unknown codec",
    ]
}
