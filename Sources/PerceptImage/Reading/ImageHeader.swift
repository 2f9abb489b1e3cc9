public import PerceptCore

/// The properties of an image file that are known before its pixels are read.
public struct ImageHeader: Sendable, Hashable {
    /// The colour model in the file, before any conversion.
    public enum StoredColorModel: String, Sendable, Hashable, Codable, CaseIterable {
        case gray, grayAlpha, palette, rgb, rgba
        case yCbCr = "ycbcr"
        case cmyk, ycck
        /// CIE L*a*b*.
        case lab
    }

    /// The format of the file.
    public let mediaType: MediaType
    /// The size of the rows from ``ImageReader``, before the orientation is applied.
    public let storedSize: PixelSize
    /// The transformation that makes the stored rows upright; `.upright` if the file has no usable orientation.
    public let orientation: Orientation
    /// The source of the orientation in the file; `nil` if there is none. HEIC and AVIF are turned by their own
    /// properties, whatever their EXIF data says, and TIFF by its tag, which counts as EXIF.
    public let orientationSource: OrientationSource?
    /// The colour model in the file.
    public let storedColorModel: StoredColorModel
    /// Bits per channel in the file, or per palette index: 1, 2, 4, 8 or 16; for HEIC and AVIF also 10 and 12, for TIFF
    /// any number up to 16, 24, 32 and 64.
    public let storedBitDepth: Int
    /// The layout of the decoded rows: palettes, transparency keys, YCbCr and inks are resolved, and depths below 8 are
    /// expanded.
    public let layout: Image.Layout
    /// Indicates whether a PNG is interlaced (Adam7) or a JPEG progressive; such an image is held in memory while it is
    /// read.
    public let isMultipass: Bool
    /// Indicates whether the decoder holds all pixels at once regardless of their order, as for WebP, HEIC, AVIF, and
    /// BMP with run lengths.
    let isHeldWhole: Bool
    /// Indicates whether the file contains an ICC colour profile; the decoded rows are converted to sRGB.
    public let hasICCProfile: Bool

    /// Creates a header.
    public init(
        mediaType: MediaType, storedSize: PixelSize, orientation: Orientation, orientationSource: OrientationSource?,
        storedColorModel: StoredColorModel, storedBitDepth: Int, layout: Image.Layout, isMultipass: Bool,
        isHeldWhole: Bool = false, hasICCProfile: Bool
    ) {
        self.mediaType = mediaType
        self.storedSize = storedSize
        self.orientation = orientation
        self.orientationSource = orientationSource
        self.storedColorModel = storedColorModel
        self.storedBitDepth = storedBitDepth
        self.layout = layout
        self.isMultipass = isMultipass
        self.isHeldWhole = isHeldWhole
        self.hasICCProfile = hasICCProfile
    }

    /// The size of the upright image.
    public var size: PixelSize { orientation.applied(to: storedSize) }

    /// The number of rows that the decoder buffers besides those it returns.
    var heldRowCount: Int { isInterlaced || isHeldWhole ? storedSize.height : 1 }

    /// A PNG that is stored from coarse to fine.
    public var isInterlaced: Bool { isMultipass && mediaType == .png }

    /// A JPEG that is stored from coarse to fine.
    public var isProgressive: Bool { isMultipass && mediaType == .jpeg }
}
