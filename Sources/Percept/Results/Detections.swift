public import PerceptCore
public import PerceptImage
import PerceptInference

/// An object detected in an image.
public struct Detection: Sendable, Hashable {
    /// The label of the object.
    public var label: String
    /// The score, 0…1; `nil` if the service returned none.
    public var score: Double?
    /// The bounding box, in pixels of the upright source.
    public var box: BoundingBox

    /// Creates a detection.
    public init(label: String, score: Double?, box: BoundingBox) {
        self.label = label
        self.score = score
        self.box = box
    }
}

/// The objects detected in an image, in the service's order.
///
/// Boxes are clipped to the part of the image that was sent. A box outside it, for example in the padding of a
/// letterbox, is dropped and reported in ``warnings``.
public struct Detections: Sendable, Hashable {
    /// The objects.
    public var objects: [Detection]
    /// The map from the upload back to the image.
    public let receipt: GeometryReceipt
    /// The upload.
    public let sent: SentMedia
    /// The warnings about the image and the response.
    public let warnings: [String]

    init(_ found: [DetectedObject], _ prepared: PreparedImage, threshold: Double?) {
        receipt = prepared.receipt
        sent = SentMedia(prepared)
        let counting = found.filter { $0.score.map { $0 >= threshold ?? 0 } ?? true }
        objects = counting.compactMap { [receipt] object in
            let box = receipt.sourceBox(for: object.box)
            // Services that round coordinates report small objects as empty boxes, which are kept.
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
                "\(dropped) of \(counting.count) boxes \(verbs.0) outside the image and \(verbs.1) dropped"
            ]
    }
}

extension Image {
    /// Returns the image with objects drawn into it; see `Image.drawing(_:style:)`.
    ///
    /// - Throws: `MediaError` `.cancelled`, or the errors of `Typeface.check()`.
    public consuming func annotated(
        with objects: [Detection], style: BoxStyle = BoxStyle()
    ) throws(MediaError) -> AnnotatedImage {
        try drawing(objects.map { LabelledBox($0.box, label: $0.label, score: $0.score) }, style: style)
    }
}
