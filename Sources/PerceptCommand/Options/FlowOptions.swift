public import ArgumentParser
public import PerceptBatch
import PerceptCore
import PerceptInference

/// The options for runs over many inputs.
struct FlowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Record finished inputs in this file (SQLite). The same command again continues where it ended, and "
                + "content that was answered before is not sent again.",
            valueName: "file"), completion: .file())
    var ledger: String?

    @Option(
        help: ArgumentHelp(
            "With --ledger, retry these failures of earlier runs: transient, all or none. (default: transient)"))
    var retry: RetriedFailures?

    @Option(
        help: ArgumentHelp(
            "Process only share I of N (0 to N-1): N commands cover all inputs once, each input always by the same "
                + "one.",
            valueName: "i/n"))
    var share: Share?

    @Flag(
        help: ArgumentHelp(
            "Send and write nothing: read the inputs and count them, their bytes, seconds, megapixels, requests and "
                + "duplicates."))
    var dryRun = false

    @Flag(help: "Print results as they arrive, not in the order of the inputs.")
    var unordered = false

    /// The opposite of `--unordered`, for the verb `worker`, which answers as results arrive.
    @Flag(help: .hidden)
    var ordered = false

    @Option(
        help: ArgumentHelp(
            "After an interrupt, let what is in progress finish for this many seconds. (default: 0)",
            valueName: "seconds"))
    var grace: Double?

    func validate() throws {
        if retry != nil, ledger == nil { throw ValidationError("--retry requires --ledger") }
        if let grace, !(grace >= 0 && grace <= 86_400) {
            throw ValidationError("invalid value “\(grace)” for --grace: must be 0 to 86400 seconds")
        }
    }

    /// Returns the settings of the run.
    ///
    /// - Parameters:
    ///   - requests: the options of a verb that sends requests.
    ///   - rate: the maximum rate of requests.
    ///   - service: the options of its service. A tape is a sequence, so inputs are processed one at a time.
    func batchOptions(
        _ requests: RequestFlowOptions? = nil, rate: RequestRate? = nil, _ service: ServiceOptions? = nil
    ) -> BatchOptions {
        let isTape = service?.tape != nil || service?.record != nil
        var options = BatchOptions(
            jobs: requests?.jobs ?? (isTape ? 1 : 8), requestsPerSecond: rate?.perSecond,
            deadline: requests?.deadline.map { .seconds($0) }, isOrdered: !unordered)
        if let stopAfter = requests?.stopAfter { options.consecutiveFailureLimit = stopAfter == 0 ? nil : stopAfter }
        options.share = share ?? .all
        if isTape, options.jobs == 1 { options.itemLimit = 1 }
        return options
    }

    /// Opens the ledger; `nil` if none was requested.
    ///
    /// - Parameters:
    ///   - verb: the name of the verb.
    ///   - options: the values that results depend on.
    func openLedger(verb: String, options: JSONObject) throws -> Ledger? {
        guard let ledger else { return nil }
        return try Ledger(path: ledger, verb: verb, options: options, retriedFailures: retry ?? .transient)
    }

    /// Opens the ledger for reading; `nil` if none was requested.
    func lookUpLedger(verb: String, options: JSONObject) throws -> LedgerLookup? {
        guard let ledger else { return nil }
        return try LedgerLookup(path: ledger, verb: verb, options: options, retriedFailures: retry ?? .transient)
    }
}

/// The options for requests to a service.
struct RequestFlowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep up to N requests in flight; fewer while the service is overloaded. (default: 8; 1 with --tape and "
                + "--record)",
            valueName: "n"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "Give up an input, with all of its retries, after this many seconds.", valueName: "seconds"))
    var deadline: Double?

    @Option(
        help: ArgumentHelp(
            "Stop the run after N inputs in a row failed at the service; 0 never stops. (default: 20)", valueName: "n"))
    var stopAfter: Int?

    func validate() throws {
        if let jobs, !(1...10_000).contains(jobs) {
            throw ValidationError("invalid value “\(jobs)” for --jobs: must be 1 to 10000")
        }
        if let deadline, !(deadline > 0 && deadline <= 604_800) {
            throw ValidationError(
                "invalid value “\(deadline)” for --deadline: must be more than 0 and at most 604800 seconds")
        }
        if let stopAfter, stopAfter < 0 {
            throw ValidationError("invalid value “\(stopAfter)” for --stop-after: must be at least 0")
        }
    }
}

/// The option for the rate of requests, for verbs without `--rate` for recordings.
struct RequestRateOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("Send at most this many requests: 60/min, 5/s or 1000/h.", valueName: "n/unit"))
    var rate: RequestRate?
}

/// A rate of requests: a number per second, minute or hour.
struct RequestRate: ExpressibleByArgument, Equatable {
    let perSecond: Double

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        let units = ["s": 1.0, "sec": 1, "min": 60, "m": 60, "h": 3600, "hour": 3600]
        guard parts.count == 2, let count = Double(parts[0]), count > 0, count.isFinite,
            let seconds = units[String(parts[1])]
        else { return nil }
        perSecond = count / seconds
    }
}

extension RetriedFailures: ExpressibleByArgument {}

extension Share: ExpressibleByArgument {
    /// Reads a share such as `0/4`.
    public init?(argument: String) { try? self.init(argument) }
}
