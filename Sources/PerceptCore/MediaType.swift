/// The type of a media file as its bytes (never its name) tell it.
///
/// `rawValue` is the exact Content-Type string that is sent with the bytes: where several names are in use it is the
/// one that inference containers accept (`audio/m4a`, not `audio/mp4`).
public struct MediaType: RawRepresentable, Sendable, Hashable, Codable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public enum Kind: String, Sendable, Codable {
        case audio, image, video, other
    }

    /// What the part before the slash says.
    public var kind: Kind {
        Kind(rawValue: String(rawValue.prefix { $0 != "/" })) ?? .other
    }

    public static let wav = MediaType(rawValue: "audio/wav")
    public static let w64 = MediaType(rawValue: "audio/x-w64")
    public static let flac = MediaType(rawValue: "audio/flac")
    public static let ogg = MediaType(rawValue: "audio/ogg")
    public static let mp3 = MediaType(rawValue: "audio/mpeg")
    public static let aiff = MediaType(rawValue: "audio/x-aiff")
    public static let caf = MediaType(rawValue: "audio/x-caf")
    public static let au = MediaType(rawValue: "audio/basic")
    public static let m4a = MediaType(rawValue: "audio/m4a")
    public static let aac = MediaType(rawValue: "audio/aac")
    public static let amr = MediaType(rawValue: "audio/amr")
    public static let webm = MediaType(rawValue: "audio/webm")
    public static let wma = MediaType(rawValue: "audio/x-ms-wma")
    public static let wavPack = MediaType(rawValue: "audio/x-wavpack")

    public static let png = MediaType(rawValue: "image/png")
    public static let jpeg = MediaType(rawValue: "image/jpeg")
    public static let gif = MediaType(rawValue: "image/gif")
    public static let bmp = MediaType(rawValue: "image/bmp")
    public static let tiff = MediaType(rawValue: "image/tiff")
    public static let webp = MediaType(rawValue: "image/webp")
    public static let heic = MediaType(rawValue: "image/heic")
    public static let avif = MediaType(rawValue: "image/avif")
    public static let jpegXL = MediaType(rawValue: "image/jxl")
    public static let jpeg2000 = MediaType(rawValue: "image/jp2")

    public static let mp4 = MediaType(rawValue: "video/mp4")
    public static let quickTime = MediaType(rawValue: "video/quicktime")
    public static let avi = MediaType(rawValue: "video/x-msvideo")

    public static let json = MediaType(rawValue: "application/json")
    public static let pdf = MediaType(rawValue: "application/pdf")
    public static let plainText = MediaType(rawValue: "text/plain")

    private static let names: [MediaType: (name: String, fileExtension: String)] = [
        wav: ("WAV", "wav"), w64: ("Wave64", "w64"), flac: ("FLAC", "flac"), ogg: ("Ogg", "ogg"), mp3: ("MP3", "mp3"),
        aiff: ("AIFF", "aiff"), caf: ("CAF", "caf"), au: ("AU", "au"), m4a: ("AAC or ALAC in MP4 (M4A)", "m4a"),
        aac: ("AAC", "aac"), amr: ("AMR", "amr"), webm: ("WebM or Matroska", "webm"),
        wma: ("Windows Media", "wma"), wavPack: ("WavPack", "wv"),
        png: ("PNG", "png"), jpeg: ("JPEG", "jpg"), gif: ("GIF", "gif"), bmp: ("BMP", "bmp"), tiff: ("TIFF", "tiff"),
        webp: ("WebP", "webp"), heic: ("HEIC", "heic"), avif: ("AVIF", "avif"), jpegXL: ("JPEG XL", "jxl"),
        jpeg2000: ("JPEG 2000", "jp2"),
        mp4: ("MP4 video", "mp4"), quickTime: ("QuickTime video", "mov"), avi: ("AVI video", "avi"),
        json: ("JSON", "json"), pdf: ("PDF", "pdf"), plainText: ("plain text", "txt"),
    ]

    /// What people call it: `FLAC`, `JPEG`, `plain text`.
    public var name: String { Self.names[self]?.name ?? rawValue }

    /// The usual file name extension, without the dot.
    public var fileExtension: String { Self.names[self]?.fileExtension ?? "bin" }

    /// The recordings that are read: by every build, and where ffmpeg is on the `PATH`.
    package static let readableRecordings =
        "WAV, FLAC, Ogg, MP3, AIFF, CAF, AU; with ffmpeg on the PATH also MP4, M4A, QuickTime, WebM, Matroska, AAC, AMR, "
        + "Windows Media, WavPack, AVI"

    /// The remedy for what is no medium: the formats that are read.
    package static let adviceOnReadableMedia =
        "pass a recording (\(readableRecordings)) or a picture (PNG, JPEG, WebP)"
}

extension MediaType: CustomStringConvertible {
    public var description: String { rawValue }
}
