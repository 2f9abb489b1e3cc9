/// The type of a media file, detected from its contents and never from its name.
///
/// `rawValue` is the Content-Type that is sent with the contents. Where several names are common, it is the one that
/// inference containers accept (`audio/m4a`, not `audio/mp4`).
public struct MediaType: RawRepresentable, Sendable, Hashable, Codable {
    /// The Content-Type, such as `audio/flac`.
    public let rawValue: String

    /// Creates a type from a Content-Type without parameters.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The general kind of media.
    public enum Kind: String, Sendable, Codable {
        case audio, image, video, other
    }

    /// The kind of media, given by the part before the slash.
    public var kind: Kind {
        Kind(rawValue: String(rawValue.prefix { $0 != "/" })) ?? .other
    }

    /// WAV.
    public static let wav = MediaType(rawValue: "audio/wav")
    /// Sony Wave64.
    public static let w64 = MediaType(rawValue: "audio/x-w64")
    /// FLAC.
    public static let flac = MediaType(rawValue: "audio/flac")
    /// Ogg, with Vorbis, Opus or FLAC.
    public static let ogg = MediaType(rawValue: "audio/ogg")
    /// MP3.
    public static let mp3 = MediaType(rawValue: "audio/mpeg")
    /// AIFF.
    public static let aiff = MediaType(rawValue: "audio/x-aiff")
    /// Core Audio Format.
    public static let caf = MediaType(rawValue: "audio/x-caf")
    /// Sun AU.
    public static let au = MediaType(rawValue: "audio/basic")
    /// AAC or ALAC in MP4.
    public static let m4a = MediaType(rawValue: "audio/m4a")
    /// AAC in ADTS.
    public static let aac = MediaType(rawValue: "audio/aac")
    /// AMR.
    public static let amr = MediaType(rawValue: "audio/amr")
    /// WebM or Matroska.
    public static let webm = MediaType(rawValue: "audio/webm")
    /// Windows Media.
    public static let wma = MediaType(rawValue: "audio/x-ms-wma")
    /// WavPack.
    public static let wavPack = MediaType(rawValue: "audio/x-wavpack")

    /// PNG.
    public static let png = MediaType(rawValue: "image/png")
    /// JPEG.
    public static let jpeg = MediaType(rawValue: "image/jpeg")
    /// GIF.
    public static let gif = MediaType(rawValue: "image/gif")
    /// BMP.
    public static let bmp = MediaType(rawValue: "image/bmp")
    /// TIFF.
    public static let tiff = MediaType(rawValue: "image/tiff")
    /// WebP.
    public static let webp = MediaType(rawValue: "image/webp")
    /// HEIC.
    public static let heic = MediaType(rawValue: "image/heic")
    /// AVIF.
    public static let avif = MediaType(rawValue: "image/avif")
    /// JPEG XL.
    public static let jpegXL = MediaType(rawValue: "image/jxl")
    /// JPEG 2000.
    public static let jpeg2000 = MediaType(rawValue: "image/jp2")
    /// A camera's raw format: DNG, CR2, CR3, NEF, ARW, RAF, ORF, RW2 and others.
    public static let cameraRaw = MediaType(rawValue: "image/x-camera-raw")
    /// Adobe Photoshop.
    public static let photoshop = MediaType(rawValue: "image/vnd.adobe.photoshop")
    /// A Windows icon or cursor.
    public static let icon = MediaType(rawValue: "image/vnd.microsoft.icon")
    /// SVG.
    public static let svg = MediaType(rawValue: "image/svg+xml")
    /// OpenEXR.
    public static let openEXR = MediaType(rawValue: "image/x-exr")
    /// A PNG that Xcode has converted for iOS, which other decoders cannot read.
    public static let iOSPNG = MediaType(rawValue: "image/x-ios-png")

    /// MP4 video.
    public static let mp4 = MediaType(rawValue: "video/mp4")
    /// QuickTime video.
    public static let quickTime = MediaType(rawValue: "video/quicktime")
    /// AVI video.
    public static let avi = MediaType(rawValue: "video/x-msvideo")

    /// JSON.
    public static let json = MediaType(rawValue: "application/json")
    /// PDF.
    public static let pdf = MediaType(rawValue: "application/pdf")
    /// DICOM, of medical devices.
    public static let dicom = MediaType(rawValue: "application/dicom")
    /// Plain text.
    public static let plainText = MediaType(rawValue: "text/plain")

    private static let names: [MediaType: (name: String, fileExtension: String)] = [
        wav: ("WAV", "wav"), w64: ("Wave64", "w64"), flac: ("FLAC", "flac"), ogg: ("Ogg", "ogg"), mp3: ("MP3", "mp3"),
        aiff: ("AIFF", "aiff"), caf: ("CAF", "caf"), au: ("AU", "au"), m4a: ("AAC or ALAC in MP4 (M4A)", "m4a"),
        aac: ("AAC", "aac"), amr: ("AMR", "amr"), webm: ("WebM or Matroska", "webm"),
        wma: ("Windows Media", "wma"), wavPack: ("WavPack", "wv"),
        png: ("PNG", "png"), jpeg: ("JPEG", "jpg"), gif: ("GIF", "gif"), bmp: ("BMP", "bmp"), tiff: ("TIFF", "tiff"),
        webp: ("WebP", "webp"), heic: ("HEIC", "heic"), avif: ("AVIF", "avif"), jpegXL: ("JPEG XL", "jxl"),
        jpeg2000: ("JPEG 2000", "jp2"), cameraRaw: ("camera raw", "raw"), photoshop: ("Photoshop", "psd"),
        icon: ("Windows icon", "ico"), svg: ("SVG", "svg"), openEXR: ("OpenEXR", "exr"),
        iOSPNG: ("iOS-optimized PNG", "png"), dicom: ("DICOM", "dcm"),
        mp4: ("MP4 video", "mp4"), quickTime: ("QuickTime video", "mov"), avi: ("AVI video", "avi"),
        json: ("JSON", "json"), pdf: ("PDF", "pdf"), plainText: ("plain text", "txt"),
    ]

    /// The common name: `FLAC`, `JPEG`, `plain text`.
    public var name: String { (Self.names[self] ?? Self.containerNames[self])?.name ?? rawValue }

    /// The usual file name extension, without the dot.
    public var fileExtension: String { (Self.names[self] ?? Self.containerNames[self])?.fileExtension ?? "bin" }

    /// The recordings that are readable: in every build, and with ffmpeg on the `PATH`.
    package static let readableRecordings =
        "WAV, FLAC, Ogg, MP3, AIFF, CAF, AU; with ffmpeg on the PATH also MP4, M4A, QuickTime, WebM, Matroska, AAC, "
        + "AMR, Windows Media, WavPack, AVI, MPEG, FLV, NIST SPHERE, VOC, AC-3, DTS and others"

    /// The remedy for a file that is not a supported medium: the readable formats.
    package static let adviceOnReadableMedia =
        "pass a recording (\(readableRecordings)) or an image (PNG, JPEG, WebP, HEIC, AVIF, TIFF, GIF, BMP)"
}

extension MediaType: CustomStringConvertible {
    /// The Content-Type.
    public var description: String { rawValue }
}
