public import PerceptInference
import Synchronization

/// A failure that an endpoint simulates, and the number of requests that it affects.
///
/// Faults are used up in order, each by its number of requests; after that, the tape answers. A request that fails does
/// not use up its exchange, so a client that retries gets the response that it missed.
public struct SandboxFault: Sendable, Hashable {
    /// The kind of failure. The raw value is its name on the command line; ``effect`` describes it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case loading
        case rateLimit = "rate-limit"
        case rateLimitUntil = "rate-limit-until"
        case rateLimitWindow = "rate-limit-window"
        case rateLimitSilent = "rate-limit-silent"
        case tooLarge = "too-large"
        case serverError = "server-error"
        case unavailable
        case htmlError = "html-error"
        case slowStart = "slow-start"
        case trickle
        case cut
        case wrongLength = "wrong-length"
        case malformedJSON = "malformed-json"
        case hugeBody = "huge-body"
        case garbageBase64 = "garbage-base64"
        case streamError = "stream-error"
        case noAnswer = "no-answer"
        case reset
    }

    /// The kind of failure.
    public var kind: Kind
    /// The number of requests that it affects.
    public var count: Int
    /// The duration in seconds that the ``Kind/effect`` mentions.
    public var seconds: Double

    /// Creates a fault.
    ///
    /// - Parameters:
    ///   - kind: The kind of failure.
    ///   - count: The number of requests that it affects, at least 1.
    ///   - seconds: The duration of its effect, 0 to one day; `nil` uses ``Kind/defaultSeconds``.
    public init(_ kind: Kind, count: Int = 1, seconds: Double? = nil) {
        self.kind = kind
        self.count = max(1, count)
        self.seconds = min(max(0, seconds ?? kind.defaultSeconds), 86_400)
    }

    /// Parses `KIND`, `KIND:COUNT` or `KIND:COUNT:SECONDS`, such as `loading:2:0.5`.
    ///
    /// - Throws: ``SandboxError`` for an unknown kind, or a number that is invalid or out of range.
    public init(parsing text: String) throws(SandboxError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let kind = parts.first.flatMap(Kind.init(rawValue:)) else {
            throw SandboxError(
                problem: "unknown fault “\(text)”",
                remedy: "choose one of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let count = parts.count > 1 ? Int(parts[1]) : 1
        let seconds = parts.count > 2 ? Double(parts[2]) : kind.defaultSeconds
        guard parts.count <= 3, let count, (1...1_000_000).contains(count), let seconds, (0...86_400).contains(seconds)
        else {
            throw SandboxError(
                problem: "invalid fault “\(text)”",
                remedy: "write KIND, KIND:COUNT or KIND:COUNT:SECONDS, such as loading:2:0.5")
        }
        self.init(kind, count: count, seconds: seconds)
    }
}

extension SandboxFault.Kind {
    /// A description of the effect, for a list of all kinds.
    public var effect: String { row.effect }

    /// The default duration of the effect, in seconds.
    public var defaultSeconds: Double { row.seconds }

    /// True if the request eventually gets the tape's response.
    var isHarmless: Bool { self == .slowStart || self == .trickle }

    private var row: (effect: String, seconds: Double) {
        switch self {
        case .loading: ("503: the model is loading, with SECONDS (1) as estimated_time", 1)
        case .rateLimit: ("429 with Retry-After: SECONDS (1)", 1)
        case .rateLimitUntil: ("429 with a date SECONDS (1) from now as Retry-After", 1)
        case .rateLimitWindow: ("429 with a ratelimit header with a window that ends in SECONDS (1)", 1)
        case .rateLimitSilent: ("429 without a time to retry", 0)
        case .tooLarge: ("413 in plain text", 0)
        case .serverError: ("500 with warnings", 0)
        case .unavailable: ("503 without an estimate: unavailable, not loading", 0)
        case .htmlError: ("502 as an HTML page", 0)
        case .slowStart: ("the tape's response after SECONDS (2) of silence", 2)
        case .trickle: ("the tape's response byte by byte, SECONDS (0.01) apart", 0.01)
        case .cut: ("half of the tape's response, then the connection is closed", 0)
        case .wrongLength: ("the tape's response with half its Content-Length", 0)
        case .malformedJSON: ("200 with half of the tape's response, presented as complete", 0)
        case .hugeBody: ("200 with a gigabyte of leading white space", 0)
        case .garbageBase64: ("the tape's response with invalid base64 in masks and other media", 0)
        case .streamError: ("200 with an event stream that ends in an error", 0)
        case .noAnswer: ("the connection is closed without a response", 0)
        case .reset: ("the connection is reset without a response", 0)
        }
    }
}

/// The requests that fail, and how.
public struct FaultPlan: Sendable {
    let choose: @Sendable (TapeRequest) -> SandboxFault?

    /// Creates a plan that uses up `faults` in order.
    public init(_ faults: [SandboxFault]) {
        let remaining = FaultQueue(faults)
        choose = { _ in remaining.next() }
    }

    /// Creates a plan that decides for each request.
    ///
    /// - Parameter choose: Returns the fault for a request, or `nil` for none; called from many tasks concurrently. The
    ///   fault's `count` is ignored.
    public init(choosing choose: @escaping @Sendable (TapeRequest) -> SandboxFault?) {
        self.choose = choose
    }
}

/// Faults to inject, in order; each is used up after its count.
final class FaultQueue: Sendable {
    private let faults: Mutex<ArraySlice<SandboxFault>>

    init(_ faults: [SandboxFault]) {
        self.faults = Mutex(faults[...])
    }

    func next() -> SandboxFault? {
        faults.withLock { faults in
            guard let fault = faults.first else { return nil }
            if fault.count > 1 {
                faults[faults.startIndex].count -= 1
            } else {
                faults = faults.dropFirst()
            }
            return fault
        }
    }
}
