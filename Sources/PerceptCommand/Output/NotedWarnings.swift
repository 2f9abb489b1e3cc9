import PerceptInference
import Synchronization

/// The warnings about one input, collected for its JSON.
final class NotedWarnings: Sendable {
    private struct State {
        /// The name of the input; `nil` if there is none.
        var name: String?
        var warnings: [String] = []
    }

    private let state = Mutex(State())

    /// Starts collecting warnings about the input `name`; `nil` stops collecting.
    func begin(_ name: String?) {
        state.withLock { $0 = State(name: name) }
    }

    /// Collects a warning, without the input's name in front of it.
    func add(_ warning: String) {
        state.withLock { state in
            guard let name = state.name else { return }
            let prefix = "\(name): "
            state.warnings.append(warning.hasPrefix(prefix) ? String(warning.dropFirst(prefix.count)) : warning)
        }
    }

    /// Returns the object with the collected warnings as its member `warnings`.
    ///
    /// The object is returned unchanged if it has that member already or there is no input.
    func added(to json: JSONObject) -> JSONObject {
        state.withLock { state in
            guard state.name != nil, json["warnings"] == nil else { return json }
            var json = json
            json["warnings"] = .array(state.warnings.map { .string($0) })
            return json
        }
    }
}
