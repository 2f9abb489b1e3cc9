public import PerceptCore

/// A box to draw, with what is written on it.
public struct LabelledBox: Sendable, Hashable {
    /// In pixels of the image that is drawn on; it may reach outside and have its corners in any order.
    public var box: BoundingBox
    /// Any text; empty for none.
    public var label: String
    /// Written behind the label with two decimals.
    public var score: Double?
    /// `nil` for the colour that the palette has for the label.
    public var color: Color?

    public init(_ box: BoundingBox, label: String, score: Double? = nil, color: Color? = nil) {
        self.box = box
        self.label = label
        self.score = score
        self.color = color
    }
}

/// A box that was not drawn, and why.
public struct DroppedBox: Sendable, Hashable, Codable {
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// A coordinate is infinite or not a number.
        case notFinite = "not finite"
        /// The box has no width or no height.
        case empty
        /// No part of the box lies on the image.
        case outside = "outside the image"
    }

    /// The place of the box in the list that was to be drawn.
    public var index: Int
    public var reason: Reason

    public init(index: Int, reason: Reason) {
        self.index = index
        self.reason = reason
    }
}

extension BoundingBox {
    /// Why nothing of the box can be drawn on an image of `size`, its corners put in order first, or `nil`.
    func reasonNotToDraw(on size: PixelSize) -> DroppedBox.Reason? {
        guard isFinite else { return .notFinite }
        if standardized.isEmpty { return .empty }
        return standardized.clipped(to: size).isEmpty ? .outside : nil
    }
}
