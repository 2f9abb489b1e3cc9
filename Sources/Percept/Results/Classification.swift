import PerceptAudio
import PerceptImage
public import PerceptInference

/// The classes of a recording or a picture, the most likely first.
public struct Classification: Sendable, Hashable {
    /// In the order of their scores; those without one last, as the service sent them.
    public var classes: [ClassScore]
    public let receipt: MediaReceipt
    public let sent: SentMedia
    /// What a person should know about the media.
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
