import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Keeps requests to this machine away from proxies in the environment.
///
/// On Linux, URLSession leaves proxies to libcurl, which also sends `http://127.0.0.1` to `http_proxy`, including the
/// token, unencrypted; URLSession's own proxy settings have no effect. libcurl only respects `no_proxy`.
enum LoopbackProxyExemption {
    private static let hosts = ["127.0.0.1", "localhost", "::1"]

    /// Adds this machine to `no_proxy` of the process, if a proxy is set and the entry is missing.
    ///
    /// Called before a session exists. A process without proxies is not changed.
    static func apply() {
        #if canImport(Glibc) || canImport(Musl)
            if let value = value(in: ProcessEnvironment.variables) { setenv("no_proxy", value, 1) }
        #endif
    }

    /// Returns the new value of `no_proxy`, or `nil` if no change is needed.
    static func value(in environment: [String: String]) -> String? {
        // HTTP_PROXY in upper case is ignored, as in libcurl: CGI sets it from a `Proxy` header.
        let proxies = ["http_proxy", "all_proxy", "ALL_PROXY"].compactMap { environment[$0] }
        guard proxies.contains(where: { !$0.isEmpty }) else { return nil }
        let current = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
        let entries = current.split { $0 == "," || $0 == " " }.map(String.init)
        let missing = hosts.filter { !entries.contains($0) }
        return entries == ["*"] || missing.isEmpty ? nil : (entries + missing).joined(separator: ",")
    }
}
