#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The surroundings of the process that the libraries depend on.
package enum ProcessEnvironment {
    /// The number of processors that the process may use; at least 1.
    ///
    /// On Linux this respects the affinity of the process (`taskset`, container CPU sets), not quotas.
    package static let processorCount = max(1, ProcessInfo.processInfo.activeProcessorCount)

    /// The time in seconds since 1970, by the system's clock.
    package static var secondsSince1970: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The environment variables.
    package static var variables: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let (name, value) = split(text)
            if variables[name] == nil { variables[name] = value }
            entry += 1
        }
        return variables
    }

    /// The home directory: the variable `HOME`, or that of the user in the system's table; `/` without either.
    package static var homeDirectory: String {
        if let home = getenv("HOME"), home.pointee != 0 { return String(fileName: home) }
        guard let user = getpwuid(getuid()), let home = user.pointee.pw_dir else { return "/" }
        return String(fileName: home)
    }

    /// Returns a path for a temporary file or folder, with a random part: in `TMPDIR`, or in `/tmp`.
    package static func temporaryPath(_ prefix: String) -> String {
        let folder = getenv("TMPDIR").flatMap { $0.pointee == 0 ? nil : String(fileName: $0) } ?? "/tmp"
        let token = String(UInt64.random(in: .min ... .max), radix: 36)
        return "\(folder)\(folder.hasSuffix("/") ? "" : "/")\(prefix)-\(token)"
    }

    private static func split(_ text: UnsafeMutablePointer<CChar>) -> (name: String, value: String) {
        let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
        let end = bytes.firstIndex(of: UInt8(ascii: "=")) ?? bytes.count
        return (String(fileName: bytes[..<end]), String(fileName: bytes[min(end + 1, bytes.count)...]))
    }
}
