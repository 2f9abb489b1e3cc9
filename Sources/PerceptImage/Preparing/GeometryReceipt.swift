public import PerceptCore

/// The exact map between an upload and its source image.
///
/// There are three coordinate systems: *stored* (the pixels in the file), *source* (the upright image) and *upload*
/// (the image that was sent). The ``orientation`` turns the stored image into the source. The ``crop`` is cut from the
/// source and resized to ``resizedSize``, and the ``padding`` is added around it. All of these are whole numbers.
///
/// Boxes are half-open and continuous, with the origin at the top left corner of the top left pixel. Along each axis,
/// `upload = (source − crop.x) · resizedSize.width / crop.width + padding.left`, and `source` is the inverse. The
/// factors of the axes differ slightly, because sizes are rounded to whole pixels.
///
/// A round trip of a point, or of a box within the upload, changes it only by rounding in `Double`: less than 10⁻⁹
/// of the image's side.
public struct GeometryReceipt: Sendable, Hashable {
    /// The number of pixels added on each side of the resized image; a negative number removes pixels.
    ///
    /// A letterbox has positive padding; an image cropped to its centre after resizing has negative padding.
    public struct Padding: Sendable, Hashable, Codable {
        /// The pixels added on the left.
        public var left: Int
        /// The pixels added at the top.
        public var top: Int
        /// The pixels added on the right.
        public var right: Int
        /// The pixels added at the bottom.
        public var bottom: Int

        /// Creates a padding.
        public init(left: Int, top: Int, right: Int, bottom: Int) {
            self.left = left
            self.top = top
            self.right = right
            self.bottom = bottom
        }

        /// No padding.
        public static let none = Padding(left: 0, top: 0, right: 0, bottom: 0)
    }

    /// The size of the image in the file.
    public let storedSize: PixelSize
    /// The transformation that makes the stored pixels upright.
    public let orientation: Orientation
    /// The part of the source that is used, in pixels of the source; the whole image by default.
    public let crop: PixelRectangle
    /// The size of the resized crop.
    public let resizedSize: PixelSize
    /// The padding around the resized crop.
    public let padding: Padding
    /// The stretching of 16-bit samples; `nil` if they were not stretched.
    public let levels: SampleRange?

    /// Creates a receipt without a crop or padding.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if a side is outside 1…2³¹ − 1.
    public init(storedSize: PixelSize, orientation: Orientation, uploadSize: PixelSize) throws(MediaError) {
        try self.init(storedSize: storedSize, orientation: orientation, resizedSize: uploadSize)
    }

    /// - Parameters:
    ///   - storedSize: the size of the image in the file.
    ///   - orientation: the transformation that makes it upright.
    ///   - crop: the part of the upright image to use, in its pixels; the whole image if `nil`.
    ///   - resizedSize: the size of the resized crop.
    ///   - padding: the padding around it.
    ///   - levels: the stretching of the samples.
    /// - Throws: `MediaError` `.invalidArgument` if a side is outside 1…2³¹ − 1, the crop exceeds the upright
    ///   image, or the padding removes the whole resized image.
    public init(
        storedSize: PixelSize, orientation: Orientation, crop: PixelRectangle? = nil, resizedSize: PixelSize,
        padding: Padding = .none, levels: SampleRange? = nil
    ) throws(MediaError) {
        let sourceSize = orientation.applied(to: storedSize)
        let crop = crop ?? PixelRectangle(whole: sourceSize)
        guard storedSize.isRepresentable, resizedSize.isRepresentable else {
            throw MediaError(
                .invalidArgument, problem: "cannot map \(storedSize) to \(resizedSize) pixels: a side is out of range")
        }
        guard crop.lies(within: sourceSize) else {
            throw MediaError(
                .invalidArgument, problem: "the crop \(crop) does not lie within the image, which has \(sourceSize)",
                remedy: "pass its top left corner and its size in pixels of the upright image")
        }
        guard padding.leavesSome(of: resizedSize) else {
            throw MediaError(
                .invalidArgument, problem: "the padding \(padding) removes all of \(resizedSize) pixels")
        }
        self.storedSize = storedSize
        self.orientation = orientation
        self.crop = crop
        self.resizedSize = resizedSize
        self.padding = padding
        self.levels = levels
    }

    /// The size of the upright source image.
    public var sourceSize: PixelSize { orientation.applied(to: storedSize) }

    /// The size of the upload.
    public var uploadSize: PixelSize {
        PixelSize(
            width: padding.left + resizedSize.width + padding.right,
            height: padding.top + resizedSize.height + padding.bottom)
    }

    /// The part of the upload inside the padding.
    public var content: PixelRectangle {
        PixelRectangle(
            x: padding.left, y: padding.top, width: resizedSize.width, height: resizedSize.height
        ).clipped(to: uploadSize)
    }

    /// The horizontal scale: upload pixels per source pixel.
    public var scaleX: Double { Double(resizedSize.width) / Double(crop.width) }

    /// The vertical scale: upload pixels per source pixel.
    public var scaleY: Double { Double(resizedSize.height) / Double(crop.height) }

    /// Maps a box in a response to the upright source image, clipped to the crop.
    ///
    /// A box entirely in the padding becomes empty.
    public func sourceBox(for uploadBox: BoundingBox) -> BoundingBox {
        let box = clippedToContent(uploadBox)
        let (from, to) = (sourcePoint(for: (box.xMin, box.yMin)), sourcePoint(for: (box.xMax, box.yMax)))
        return BoundingBox(xMin: from.x, yMin: from.y, xMax: to.x, yMax: to.y)
    }

    /// Maps a box of the upright source image to the upload, clipped to its content.
    ///
    /// A box entirely outside the crop becomes empty.
    public func uploadBox(for sourceBox: BoundingBox) -> BoundingBox {
        let from = uploadPoint(for: (sourceBox.xMin, sourceBox.yMin))
        let to = uploadPoint(for: (sourceBox.xMax, sourceBox.yMax))
        return clippedToContent(BoundingBox(xMin: from.x, yMin: from.y, xMax: to.x, yMax: to.y))
    }

    /// Maps a point in a response to the upright source image.
    ///
    /// Points are not clipped: a point in the padding lies outside the crop.
    public func sourcePoint(for uploadPoint: (x: Double, y: Double)) -> (x: Double, y: Double) {
        // Multiplication precedes division, so that the edges of one image map exactly to those of the other.
        (
            (uploadPoint.x - Double(padding.left)) * Double(crop.width) / Double(resizedSize.width) + Double(crop.x),
            (uploadPoint.y - Double(padding.top)) * Double(crop.height) / Double(resizedSize.height) + Double(crop.y)
        )
    }

    /// Maps a point of the upright source image to the upload, without clipping.
    public func uploadPoint(for sourcePoint: (x: Double, y: Double)) -> (x: Double, y: Double) {
        (
            (sourcePoint.x - Double(crop.x)) * Double(resizedSize.width) / Double(crop.width) + Double(padding.left),
            (sourcePoint.y - Double(crop.y)) * Double(resizedSize.height) / Double(crop.height) + Double(padding.top)
        )
    }

    /// Maps a box of the upright source image to the stored pixels.
    public func storedBox(for sourceBox: BoundingBox) -> BoundingBox {
        orientation.storedBox(sourceBox, storedSize: storedSize)
    }

    /// Maps a box of the stored pixels to the upright source image.
    public func sourceBox(forStoredBox storedBox: BoundingBox) -> BoundingBox {
        orientation.uprightBox(storedBox, storedSize: storedSize)
    }

    private func clippedToContent(_ box: BoundingBox) -> BoundingBox {
        let content = content
        func clip(_ value: Double, _ lower: Int, _ count: Int) -> Double {
            min(max(value, Double(lower)), Double(lower + count))
        }
        return BoundingBox(
            xMin: clip(box.xMin, content.x, content.width), yMin: clip(box.yMin, content.y, content.height),
            xMax: clip(box.xMax, content.x, content.width), yMax: clip(box.yMax, content.y, content.height))
    }
}

extension GeometryReceipt.Padding {
    /// Returns whether the padding leaves a pixel of an image of `size`, and the result is not too large.
    fileprivate func leavesSome(of size: PixelSize) -> Bool {
        let bound = PixelSize.longestRepresentableSide
        func leaves(_ before: Int, _ count: Int, _ after: Int) -> Bool {
            let range = -bound...bound
            return range.contains(before) && range.contains(after) && before + count > 0 && count + after > 0
                && (1...bound).contains(before + count + after)
        }
        return leaves(left, size.width, right) && leaves(top, size.height, bottom)
    }
}

extension GeometryReceipt.Padding: CustomStringConvertible {
    /// The left, top, right and bottom padding.
    public var description: String { "\(left),\(top),\(right),\(bottom)" }
}

extension PixelSize {
    /// No image format has larger sides; a product of two fits into `Int` with a bit to spare.
    static let longestRepresentableSide = Int(Int32.max)

    var isRepresentable: Bool { shortestSide > 0 && longestSide <= Self.longestRepresentableSide }
}
