public import PerceptCore

/// What a picture file says about itself before its pixels are read.
public struct ImageHeader: Sendable, Hashable {
    /// How colours are stored in the file, before anything is converted.
    public enum StoredColorModel: String, Sendable, Hashable, Codable, CaseIterable {
        case gray, grayAlpha, palette, rgb, rgba
        case yCbCr = "ycbcr"
        case cmyk, ycck
    }

    public let mediaType: MediaType
    /// As the rows come out of ``ImageReader``, before the orientation is applied.
    public let storedSize: PixelSize
    /// What has to be done to the stored rows; `.upright` where the file says nothing usable.
    public let orientation: Orientation
    /// Where the file states the orientation; `nil` where it does not. HEIC and AVIF are turned by properties of their own.
    public let orientationSource: OrientationSource?
    public let storedColorModel: StoredColorModel
    /// Bits per channel in the file, or per index of a palette: 1, 2, 4, 8 or 16; of HEIC and AVIF also 10 and 12.
    public let storedBitDepth: Int
    /// Of the rows that are read: palettes, transparency keys, YCbCr and inks are resolved, depths below 8 expanded.
    public let layout: Image.Layout
    /// Whether a PNG is interlaced (Adam7), or a JPEG progressive; such a picture is held whole while it is read.
    public let isMultipass: Bool
    /// Whether the decoder holds all pixels at once whatever the order in the file: those of WebP, HEIC and AVIF do.
    let isHeldWhole: Bool
    /// Whether the file carries an ICC colour profile; the rows that are read are sRGB by then.
    public let hasICCProfile: Bool

    /// The size of the upright picture.
    public var size: PixelSize { orientation.applied(to: storedSize) }

    /// Rows that the decoder holds beside those that it gives out.
    var heldRowCount: Int { isInterlaced || isHeldWhole ? storedSize.height : 1 }

    /// A PNG that is stored coarse to fine.
    public var isInterlaced: Bool { isMultipass && mediaType == .png }

    /// A JPEG that is stored coarse to fine.
    public var isProgressive: Bool { isMultipass && mediaType == .jpeg }
}
