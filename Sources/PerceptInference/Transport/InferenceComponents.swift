public import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Component {
    /// The library that sends requests and the certificates that it trusts; none on macOS, where the system does both.
    public static var ofInference: [Component] {
        #if os(macOS)
            []
        #else
            [
                Component(
                    "libcurl", "send requests", loading: ["libcurl.so.4"], version: .text("curl_version"),
                    package: "libcurl4"),
                certificates,
            ]
        #endif
    }

    /// The files in which Linux distributions keep all certificates that are trusted: those of Debian and Alpine,
    /// Fedora, and openSUSE.
    private static let certificateFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    ]

    /// The trusted certificates of the system, or those that `SSL_CERT_FILE` names.
    static var certificates: Component {
        let named = getenv("SSL_CERT_FILE").map { String(cString: $0) } ?? ""
        let path = (named.isEmpty ? certificateFiles : [named]).first { access($0, R_OK) == 0 }
        return Component(
            "certificates", "connect securely (https)", .read, isFound: path != nil, path: path,
            package: "ca-certificates")
    }
}
