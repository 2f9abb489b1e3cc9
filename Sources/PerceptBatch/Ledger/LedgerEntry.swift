/// The recorded result of one input.
public struct LedgerEntry: Sendable, Hashable {
    /// The result of processing an input.
    public enum Outcome: Sendable, Hashable {
        /// A result was received and its outputs were written.
        case answered
        /// Processing failed.
        ///
        /// - Parameters:
        ///   - kind: The kind of the error, such as `malformedInput`.
        ///   - isTransient: True if another attempt may succeed.
        case failed(kind: String, isTransient: Bool)
    }

    /// The key of the input (``BatchItem/key``).
    public var key: String
    /// The position of the input in its latest run, from 0.
    public var position: Int
    /// The outcome.
    public var outcome: Outcome
    /// The number of times that the input was processed with this content and these options.
    public var attempts: Int
    /// The paths of the outputs that were written, in the spelling of the run that wrote them.
    public var outputs: [String]
    /// The result's or the failure's JSON object on one line, without a line feed.
    public var json: String

    /// Creates an entry.
    public init(
        key: String, position: Int, outcome: Outcome, attempts: Int = 1, outputs: [String] = [], json: String
    ) {
        self.key = key
        self.position = position
        self.outcome = outcome
        self.attempts = attempts
        self.outputs = outputs
        self.json = json
    }

    /// True if the input was answered.
    public var isAnswered: Bool { outcome == .answered }
}

/// The numbers of recorded inputs.
public struct LedgerCounts: Sendable, Hashable {
    /// The number of failed inputs of one kind.
    public struct Failure: Sendable, Hashable {
        /// The kind of the error.
        public var kind: String
        /// True if another attempt may succeed.
        public var isTransient: Bool
        /// The number of inputs.
        public var count: Int

        /// Creates a number of failures.
        public init(kind: String, isTransient: Bool, count: Int) {
            self.kind = kind
            self.isTransient = isTransient
            self.count = count
        }
    }

    /// The number of answered inputs.
    public var answered = 0
    /// The failed inputs by kind, the most frequent kind first.
    public var failures: [Failure] = []
    /// The number of inputs, answered or failed, that were recorded with other options than those of the latest run.
    ///
    /// They are part of the other numbers too.
    public var outdated = 0

    /// Creates numbers for a ledger without inputs.
    public init() {}

    /// The number of failed inputs.
    public var failed: Int { failures.reduce(0) { $0 + $1.count } }
    /// The number of failed inputs for which another attempt may succeed.
    public var transient: Int { failures.reduce(0) { $0 + ($1.isTransient ? $1.count : 0) } }
    /// The number of recorded inputs.
    public var total: Int { answered + failed }
}

/// The recorded failures that a run attempts again.
public enum RetriedFailures: String, Sendable, Hashable, CaseIterable {
    /// Failures that another attempt may resolve, such as a timeout.
    case transient
    /// All failures.
    case all
    /// No failure.
    case none

    /// Returns true if an input with this outcome is processed again.
    public func includes(_ outcome: LedgerEntry.Outcome) -> Bool {
        guard case .failed(_, let isTransient) = outcome else { return false }
        return self == .all || self == .transient && isTransient
    }
}
