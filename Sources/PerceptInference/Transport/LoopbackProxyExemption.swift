import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Keeps requests to this machine away from proxies named by the environment.
///
/// On Linux the session leaves proxies to libcurl, which sends `http://127.0.0.1` to `http_proxy` too, and the token with
/// it, in the clear; the session's own proxy settings have no effect there. The only thing that libcurl heeds is
/// `no_proxy`.
enum LoopbackProxyExemption {
    private static let hosts = ["127.0.0.1", "localhost", "::1"]

    /// Adds this machine to `no_proxy` of the process, where a proxy is set and it is missing.
    ///
    /// Called before a session exists; a process without proxies is never touched.
    static func apply() {
        #if canImport(Glibc) || canImport(Musl)
            if let value = value(in: ProcessInfo.processInfo.environment) { setenv("no_proxy", value, 1) }
        #endif
    }

    /// What `no_proxy` has to be, or `nil` when nothing has to change.
    static func value(in environment: [String: String]) -> String? {
        // Of HTTP_PROXY only the form in lower case is heeded: the other one is what CGI makes of a `Proxy` header.
        let proxies = ["http_proxy", "all_proxy", "ALL_PROXY"].compactMap { environment[$0] }
        guard proxies.contains(where: { !$0.isEmpty }) else { return nil }
        let current = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
        let entries = current.split { $0 == "," || $0 == " " }.map(String.init)
        let missing = hosts.filter { !entries.contains($0) }
        return entries == ["*"] || missing.isEmpty ? nil : (entries + missing).joined(separator: ",")
    }
}
