import PerceptCore

/// The demuxers that ffmpeg may use for a recording.
struct FFmpegDemuxer: Sendable {
    /// ffmpeg's names of the demuxers: one if the format is known, so that ffmpeg does not guess.
    let names: [String]
    /// The name of the container in headers; `nil` for ffmpeg's own.
    let containerName: String?
    /// If `true`, the format was not recognized here, and ffmpeg must be certain of what it finds.
    let isGuess: Bool

    private init(_ names: [String], containerName: String?, isGuess: Bool = false) {
        self.names = names
        self.containerName = containerName
        self.isGuess = isGuess
    }

    /// Returns the demuxer of a format that was recognized here.
    init(_ mediaType: MediaType) {
        guard let names = Self.names[mediaType] else {
            self = .unrecognized
            return
        }
        self.init(names, containerName: Self.containers[mediaType] ?? mediaType.name)
    }

    /// The demuxer of G.722 without a header.
    static let g722 = FFmpegDemuxer(["g722"], containerName: "raw")

    /// The demuxers for bytes that were not recognized here: containers and codecs of sound with a distinct beginning.
    ///
    /// Playlists, formats that name other files, images, subtitles, devices, tracker music and headerless samples are
    /// not among them.
    static let unrecognized = FFmpegDemuxer(
        """
        aac ac3 aea aiff amr ape asf ast au avi avr caf dsf dss dts dtshd dv eac3 epaf flac flv gxf hcom iff \
        ircam loas matroska mlp mov mpc mpc8 mpeg mpegts mtaf mxf nistsphere nut ogg oma paf pvf qcp rm rso \
        sds shn smjpeg sox tak truehd tta vivo voc vqf w64 wav wsd wtv wv wve xa xwma
        """.split(separator: " ").map(String.init), containerName: nil, isGuess: true)

    /// The options before the input.
    var arguments: [String] {
        names.count == 1 ? ["-f", names[0]] : ["-format_whitelist", names.joined(separator: ",")]
    }

    /// If `true`, the container states when its audio ends; others state how long it is.
    var statesEnd: Bool { ["mov", "matroska"].contains(names[0]) }

    private static let names: [MediaType: [String]] = [
        .m4a: ["mov"], .mp4: ["mov"], .quickTime: ["mov"], .webm: ["matroska"], .aac: ["aac"], .amr: ["amr"],
        .avi: ["avi"], .wav: ["wav"], .w64: ["w64"], .caf: ["caf"], .ogg: ["ogg"], .aiff: ["aiff"], .au: ["au"],
        .mp3: ["mp3"], .wma: ["asf"], .wavPack: ["wv"], .mpegTransportStream: ["mpegts"],
        .mpegProgramStream: ["mpeg"], .flashVideo: ["flv"], .realMedia: ["rm"], .realAudio: ["rm"],
        .sphere: ["nistsphere"], .creativeVoice: ["voc"], .ac3: ["ac3"], .eac3: ["eac3"], .trueHD: ["truehd", "mlp"],
        .dts: ["dts"], .dtsHD: ["dtshd"], .tak: ["tak"], .monkeysAudio: ["ape"], .musepack: ["mpc", "mpc8"],
        .trueAudio: ["tta"], .dsf: ["dsf"], .dictation: ["dss"], .materialExchange: ["mxf"], .generalExchange: ["gxf"],
        .windowsTelevision: ["wtv"], .nut: ["nut"], .amigaVoice: ["iff"], .ircam: ["ircam"], .sox: ["sox"],
        .hcom: ["hcom"], .pureVoice: ["qcp"],
    ]

    private static let containers: [MediaType: String] = [
        .m4a: "MP4", .mp4: "MP4", .quickTime: "QuickTime", .webm: "Matroska", .aac: "ADTS", .avi: "AVI",
        .mpegTransportStream: "MPEG-TS", .mpegProgramStream: "MPEG-PS", .flashVideo: "FLV",
        .creativeVoice: "VOC", .trueAudio: "TTA",
    ]
}
