public import PerceptCore

/// The exact map between a picture that was sent and the picture it was made from.
///
/// There are three frames of coordinates: *stored* (the pixels as the file has them), *source* (the upright original) and
/// *upload* (what was sent). A source is made of the stored picture by the ``orientation``; of the source the ``crop`` is
/// cut out, resized to ``resizedSize``, and the ``padding`` put around it. All of these are whole numbers.
///
/// Boxes are half-open and continuous, with the origin at the top left corner of the top left pixel, so that along each
/// axis `upload = (source − crop.x) · resizedSize.width / crop.width + padding.left`, and `source` follows from `upload`
/// likewise. The two axes' factors differ by what rounding to whole pixels made of the other side.
///
/// There and back, a point, or a box that lies within what was sent, differs by no more than rounding in `Double` does:
/// less than 10⁻⁹ of the picture's side.
public struct GeometryReceipt: Sendable, Hashable {
    /// Pixels on each side of the resized picture; where negative, as many of its own are missing.
    ///
    /// A letterbox has positive ones, a picture whose middle was cut out after resizing negative ones.
    public struct Padding: Sendable, Hashable, Codable {
        public var left: Int
        public var top: Int
        public var right: Int
        public var bottom: Int

        public init(left: Int, top: Int, right: Int, bottom: Int) {
            self.left = left
            self.top = top
            self.right = right
            self.bottom = bottom
        }

        public static let none = Padding(left: 0, top: 0, right: 0, bottom: 0)
    }

    public let storedSize: PixelSize
    /// What was done to the stored pixels to make them upright.
    public let orientation: Orientation
    /// What was cut out of the source, in its pixels; the whole of it where no part was asked for.
    public let crop: PixelRectangle
    /// What the crop was resized to.
    public let resizedSize: PixelSize
    /// What was put around the resized crop.
    public let padding: Padding
    /// How samples of 16 bits were stretched; `nil` where they were not.
    public let levels: SampleRange?

    /// A receipt without crop and padding.
    ///
    /// - Throws: `MediaError` `.invalidArgument` when a side is not within 1…2³¹ − 1.
    public init(storedSize: PixelSize, orientation: Orientation, uploadSize: PixelSize) throws(MediaError) {
        try self.init(storedSize: storedSize, orientation: orientation, resizedSize: uploadSize)
    }

    /// - Parameters:
    ///   - storedSize: of the picture as its file has it.
    ///   - orientation: what makes it upright.
    ///   - crop: of the upright picture, in its pixels; the whole of it when `nil`.
    ///   - resizedSize: what the crop was resized to.
    ///   - padding: what was put around it.
    ///   - levels: how its samples were stretched before.
    /// - Throws: `MediaError` `.invalidArgument` when a side is not within 1…2³¹ − 1, the crop does not lie within the
    ///   upright picture, or the padding leaves nothing of the resized one.
    public init(
        storedSize: PixelSize, orientation: Orientation, crop: PixelRectangle? = nil, resizedSize: PixelSize,
        padding: Padding = .none, levels: SampleRange? = nil
    ) throws(MediaError) {
        let sourceSize = orientation.applied(to: storedSize)
        let crop = crop ?? PixelRectangle(whole: sourceSize)
        guard storedSize.isRepresentable, resizedSize.isRepresentable else {
            throw MediaError(
                .invalidArgument, problem: "there is no map between \(storedSize) and \(resizedSize) pixels")
        }
        guard crop.lies(within: sourceSize) else {
            throw MediaError(
                .invalidArgument, problem: "the crop \(crop) does not lie within the picture, which has \(sourceSize)",
                remedy: "give its top left corner and its size in pixels of the upright picture")
        }
        guard padding.leavesSome(of: resizedSize) else {
            throw MediaError(
                .invalidArgument, problem: "a padding of \(padding) leaves nothing of \(resizedSize) pixels")
        }
        self.storedSize = storedSize
        self.orientation = orientation
        self.crop = crop
        self.resizedSize = resizedSize
        self.padding = padding
        self.levels = levels
    }

    /// The size of the upright original.
    public var sourceSize: PixelSize { orientation.applied(to: storedSize) }

    /// The size of the picture that was sent.
    public var uploadSize: PixelSize {
        PixelSize(
            width: padding.left + resizedSize.width + padding.right,
            height: padding.top + resizedSize.height + padding.bottom)
    }

    /// Where in the picture that was sent its content is; around it lies padding.
    public var content: PixelRectangle {
        PixelRectangle(
            x: padding.left, y: padding.top, width: resizedSize.width, height: resizedSize.height
        ).clipped(to: uploadSize)
    }

    /// Upload pixels per source pixel, across.
    public var scaleX: Double { Double(resizedSize.width) / Double(crop.width) }

    /// Upload pixels per source pixel, down.
    public var scaleY: Double { Double(resizedSize.height) / Double(crop.height) }

    /// Where a box that an answer names lies in the upright original, clipped to what was sent of it.
    ///
    /// A box that lies in the padding alone comes out empty.
    public func sourceBox(for uploadBox: BoundingBox) -> BoundingBox {
        let box = clippedToContent(uploadBox)
        let (from, to) = (sourcePoint(for: (box.xMin, box.yMin)), sourcePoint(for: (box.xMax, box.yMax)))
        return BoundingBox(xMin: from.x, yMin: from.y, xMax: to.x, yMax: to.y)
    }

    /// Where a box of the upright original lies in the picture that was sent, clipped to its content.
    ///
    /// A box of which nothing was sent comes out empty.
    public func uploadBox(for sourceBox: BoundingBox) -> BoundingBox {
        let from = uploadPoint(for: (sourceBox.xMin, sourceBox.yMin))
        let to = uploadPoint(for: (sourceBox.xMax, sourceBox.yMax))
        return clippedToContent(BoundingBox(xMin: from.x, yMin: from.y, xMax: to.x, yMax: to.y))
    }

    /// Where a point that an answer names lies in the upright original.
    ///
    /// Points are not clipped: one in the padding comes out beyond the crop.
    public func sourcePoint(for uploadPoint: (x: Double, y: Double)) -> (x: Double, y: Double) {
        // Multiplied before divided, so that the edges of one picture land exactly on those of the other.
        (
            (uploadPoint.x - Double(padding.left)) * Double(crop.width) / Double(resizedSize.width) + Double(crop.x),
            (uploadPoint.y - Double(padding.top)) * Double(crop.height) / Double(resizedSize.height) + Double(crop.y)
        )
    }

    /// Where a point of the upright original lies in the picture that was sent; not clipped either.
    public func uploadPoint(for sourcePoint: (x: Double, y: Double)) -> (x: Double, y: Double) {
        (
            (sourcePoint.x - Double(crop.x)) * Double(resizedSize.width) / Double(crop.width) + Double(padding.left),
            (sourcePoint.y - Double(crop.y)) * Double(resizedSize.height) / Double(crop.height) + Double(padding.top)
        )
    }

    /// Where a box of the upright original lies among the pixels as the file stores them.
    public func storedBox(for sourceBox: BoundingBox) -> BoundingBox {
        orientation.storedBox(sourceBox, storedSize: storedSize)
    }

    /// Where a box among the pixels as the file stores them lies in the upright original.
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
    /// Whether a pixel is left of a picture of `size`, in one that is not too large.
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
    /// Left, top, right and bottom.
    public var description: String { "\(left),\(top),\(right),\(bottom)" }
}

extension PixelSize {
    /// No picture format states larger sides; products of two of them fit into `Int` with a bit to spare.
    static let longestRepresentableSide = Int(Int32.max)

    var isRepresentable: Bool { shortestSide > 0 && longestSide <= Self.longestRepresentableSide }
}
