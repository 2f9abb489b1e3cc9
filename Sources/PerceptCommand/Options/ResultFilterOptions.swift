import ArgumentParser
import Percept

/// The options that select which results to keep.
struct ResultFilterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep results with at least this score, 0 to 1. (default: all results of the response)", valueName: "score")
    )
    var threshold: Double?

    @Option(
        help: ArgumentHelp(
            "Set the lowest score for one label, instead of --threshold (repeatable).", valueName: "label=score"),
        transform: LabelScore.init(argument:))
    var labelThreshold: [LabelScore] = []

    @Option(
        help: ArgumentHelp("Keep only results with this label (repeatable).", valueName: "label"))
    var keep: [String] = []

    @Option(help: ArgumentHelp("Drop results with this label (repeatable).", valueName: "label"))
    var drop: [String] = []

    @Option(
        help: ArgumentHelp(
            "Drop results that overlap a better result of the same label by more than this (non-maximum suppression).",
            valueName: "overlap"))
    var nms: Double?

    @Option(
        help: ArgumentHelp(
            "Lower the scores of results that overlap a better one of the same label, instead of dropping them "
                + "(Gaussian soft-NMS); 0.5 is usual.",
            valueName: "sigma"))
    var softNms: Double?

    @Option(
        help: ArgumentHelp(
            "Merge results of the same label whose overlap exceeds this.", valueName: "overlap"))
    var merge: Double?

    @Flag(help: "Measure overlap relative to the smaller area (IoS) instead of the union (IoU).")
    var ios = false

    @Flag(help: "Apply suppression and merging across labels.")
    var classAgnostic = false

    @Option(help: ArgumentHelp("Keep at most N results, those with the highest scores.", valueName: "n"))
    var top: Int?

    /// A label and a score, as `person=0.3`.
    struct LabelScore: Sendable {
        let label: String
        let score: Double

        init(argument: String) throws {
            guard let sign = argument.lastIndex(of: "="), let score = Double(argument[argument.index(after: sign)...]),
                (0...1).contains(score)
            else { throw ValidationError("expected label=score, such as person=0.5, with a score of 0 to 1") }
            label = String(argument[..<sign])
            self.score = score
        }
    }

    func validate() throws {
        for (flag, value) in [("--threshold", threshold), ("--nms", nms), ("--merge", merge)] {
            if let value, !(0...1).contains(value) {
                throw ValidationError("invalid value “\(value)” for \(flag): must be 0 to 1")
            }
        }
        if let softNms, !(softNms > 0 && softNms.isFinite) {
            throw ValidationError("invalid value “\(softNms)” for --soft-nms: must be more than 0")
        }
        if nms != nil, softNms != nil { throw ValidationError("--nms cannot be used with --soft-nms") }
        if let top, top < 1 { throw ValidationError("invalid value “\(top)” for --top: must be at least 1") }
        let labels = labelThreshold.map(\.label)
        if Set(labels).count < labels.count {
            throw ValidationError("--label-threshold may be given only once per label")
        }
        if let label = keep.first(where: drop.contains) {
            throw ValidationError("--keep and --drop both name “\(label)”")
        }
        if nms == nil, softNms == nil, merge == nil, ios || classAgnostic {
            throw ValidationError("\(ios ? "--ios" : "--class-agnostic") requires --nms, --soft-nms or --merge")
        }
    }

    var filter: ResultFilter {
        ResultFilter(
            threshold: threshold,
            labelThresholds: Dictionary(labelThreshold.map { ($0.label, $0.score) }) { first, _ in first },
            keptLabels: Set(keep), droppedLabels: Set(drop),
            suppression: nms.map { .hard(overlap: $0) } ?? softNms.map { .soft(.gaussian(sigma: $0)) },
            mergingOverlap: merge, measure: ios ? .intersectionOverSmaller : .intersectionOverUnion,
            acrossLabels: classAgnostic, count: top)
    }
}
