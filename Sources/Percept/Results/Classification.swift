import PerceptAudio
import PerceptImage
public import PerceptInference

/// The classes of a recording or an image.
public struct Classification: Sendable, Hashable {
    /// The classes by descending score; those without a score come last, in the service's order.
    public var classes: [ClassScore]
    /// The map from the upload back to the source.
    public let receipt: MediaReceipt
    /// The upload.
    public let sent: SentMedia
    /// The warnings about the recording or image.
    public let warnings: [String]

    init(_ classes: [ClassScore], _ prepared: PreparedAudio, topCount: Int?) {
        self.init(
            classes, topCount: topCount, receipt: .time(prepared.receipt), sent: SentMedia(prepared),
            warnings: prepared.warnings)
    }

    init(_ classes: [ClassScore], _ prepared: PreparedImage, topCount: Int?) {
        self.init(
            classes, topCount: topCount, receipt: .geometry(prepared.receipt), sent: SentMedia(prepared),
            warnings: prepared.warnings)
    }

    private init(
        _ classes: [ClassScore], topCount: Int?, receipt: MediaReceipt, sent: SentMedia, warnings: [String]
    ) {
        let ranked = classes.enumerated().sorted { first, second in
            let scores = (first.element.score ?? -.infinity, second.element.score ?? -.infinity)
            return scores.0 != scores.1 ? scores.0 > scores.1 : first.offset < second.offset
        }
        self.classes = Array(ranked.map(\.element).prefix(topCount ?? .max))
        self.receipt = receipt
        self.sent = sent
        self.warnings = warnings
    }
}
