import ArgumentParser
import Percept
import PerceptAudio
import PerceptBatch
import PerceptCore
import PerceptImage
import PerceptInference

/// The output of `percept --version --verbose`: the versions of what is built in and of what was found.
struct VersionReport {
    /// The semantic version of the package: the only place that states it.
    static let version = "1.1.0"

    let components = Component.ofAudio + Component.ofImages + Component.ofInference + Component.ofBatches

    /// Returns true if the arguments ask for the report; `--version` alone is the parser's and loads nothing.
    static func isRequested(by arguments: [String]) -> Bool {
        arguments.contains("--version") && arguments.contains("--verbose")
            && arguments.allSatisfy { ["--version", "--verbose", "--json"].contains($0) }
    }

    /// Prints the report, as JSON if the arguments ask for it.
    static func print(for arguments: [String]) throws {
        let options = try GeneralOptions.parse(arguments.filter { $0 == "--json" })
        let report = VersionReport()
        try Console(options).result(report.text, json: report.json)
    }

    var text: String {
        let sections: [(title: String, uses: Set<Component.Use>)] = [
            ("Linked libraries", [.linked]), ("Found when needed", [.loaded, .started, .read]),
        ]
        let width = components.map(\.name.count).max() ?? 0
        return "percept \(Self.version)\n"
            + sections.map { section in
                let lines = components.filter { section.uses.contains($0.use) }.map { component in
                    "  \(component.name)\(String(repeating: " ", count: width - component.name.count))  "
                        + Self.state(of: component)
                }
                return (["\n\(section.title)"] + lines).joined(separator: "\n")
            }.joined(separator: "\n")
    }

    private static func state(of component: Component) -> String {
        guard component.isFound else {
            return "missing: needed to \(component.purpose); install \(component.package)"
        }
        let words = [component.version, component.use == .linked ? nil : component.path].compactMap(\.self)
        return words.isEmpty ? "found" : words.joined(separator: "  ")
    }

    var json: JSONObject {
        [
            "version": .string(Self.version),
            "components": .array(
                components.map { component in
                    var object: JSONObject = [
                        "name": .string(component.name), "purpose": .string(component.purpose),
                        "use": .string(component.use.rawValue), "found": .bool(component.isFound),
                    ]
                    object["version"] = component.version.map { .string($0) }
                    object["path"] = component.path.map { .string($0) }
                    object["package"] = .string(component.package)
                    return .object(object)
                }),
        ]
    }
}
