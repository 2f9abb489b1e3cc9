public import PerceptCore
import PerceptImage

/// A result that filters can rank: it has a label and a score and covers an area.
public protocol RankedResult: Sendable {
    /// The label of the result.
    var label: String { get }
    /// The score, 0…1; `nil` if the service returned none.
    var score: Double? { get set }
    /// The smallest box around the area; `nil` if the area is empty. Results with disjoint boxes do not overlap.
    var extent: BoundingBox? { get }
    /// Returns the shared area and the areas of both results in pixels; all are 0 for results about different images.
    func overlap(with other: Self) -> Overlap
    /// Returns this result extended over the area of both.
    func merged(with other: Self) -> Self
}

/// The overlap of two results.
public struct Overlap: Sendable, Hashable {
    /// The shared area.
    public var shared: Double
    /// The areas of the two results.
    public var areas: (Double, Double) { (first, second) }
    private let first: Double
    private let second: Double

    /// A measure of overlap.
    public enum Measure: String, Sendable, Hashable, CaseIterable {
        /// The area of the intersection divided by the area of the union (IoU).
        case intersectionOverUnion
        /// The area of the intersection divided by the smaller area (IoS): 1 for a part within a whole.
        case intersectionOverSmaller
    }

    /// Creates an overlap from the shared area and the areas of both results.
    public init(shared: Double, areas: (Double, Double)) {
        self.shared = shared
        (first, second) = areas
    }

    /// Returns the overlap, 0…1; 0 if either area is empty.
    public func ratio(_ measure: Measure) -> Double {
        let whole =
            switch measure {
            case .intersectionOverUnion: first + second - shared
            case .intersectionOverSmaller: min(first, second)
            }
        return whole > 0 ? shared / whole : 0
    }
}

extension Detection: RankedResult {
    /// The box; `nil` if it is empty.
    public var extent: BoundingBox? { box.isEmpty ? nil : box }

    /// Returns the overlap of the boxes. A box that is empty, inverted or not finite covers nothing.
    public func overlap(with other: Detection) -> Overlap {
        guard !box.isEmpty, !other.box.isEmpty else { return Overlap(shared: 0, areas: (0, 0)) }
        let shared = BoundingBox(
            xMin: max(box.xMin, other.box.xMin), yMin: max(box.yMin, other.box.yMin),
            xMax: min(box.xMax, other.box.xMax), yMax: min(box.yMax, other.box.yMax))
        return Overlap(shared: shared.area, areas: (box.area, other.box.area))
    }

    /// Returns this detection with the smallest box around both.
    public func merged(with other: Detection) -> Detection {
        var result = self
        result.box = BoundingBox(
            xMin: min(box.xMin, other.box.xMin), yMin: min(box.yMin, other.box.yMin),
            xMax: max(box.xMax, other.box.xMax), yMax: max(box.yMax, other.box.yMax))
        return result
    }
}

extension Segment: RankedResult {
    /// The bounding box of the mask; `nil` if it is empty.
    public var extent: BoundingBox? { mask.boundingBox }

    /// Returns the overlap of the masks; masks of different sizes share nothing.
    public func overlap(with other: Segment) -> Overlap {
        guard let shared = try? mask.intersectionArea(with: other.mask) else {
            return Overlap(shared: 0, areas: (0, 0))
        }
        return Overlap(shared: Double(shared), areas: (Double(mask.area), Double(other.mask.area)))
    }

    /// Returns this segment with the union of both masks.
    public func merged(with other: Segment) -> Segment {
        guard let union = try? mask.union(other.mask) else { return self }
        var result = self
        result.mask = union
        return result
    }
}
