internal import PerceptCore

/// The receipt is encoded as `{"storedSize", "orientation", "sourceSize", "crop", "resizedSize", "padding",
/// "uploadSize", "scale"}`. Sizes are `{"width", "height"}`, the crop is `{"x", "y", "width", "height"}`, the padding
/// is `{"left", "top", "right", "bottom"}`, and the scale is `{"x", "y"}`. Receipts of stretched samples also have
/// `"levels"` as `{"low", "high"}`. Crop, padding and levels may be missing when a receipt is decoded.
extension GeometryReceipt: Codable {
    enum CodingKeys: String, CodingKey {
        case storedSize, orientation, sourceSize, crop, resizedSize, padding, uploadSize, scale, levels
    }

    private struct Scale: Codable {
        var x: Double
        var y: Double
    }

    /// Decodes a receipt. Derived values (source size, resized size and scale) are ignored.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let uploadSize = try container.decode(PixelSize.self, forKey: .uploadSize)
        let padding = try container.decodeIfPresent(Padding.self, forKey: .padding) ?? .none
        let (width, height) = (
            padding.left.addingReportingOverflow(padding.right), padding.top.addingReportingOverflow(padding.bottom)
        )
        let resizedWidth = uploadSize.width.subtractingReportingOverflow(width.partialValue)
        let resizedHeight = uploadSize.height.subtractingReportingOverflow(height.partialValue)
        guard !width.overflow, !height.overflow, !resizedWidth.overflow, !resizedHeight.overflow else {
            throw DecodingError.dataCorruptedError(
                forKey: .padding, in: container, debugDescription: "a padding that is not possible for any image")
        }
        try self.init(
            storedSize: container.decode(PixelSize.self, forKey: .storedSize),
            orientation: container.decode(Orientation.self, forKey: .orientation),
            crop: container.decodeIfPresent(PixelRectangle.self, forKey: .crop),
            resizedSize: PixelSize(width: resizedWidth.partialValue, height: resizedHeight.partialValue),
            padding: padding, levels: container.decodeIfPresent(SampleRange.self, forKey: .levels))
    }

    /// Encodes the receipt.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(storedSize, forKey: .storedSize)
        try container.encode(orientation, forKey: .orientation)
        try container.encode(sourceSize, forKey: .sourceSize)
        try container.encode(crop, forKey: .crop)
        try container.encode(resizedSize, forKey: .resizedSize)
        try container.encode(padding, forKey: .padding)
        try container.encode(uploadSize, forKey: .uploadSize)
        try container.encode(Scale(x: scaleX, y: scaleY), forKey: .scale)
        try container.encodeIfPresent(levels, forKey: .levels)
    }
}
