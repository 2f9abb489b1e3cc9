public import PerceptInference
import Synchronization

/// One way in which an endpoint fails, and for how many requests.
///
/// Faults are used up in their order, each by as many requests as it says; after them the tape answers. A request that a
/// fault spoils does not use its exchange up, so that a client that asks again gets what it missed.
public struct SandboxFault: Sendable, Hashable {
    /// What happens; the raw value is its name on the command line, ``effect`` says it in words.
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

    public var kind: Kind
    /// How many requests it happens to.
    public var count: Int
    /// The seconds of its ``Kind/effect``.
    public var seconds: Double

    /// - Parameters:
    ///   - kind: what happens.
    ///   - count: how many requests it happens to, at least 1.
    ///   - seconds: of its effect, 0 up to a day; ``Kind/defaultSeconds`` when `nil`.
    public init(_ kind: Kind, count: Int = 1, seconds: Double? = nil) {
        self.kind = kind
        self.count = max(1, count)
        self.seconds = min(max(0, seconds ?? kind.defaultSeconds), 86_400)
    }

    /// Reads `KIND`, `KIND:COUNT` or `KIND:COUNT:SECONDS`: `loading:2:0.5`.
    ///
    /// - Throws: ``SandboxError`` when there is no such kind, or a number is none or out of range.
    public init(parsing text: String) throws(SandboxError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let kind = parts.first.flatMap(Kind.init(rawValue:)) else {
            throw SandboxError(
                problem: "there is no fault “\(text)”",
                remedy: "choose one of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let count = parts.count > 1 ? Int(parts[1]) : 1
        let seconds = parts.count > 2 ? Double(parts[2]) : kind.defaultSeconds
        guard parts.count <= 3, let count, (1...1_000_000).contains(count), let seconds, (0...86_400).contains(seconds)
        else {
            throw SandboxError(
                problem: "“\(text)” is no fault",
                remedy: "write KIND, KIND:COUNT or KIND:COUNT:SECONDS, such as loading:2:0.5")
        }
        self.init(kind, count: count, seconds: seconds)
    }
}

extension SandboxFault.Kind {
    /// What happens, in words, for a list of all kinds.
    public var effect: String { row.effect }

    /// The seconds of the effect where none are given.
    public var defaultSeconds: Double { row.seconds }

    /// Whether the request still gets the tape's answer in the end, if late.
    var isHarmless: Bool { self == .slowStart || self == .trickle }

    private var row: (effect: String, seconds: Double) {
        switch self {
        case .loading: ("503: the model is loading, with SECONDS (1) as estimated_time", 1)
        case .rateLimit: ("429 with Retry-After: SECONDS (1)", 1)
        case .rateLimitUntil: ("429 with a date SECONDS (1) from now as Retry-After", 1)
        case .rateLimitWindow: ("429 with a ratelimit header whose window ends in SECONDS (1)", 1)
        case .rateLimitSilent: ("429 that does not say when to come back", 0)
        case .tooLarge: ("413 in plain text", 0)
        case .serverError: ("500 with warnings", 0)
        case .unavailable: ("503 without an estimate: not loading, but away", 0)
        case .htmlError: ("502 as an HTML page", 0)
        case .slowStart: ("the tape's answer after SECONDS (2) of silence", 2)
        case .trickle: ("the tape's answer byte by byte, SECONDS (0.01) apart", 0.01)
        case .cut: ("half of the tape's answer, then the connection is closed", 0)
        case .wrongLength: ("the tape's answer under half its Content-Length", 0)
        case .malformedJSON: ("200 with half of the tape's answer, as if it were all", 0)
        case .hugeBody: ("200 with a gigabyte of white space before anything else", 0)
        case .garbageBase64: ("the tape's answer with masks and other media that are no base64", 0)
        case .streamError: ("200 with an event stream that ends in an error", 0)
        case .noAnswer: ("the connection is closed without an answer", 0)
        case .reset: ("the connection is reset without an answer", 0)
        }
    }
}

/// Which requests an endpoint fails at, and how.
public struct FaultPlan: Sendable {
    let choose: @Sendable (TapeRequest) -> SandboxFault?

    /// Uses `faults` up in their order.
    public init(_ faults: [SandboxFault]) {
        let remaining = FaultQueue(faults)
        choose = { _ in remaining.next() }
    }

    /// Decides for each request.
    ///
    /// - Parameter choose: gives the fault that a request meets, or `nil` for none; called from many tasks at once. The
    ///   fault's `count` has no meaning here.
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
