import ArgumentParser
import PerceptCore

/// The options that override resource limits.
struct ResourceLimitOptions: ParsableArguments {
    /// One limit as `pixelCount=400000000`.
    struct Change: Equatable {
        let name: ResourceLimits.Name
        let value: Int
    }

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "Override a resource limit (repeatable). The limits and their defaults: \(Self.table)",
            valueName: "name=n"), completion: .list(ResourceLimits.Name.allCases.map(\.rawValue)),
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
        case .pixelCount: "pixels of an image"
        case .imageByteCount: "bytes of an image that must be held in memory"
        case .scanCount: "scans of a progressive JPEG"
        case .colorProfileByteCount: "bytes of an image's colour profile"
        case .channelCount: "channels of a recording"
        case .sampleRate: "sample rate of a recording, in Hz"
        case .silenceDuration: "seconds of silence inserted for gaps in a recording"
        case .uploadByteCount: "bytes of an upload"
        }
    }

    private static func change(_ description: String) throws -> Change {
        let parts = description.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let name = ResourceLimits.Name(rawValue: String(parts[0])) else {
            let names = ResourceLimits.Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                "expected name=n, such as pixelCount=400000000, where name is one of \(names)")
        }
        guard let value = Int(parts[1]), (1...largest(name)).contains(value) else {
            throw ValidationError("\(name.rawValue) must be a number from 1 to \(largest(name))")
        }
        return Change(name: name, value: value)
    }

    /// Returns the largest value that the formats can state or memory can hold.
    private static func largest(_ name: ResourceLimits.Name) -> Int {
        switch name {
        case .pixelCount, .imageByteCount, .uploadByteCount: 1 << 48
        case .scanCount, .sampleRate, .silenceDuration: Int(Int32.max)
        case .colorProfileByteCount: 1 << 30
        case .channelCount: Int(UInt16.max)
        }
    }
}
