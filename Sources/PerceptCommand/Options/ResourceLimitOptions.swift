import ArgumentParser
import PerceptCore

/// How much an input may claim to hold.
struct ResourceLimitOptions: ParsableArguments {
    /// One limit as `pixelCount=400000000`.
    struct Change: Equatable {
        let name: ResourceLimits.Name
        let value: Int
    }

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "Has another limit than the usual one; may be repeated. \(Self.table)", valueName: "name=n"),
        transform: Self.change)
    var changes: [Change] = []

    var limits: ResourceLimits {
        changes.reduce(into: .default) { $0[$1.name] = $1.value }
    }

    private static var table: String {
        ResourceLimits.Name.allCases.map { "\($0.rawValue) (\(meaning($0))): \(ResourceLimits.default[$0])" }
            .joined(separator: "; ") + "."
    }

    private static func meaning(_ name: ResourceLimits.Name) -> String {
        switch name {
        case .pixelCount: "of one picture"
        case .imageByteCount: "of one picture that has to be held whole"
        case .scanCount: "of a progressive JPEG"
        case .colorProfileByteCount: "of a picture"
        case .channelCount: "of a recording"
        case .sampleRate: "of a recording, in Hz"
        case .silenceDuration: "seconds inserted into a recording for gaps"
        case .uploadByteCount: "of what is sent"
        }
    }

    private static func change(_ description: String) throws -> Change {
        let parts = description.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let name = ResourceLimits.Name(rawValue: String(parts[0])) else {
            let names = ResourceLimits.Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                "“\(description)” is no limit: write name=n, such as pixelCount=400000000, with one of \(names).")
        }
        guard let value = Int(parts[1]), (1...largest(name)).contains(value) else {
            throw ValidationError("“\(description)”: \(name.rawValue) is a number, 1 to \(largest(name)).")
        }
        return Change(name: name, value: value)
    }

    /// What the formats can state, or memory hold.
    private static func largest(_ name: ResourceLimits.Name) -> Int {
        switch name {
        case .pixelCount, .imageByteCount, .uploadByteCount: 1 << 48
        case .scanCount, .sampleRate, .silenceDuration: Int(Int32.max)
        case .colorProfileByteCount: 1 << 30
        case .channelCount: Int(UInt16.max)
        }
    }
}

extension ResourceLimits.Name {
    /// What raises the limit.
    var flag: String { "--limit \(rawValue)=N" }

    /// A warning of the library, which speaks of the limit, with the flag that raises it.
    static func addingFlag(to warning: String) -> String {
        guard warning.hasSuffix("raise the limit"),
            let limit = allCases.first(where: { warning.contains("(\($0.rawValue))") })
        else { return warning }
        return "\(warning) (\(limit.flag))"
    }
}
