import PerceptCore
import Synchronization

/// What one of several inputs has to say, held back until those before it have said theirs.
final class ConsoleTurn: Sendable {
    private enum Piece {
        case result([UInt8])
        case message(String)
    }

    private struct State {
        /// `nil` once the turn has come.
        var held: [Piece]? = []
        var failure: MediaError?
    }

    private let state = Mutex(State())

    /// Whether what is said appears at once.
    var hasCome: Bool { state.withLock { $0.held == nil } }

    /// Why a result that was held back could not be written.
    var failure: MediaError? { state.withLock { $0.failure } }

    /// Says what was held back; from here on all is said at once.
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

    /// - Throws: ``MediaError`` `.inputOutput` when it cannot be written; for what is held back ``failure`` will tell.
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
