public import PerceptCore
import PerceptImage

/// A result that filters can weigh: something with a label and a score that covers an area.
public protocol RankedResult: Sendable {
    var label: String { get }
    /// 0…1; `nil` where the service gives none.
    var score: Double? { get set }
    /// The smallest box around what it covers; `nil` for nothing. Results whose boxes have no point in common do not overlap.
    var extent: BoundingBox? { get }
    /// The area that both cover and their own areas, in pixels; all 0 for what has no common picture.
    func overlap(with other: Self) -> Overlap
    /// One result in place of both: this one, over the area of both.
    func merged(with other: Self) -> Self
}

/// How much two results cover together.
public struct Overlap: Sendable, Hashable {
    public var shared: Double
    public var areas: (Double, Double) { (first, second) }
    private let first: Double
    private let second: Double

    /// How overlap is measured.
    public enum Measure: String, Sendable, Hashable, CaseIterable {
        /// The area shared, divided by the area that either covers (IoU).
        case intersectionOverUnion
        /// The area shared, divided by the area of the smaller one (IoS): 1 for a part within a whole.
        case intersectionOverSmaller
    }

    public init(shared: Double, areas: (Double, Double)) {
        self.shared = shared
        (first, second) = areas
    }

    /// 0…1; 0 where nothing is covered.
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
    public var extent: BoundingBox? { box.isEmpty ? nil : box }

    /// An empty or inverted box, or one that is not finite, covers nothing.
    public func overlap(with other: Detection) -> Overlap {
        guard !box.isEmpty, !other.box.isEmpty else { return Overlap(shared: 0, areas: (0, 0)) }
        let shared = BoundingBox(
            xMin: max(box.xMin, other.box.xMin), yMin: max(box.yMin, other.box.yMin),
            xMax: min(box.xMax, other.box.xMax), yMax: min(box.yMax, other.box.yMax))
        return Overlap(shared: shared.area, areas: (box.area, other.box.area))
    }

    /// The smallest box around both.
    public func merged(with other: Detection) -> Detection {
        var result = self
        result.box = BoundingBox(
            xMin: min(box.xMin, other.box.xMin), yMin: min(box.yMin, other.box.yMin),
            xMax: max(box.xMax, other.box.xMax), yMax: max(box.yMax, other.box.yMax))
        return result
    }
}

extension Segment: RankedResult {
    public var extent: BoundingBox? { mask.boundingBox }

    /// Masks of two sizes share nothing.
    public func overlap(with other: Segment) -> Overlap {
        guard let shared = try? mask.intersectionArea(with: other.mask) else {
            return Overlap(shared: 0, areas: (0, 0))
        }
        return Overlap(shared: Double(shared), areas: (Double(mask.area), Double(other.mask.area)))
    }

    /// The pixels of both.
    public func merged(with other: Segment) -> Segment {
        guard let union = try? mask.union(other.mask) else { return self }
        var result = self
        result.mask = union
        return result
    }
}
