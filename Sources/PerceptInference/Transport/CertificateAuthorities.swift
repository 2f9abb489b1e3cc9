#if canImport(Glibc)
    import Foundation

    /// The trusted certificate authorities, if they replace the system's.
    ///
    /// `SSL_CERT_FILE` names a file of PEM certificates, `SSL_CERT_DIR` a folder prepared with `openssl rehash`. As in
    /// OpenSSL, each replaces the system's own file or folder.
    struct CertificateAuthorities: Sendable, Hashable {
        var file: String?
        var folder: String?

        /// Returns the authorities that the environment names; `nil` if it names none.
        ///
        /// - Parameter environment: The environment variables.
        static func named(
            in environment: [String: String] = ProcessInfo.processInfo.environment
        ) -> CertificateAuthorities? {
            func path(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
            let named = CertificateAuthorities(file: path("SSL_CERT_FILE"), folder: path("SSL_CERT_DIR"))
            return named.file == nil && named.folder == nil ? nil : named
        }
    }
#endif
