/// Where in a file an orientation was found.
public enum OrientationSource: String, Sendable, Hashable, Codable, CaseIterable {
    /// EXIF data in their own place: APP1 of a JPEG, eXIf of a PNG, EXIF of a WebP.
    case exif
    /// EXIF data as hexadecimal digits in a text of a PNG ("Raw profile type exif" or "APP1"), as ImageMagick writes them.
    case rawProfile
    /// The property tiff:Orientation of XMP.
    case xmp
}

/// An orientation and the place that states it.
struct StatedOrientation {
    let orientation: Orientation
    let source: OrientationSource

    /// Looks for an orientation in EXIF data first, then in raw profiles, and in XMP last: software that edits XMP alone
    /// does not turn what an EXIF tag already states (XMP specification part 3, §2.2).
    ///
    /// - Parameter metadata: a block of the file, or `nil` where it has none.
    init?(_ metadata: (MetadataBlock) -> [UInt8]?) {
        if let found = metadata(.exif).flatMap({ Orientation(exif: $0) }) {
            self.init(orientation: found, source: .exif)
            return
        }
        let raw = [MetadataBlock.rawEXIF, .rawAPP1, .rawXMP].map { metadata($0).flatMap(RawProfile.bytes) }
        if let found = raw.lazy.compactMap({ $0.flatMap { Orientation(exif: $0) } }).first {
            self.init(orientation: found, source: .rawProfile)
            return
        }
        let packets = [metadata(.xmp)] + raw
        guard let found = packets.lazy.compactMap({ $0.flatMap { Orientation(xmp: $0) } }).first else { return nil }
        self.init(orientation: found, source: .xmp)
    }

    private init(orientation: Orientation, source: OrientationSource) {
        self.orientation = orientation
        self.source = source
    }
}

/// Parts of a file that may state an orientation.
enum MetadataBlock {
    case exif, rawEXIF, rawAPP1, rawXMP, xmp
}
