internal import CImageCodecs
public import PerceptCore

extension Component {
    /// The libraries that decode, encode and draw images, and the font of labels.
    public static var ofImages: [Component] {
        [
            Component("libpng", "read and write PNG", version: .text("png_get_libpng_ver"), package: "libpng16-16"),
            Component(
                // The library does not state its version; this is that of its headers.
                "libjpeg-turbo", "read and write JPEG", version: .none("jpeg_read_header"),
                fallback: String(cString: image_codec_jpeg_version()), package: "libjpeg62-turbo"),
            Component(
                "libwebp", "read WebP", version: .number("WebPGetDecoderVersion", radix: 256), package: "libwebp7"),
            Component(
                // Nor does this one.
                "giflib", "read GIF", version: .none("DGifOpen"),
                fallback: String(cString: image_codec_gif_version()), package: "libgif7"),
            littleCMS,
            FontLibrary.component,
            Component(
                "libheif", "read HEIC and AVIF", loading: names("libheif.so.1", "libheif.1.dylib"),
                version: .text("heif_get_version"), package: "libheif1"),
            Component(
                "libtiff", "read TIFF", loading: names("libtiff.so.6", "libtiff.so.5", "libtiff.6.dylib"),
                version: .text("TIFFGetVersion"), package: "libtiff6"),
            Component(
                "libraqm", "draw labels in a font", loading: names("libraqm.so.0", "libraqm.0.dylib"),
                version: .text("raqm_version_string"), package: "libraqm0"),
            Component(
                "fontconfig", "find fonts", loading: names("libfontconfig.so.1", "libfontconfig.1.dylib"),
                version: .number("FcGetVersion", radix: 100), package: "fontconfig"),
            defaultFont,
        ]
    }

    /// Returns the names of libraries on this platform, with Homebrew's folders.
    private static func names(_ names: String...) -> [String] {
        #if os(macOS)
            let names = names.filter { $0.hasSuffix(".dylib") }
            return names + names.map { "/opt/homebrew/lib/\($0)" } + names.map { "/usr/local/lib/\($0)" }
        #else
            return names.filter { !$0.hasSuffix(".dylib") }
        #endif
    }

    /// Little CMS, which states 2.14 as 2140.
    private static var littleCMS: Component {
        var component = Component(
            "Little CMS", "convert colours to sRGB", version: .number("cmsGetEncodedCMMversion", radix: 10),
            package: "liblcms2-2")
        let parts = component.version?.split(separator: ".").compactMap { Int($0) } ?? []
        if parts.count == 3 { component.version = "\(parts[0] / 10).\(parts[0] % 10 * 10 + parts[1])" }
        return component
    }

    /// The font of labels for which no other is asked.
    private static var defaultFont: Component {
        let path = FontList.fallbacks?.location(at: 0)?.path
        return Component(
            "default font", "label boxes in other than built-in letters", .read, isFound: path != nil, path: path,
            package: "fonts-dejavu-core")
    }
}
