public import PerceptCore

/// A box to draw, with its label.
public struct LabelledBox: Sendable, Hashable {
    /// The box in pixels of the image; it may extend outside, and its corners may be in any order.
    public var box: BoundingBox
    /// The label; empty for none.
    public var label: String
    /// The score, drawn after the label with two decimals.
    public var score: Double?
    /// The colour; `nil` for the palette's colour of the label.
    public var color: Color?

    /// Creates a labelled box.
    public init(_ box: BoundingBox, label: String, score: Double? = nil, color: Color? = nil) {
        self.box = box
        self.label = label
        self.score = score
        self.color = color
    }
}

/// A box that was not drawn, with the reason.
public struct DroppedBox: Sendable, Hashable, Codable {
    /// The reason why a box was not drawn.
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// A coordinate is infinite or NaN.
        case notFinite = "not finite"
        /// The box has no width or no height.
        case empty
        /// No part of the box lies within the image.
        case outside = "outside the image"
    }

    /// The index of the box in the list.
    public var index: Int
    /// The reason why it was not drawn.
    public var reason: Reason

    /// Creates a dropped box.
    public init(index: Int, reason: Reason) {
        self.index = index
        self.reason = reason
    }
}

extension BoundingBox {
    /// Returns the reason why the box cannot be drawn on an image of `size` (its corners may be in any order), or
    /// `nil`.
    func reasonNotToDraw(on size: PixelSize) -> DroppedBox.Reason? {
        guard isFinite else { return .notFinite }
        if standardized.isEmpty { return .empty }
        return standardized.clipped(to: size).isEmpty ? .outside : nil
    }
}
