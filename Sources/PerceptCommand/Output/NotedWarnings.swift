import PerceptInference
import Synchronization

/// The warnings about one input, kept for its JSON.
final class NotedWarnings: Sendable {
    private struct State {
        /// `nil` where there is no input.
        var name: String?
        var warnings: [String] = []
    }

    private let state = Mutex(State())

    /// From here on warnings are about the input `name`, or none.
    func begin(_ name: String?) {
        state.withLock { $0 = State(name: name) }
    }

    /// Keeps a warning, without the name of the input in front of it.
    func add(_ warning: String) {
        state.withLock { state in
            guard let name = state.name else { return }
            let prefix = "\(name): "
            state.warnings.append(warning.hasPrefix(prefix) ? String(warning.dropFirst(prefix.count)) : warning)
        }
    }

    /// The object with the warnings so far as its member `warnings`, unless it has one or is about no input.
    func added(to json: JSONObject) -> JSONObject {
        state.withLock { state in
            guard state.name != nil, json["warnings"] == nil else { return json }
            var json = json
            json["warnings"] = .array(state.warnings.map { .string($0) })
            return json
        }
    }
}
