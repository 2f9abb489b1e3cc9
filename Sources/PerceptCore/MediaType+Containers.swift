/// Containers and codecs of recordings that ffmpeg decodes, if it is installed.
extension MediaType {
    /// An MPEG transport stream, with packets of 188, 192 (`.m2ts`) or 204 bytes.
    public static let mpegTransportStream = MediaType(rawValue: "video/mp2t")
    /// An MPEG program stream, such as a DVD's VOB file.
    public static let mpegProgramStream = MediaType(rawValue: "video/mpeg")
    /// Flash video.
    public static let flashVideo = MediaType(rawValue: "video/x-flv")
    /// RealMedia, with audio or video.
    public static let realMedia = MediaType(rawValue: "video/vnd.rn-realvideo")
    /// RealAudio without a RealMedia container.
    public static let realAudio = MediaType(rawValue: "audio/vnd.rn-realaudio")
    /// NIST SPHERE, the format of speech corpora.
    public static let sphere = MediaType(rawValue: "audio/x-nist")
    /// Creative Voice.
    public static let creativeVoice = MediaType(rawValue: "audio/x-voc")
    /// Dolby Digital (AC-3).
    public static let ac3 = MediaType(rawValue: "audio/ac3")
    /// Dolby Digital Plus (E-AC-3).
    public static let eac3 = MediaType(rawValue: "audio/eac3")
    /// Dolby TrueHD or MLP.
    public static let trueHD = MediaType(rawValue: "audio/vnd.dolby.mlp")
    /// DTS.
    public static let dts = MediaType(rawValue: "audio/vnd.dts")
    /// DTS-HD.
    public static let dtsHD = MediaType(rawValue: "audio/vnd.dts.hd")
    /// TAK, a lossless codec.
    public static let tak = MediaType(rawValue: "audio/x-tak")
    /// Monkey's Audio.
    public static let monkeysAudio = MediaType(rawValue: "audio/x-ape")
    /// Musepack.
    public static let musepack = MediaType(rawValue: "audio/x-musepack")
    /// True Audio (TTA).
    public static let trueAudio = MediaType(rawValue: "audio/x-tta")
    /// DSF, which holds DSD samples.
    public static let dsf = MediaType(rawValue: "audio/x-dsf")
    /// Digital Speech Standard, the format of dictation machines.
    public static let dictation = MediaType(rawValue: "audio/x-dss")

    /// Material Exchange Format, of broadcasters.
    public static let materialExchange = MediaType(rawValue: "video/x-mxf")
    /// General Exchange Format, of broadcasters.
    public static let generalExchange = MediaType(rawValue: "video/x-gxf")
    /// A television recording of Windows.
    public static let windowsTelevision = MediaType(rawValue: "video/x-ms-wtv")
    /// NUT, ffmpeg's own container.
    public static let nut = MediaType(rawValue: "video/x-nut")
    /// Amiga 8SVX.
    public static let amigaVoice = MediaType(rawValue: "audio/x-8svx")
    /// IRCAM.
    public static let ircam = MediaType(rawValue: "audio/x-ircam")
    /// SoX's own format.
    public static let sox = MediaType(rawValue: "audio/x-sox")
    /// Macintosh HCOM.
    public static let hcom = MediaType(rawValue: "audio/x-hcom")
    /// Qualcomm PureVoice, of early mobile phones.
    public static let pureVoice = MediaType(rawValue: "audio/qcelp")

    /// The common names and the file name extensions.
    static let containerNames: [MediaType: (name: String, fileExtension: String)] = [
        mpegTransportStream: ("MPEG transport stream", "ts"), mpegProgramStream: ("MPEG program stream", "mpg"),
        flashVideo: ("Flash video (FLV)", "flv"), realMedia: ("RealMedia", "rm"), realAudio: ("RealAudio", "ra"),
        sphere: ("NIST SPHERE", "sph"), creativeVoice: ("Creative Voice (VOC)", "voc"), ac3: ("AC-3", "ac3"),
        eac3: ("E-AC-3", "eac3"), trueHD: ("Dolby TrueHD", "thd"), dts: ("DTS", "dts"), dtsHD: ("DTS-HD", "dtshd"),
        tak: ("TAK", "tak"), monkeysAudio: ("Monkey’s Audio", "ape"), musepack: ("Musepack", "mpc"),
        trueAudio: ("True Audio (TTA)", "tta"), dsf: ("DSF", "dsf"), dictation: ("Digital Speech Standard", "dss"),
        materialExchange: ("MXF", "mxf"), generalExchange: ("GXF", "gxf"), windowsTelevision: ("WTV", "wtv"),
        nut: ("NUT", "nut"), amigaVoice: ("Amiga 8SVX", "8svx"), ircam: ("IRCAM", "sf"), sox: ("SoX", "sox"),
        hcom: ("HCOM", "hcom"), pureVoice: ("Qualcomm PureVoice", "qcp"),
    ]
}
