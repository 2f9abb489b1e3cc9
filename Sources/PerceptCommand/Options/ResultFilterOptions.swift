import ArgumentParser
import Percept

/// Which of the results are kept.
struct ResultFilterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The least score that counts, 0 to 1; else all that the answer holds.", valueName: "score"))
    var threshold: Double?

    @Option(
        help: ArgumentHelp(
            "The least score of one label, in place of --threshold (repeatable).", valueName: "label=score"),
        transform: LabelScore.init(argument:))
    var labelThreshold: [LabelScore] = []

    @Option(
        help: ArgumentHelp("Keeps this label alone, and others that are named so (repeatable).", valueName: "label"))
    var keep: [String] = []

    @Option(help: ArgumentHelp("Leaves out this label (repeatable).", valueName: "label"))
    var drop: [String] = []

    @Option(
        help: ArgumentHelp(
            "Leaves out what overlaps a better result of its label by more than this (non-maximum suppression).",
            valueName: "overlap"))
    var nms: Double?

    @Option(
        help: ArgumentHelp(
            "Lowers the score of what overlaps a better result of its label, instead (soft-NMS, Gaussian); 0.5 is usual.",
            valueName: "sigma"))
    var softNms: Double?

    @Option(
        help: ArgumentHelp(
            "Makes one of a result and the better one of its label that it overlaps by more than this.",
            valueName: "overlap"))
    var merge: Double?

    @Flag(help: "Measures overlap by the smaller of two areas (IoS), instead of both together (IoU).")
    var ios = false

    @Flag(help: "Has results of different labels suppress each other, and merges them.")
    var classAgnostic = false

    @Option(help: ArgumentHelp("Keeps no more than so many, those of the highest scores.", valueName: "n"))
    var top: Int?

    /// A label and a score, as `person=0.3`.
    struct LabelScore: Sendable {
        let label: String
        let score: Double

        init(argument: String) throws {
            guard let sign = argument.lastIndex(of: "="), let score = Double(argument[argument.index(after: sign)...]),
                (0...1).contains(score)
            else { throw ValidationError("“\(argument)” is no label and score: write label=0.5, with 0 to 1.") }
            label = String(argument[..<sign])
            self.score = score
        }
    }

    func validate() throws {
        for (flag, value) in [("--threshold", threshold), ("--nms", nms), ("--merge", merge)] {
            if let value, !(0...1).contains(value) { throw ValidationError("\(flag) is 0 to 1.") }
        }
        if let softNms, !(softNms > 0 && softNms.isFinite) { throw ValidationError("--soft-nms is more than 0.") }
        if nms != nil, softNms != nil { throw ValidationError("--nms and --soft-nms exclude each other.") }
        if let top, top < 1 { throw ValidationError("--top is at least 1.") }
        let labels = labelThreshold.map(\.label)
        if Set(labels).count < labels.count { throw ValidationError("--label-threshold names a label twice.") }
        if let label = keep.first(where: drop.contains) {
            throw ValidationError("--keep and --drop both name “\(label)”.")
        }
        if nms == nil, softNms == nil, merge == nil, ios || classAgnostic {
            throw ValidationError("\(ios ? "--ios" : "--class-agnostic") is for --nms, --soft-nms or --merge.")
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

    /// Whether results may be left out here; a threshold alone has the service leave them out.
    var selects: Bool {
        var filter = filter
        filter.threshold = nil
        return filter != ResultFilter()
    }
}

/// Results of which some may have been left out.
struct Selection<Result: RankedResult> {
    let kept: [KeptResult<Result>]
    /// How many were left out.
    let leftOutCount: Int
    /// Whether places in the answer are to be told.
    let tellsPlaces: Bool

    init(_ results: [Result], _ options: ResultFilterOptions) {
        kept = options.filter.apply(to: results)
        leftOutCount = results.count - kept.count
        tellsPlaces = options.selects
    }

    var results: [Result] { kept.map(\.result) }

    /// Places in the answer, where they are to be told.
    var indices: [Int]? { tellsPlaces ? kept.map(\.index) : nil }

    /// For behind a count: `, 4 left out`; nothing when none was.
    var leftOutText: String { leftOutCount > 0 ? ", \(leftOutCount) left out" : "" }
}
