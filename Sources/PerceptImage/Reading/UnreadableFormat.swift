internal import PerceptCore

/// A format that is recognized, but not decoded.
struct UnreadableFormat {
    let mediaType: MediaType

    init(_ mediaType: MediaType) {
        self.mediaType = mediaType
    }

    /// A command that converts a file, and the Debian package that it comes from.
    private struct Conversion {
        let package: String
        let command: @Sendable (_ file: String) -> String

        init(_ package: String, _ command: @escaping @Sendable (_ file: String) -> String) {
            self.package = package
            self.command = command
        }
    }

    private static let conversions: [MediaType: Conversion] = [
        .cameraRaw: Conversion("libraw-bin") { "`dcraw_emu -w -T \($0)`" },
        .jpegXL: Conversion("libjxl-tools") { "`djxl \($0) image.png`" },
        .jpeg2000: Conversion("libopenjp2-tools") { "`opj_decompress -i \($0) -o image.png`" },
        .photoshop: Conversion("imagemagick") { "`convert \($0)'[0]' image.png`" },
        .icon: Conversion("icoutils") { "`icotool -x -o . \($0)`" },
        .svg: Conversion("librsvg2-bin") { "`rsvg-convert -o image.png \($0)`" },
        .openEXR: Conversion("ffmpeg") { "`ffmpeg -apply_trc iec61966_2_1 -i \($0) image.png`" },
        .pdf: Conversion("poppler-utils") { "`pdftoppm -png -r 150 \($0) page`" },
        .dicom: Conversion("dcmtk") { "`dcmj2pnm +on \($0) image.png`" },
    ]

    /// Returns the remedy with the name of the file, as it is typed in a shell.
    private func conversion(of source: String) -> String? {
        guard mediaType != .iOSPNG else {
            return "export the original from its project; macOS converts it with "
                + "`sips -s format png \(source.shellWord) -o image.png`"
        }
        return Self.conversions[mediaType].map {
            "convert it, e.g. with \($0.command(source.shellWord)) (Debian package \($0.package))"
        }
    }

    private static let advice = "pass a \(list(with: "or")) image"

    /// The formats that are read: "PNG, JPEG and WebP".
    private static func list(with conjunction: String) -> String {
        let names = ImageDecoder.readableTypes.map(\.name)
        return "\(names.dropLast().joined(separator: ", ")) \(conjunction) \(names.suffix(1).joined())"
    }

    /// The error for bytes of an unknown format.
    static func ofImage(_ error: MediaError) -> MediaError {
        guard error.parameter == .rawFormat else { return error }
        var error = error
        (error.parameter, error.remedy) = (nil, advice)
        return error
    }

    func error(source: String) -> MediaError {
        let (problem, remedy): (String, String) =
            switch mediaType.kind {
            case .audio:
                ("is a recording (\(mediaType.name)), not an image", Self.advice)
            case .video:
                (
                    "is a video (\(mediaType.name)), not an image",
                    "save one frame as PNG, e.g. with `ffmpeg -i video.mp4 -frames:v 1 frame.png`"
                )
            case .image, .other:
                (
                    "\(mediaType.name) is not readable here, only \(Self.list(with: "and")) are",
                    conversion(of: source) ?? Self.advice
                )
            }
        return MediaError(.unsupportedFeature, source: source, problem: problem, remedy: remedy)
    }
}

extension String {
    /// The text as one word of a POSIX shell: in single quotes unless all of its characters are harmless.
    fileprivate var shellWord: String {
        let isHarmless =
            !isEmpty && !hasPrefix("-")
            && unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
                    || "/._-+,:@%".unicodeScalars.contains($0)
            }
        return isHarmless
            ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
