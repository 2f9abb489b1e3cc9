import PerceptCore
import Synchronization

/// Holds back the output of one input until all earlier inputs have printed theirs.
final class ConsoleTurn: Sendable {
    private enum Piece {
        case result([UInt8])
        case message(String)
    }

    private struct State {
        /// The output that is held back; `nil` once the turn has come.
        var held: [Piece]? = []
        var failure: MediaError?
    }

    private let state = Mutex(State())

    /// A Boolean value that indicates whether output is printed immediately.
    var hasCome: Bool { state.withLock { $0.held == nil } }

    /// The error that occurred when a held result was written.
    var failure: MediaError? { state.withLock { $0.failure } }

    /// Prints the held output; everything after that is printed immediately.
    func come() {
        state.withLock { state in
            for piece in state.held ?? [] {
                switch piece {
                case .result(let bytes) where state.failure == nil:
                    do throws(MediaError) { try Console.writeResult(bytes) } catch { state.failure = error }
                case .result: break
                case .message(let text): Console.tell(text)
                }
            }
            state.held = nil
        }
    }

    /// Prints or holds a result.
    ///
    /// - Throws: ``MediaError`` `.inputOutput` if it cannot be written; for a held result see ``failure``.
    func result(_ bytes: [UInt8]) throws(MediaError) {
        try state.withLock { state throws(MediaError) in
            guard state.held == nil else {
                state.held?.append(.result(bytes))
                return
            }
            try Console.writeResult(bytes)
        }
    }

    func message(_ text: String) {
        state.withLock { state in
            guard state.held == nil else {
                state.held?.append(.message(text))
                return
            }
            Console.tell(text)
        }
    }
}
