public import PerceptCore
public import PerceptImage
import PerceptInference

/// An object found in a picture.
public struct Detection: Sendable, Hashable {
    public var label: String
    /// 0…1; `nil` where the service gives none.
    public var score: Double?
    /// In pixels of the upright source.
    public var box: BoundingBox

    public init(label: String, score: Double?, box: BoundingBox) {
        self.label = label
        self.score = score
        self.box = box
    }
}

/// The objects found in a picture, in the service's order.
///
/// Boxes are clipped to what was sent of the picture. One that lies outside of it, in a letterbox's padding say, is
/// dropped, and ``warnings`` say so.
public struct Detections: Sendable, Hashable {
    public var objects: [Detection]
    public let receipt: GeometryReceipt
    public let sent: SentMedia
    /// What a person should know about the picture.
    public let warnings: [String]

    init(_ found: [DetectedObject], _ prepared: PreparedImage, threshold: Double?) {
        receipt = prepared.receipt
        sent = SentMedia(prepared)
        let counting = found.filter { $0.score.map { $0 >= threshold ?? 0 } ?? true }
        objects = counting.compactMap { [receipt] object in
            let box = receipt.sourceBox(for: object.box)
            // Services that round boxes report small objects as empty ones; these stay.
            guard !box.isEmpty || object.box.isEmpty else { return nil }
            return Detection(label: object.label, score: object.score, box: box)
        }
        let dropped = counting.count - objects.count
        guard dropped > 0 else {
            warnings = prepared.warnings
            return
        }
        let verbs = dropped == 1 ? ("lies", "was") : ("lie", "were")
        warnings =
            prepared.warnings + [
                "\(dropped) of \(counting.count) boxes \(verbs.0) outside of the picture and \(verbs.1) dropped"
            ]
    }
}

extension Image {
    /// The picture with objects drawn into it; see `Image.drawing(_:style:)`.
    ///
    /// - Throws: `MediaError` `.cancelled`, or what `Typeface.check()` throws.
    public consuming func annotated(
        with objects: [Detection], style: BoxStyle = BoxStyle()
    ) throws(MediaError) -> AnnotatedImage {
        try drawing(objects.map { LabelledBox($0.box, label: $0.label, score: $0.score) }, style: style)
    }
}
