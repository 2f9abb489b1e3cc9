/// The part of a file that states its orientation.
public enum OrientationSource: String, Sendable, Hashable, Codable, CaseIterable {
    /// EXIF data in its standard location: APP1 of a JPEG, eXIf of a PNG, EXIF of a WebP.
    case exif
    /// EXIF data in hexadecimal in a text chunk of a PNG ("Raw profile type exif" or "APP1"), as ImageMagick writes it.
    case rawProfile
    /// The property tiff:Orientation of XMP.
    case xmp
}

/// An orientation and its source.
struct StatedOrientation {
    let orientation: Orientation
    let source: OrientationSource

    /// Looks for an orientation first in EXIF data, then in raw profiles, and last in XMP: software that edits only XMP
    /// does not override the EXIF tag (XMP specification part 3, §2.2).
    ///
    /// - Parameter metadata: returns a block of the file, or `nil` if it has none.
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
