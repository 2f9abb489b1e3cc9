#if canImport(Glibc)
    import Foundation

    /// Whose certificates are trusted instead of those that the system trusts.
    ///
    /// `SSL_CERT_FILE` names a file with certificates in PEM, `SSL_CERT_DIR` a folder of such files as `openssl rehash` makes
    /// one. As with OpenSSL itself, each takes the place of the system's own: of its file, or of its folder.
    struct CertificateAuthorities: Sendable, Hashable {
        var file: String?
        var folder: String?

        /// Those that the environment names; `nil` where it names none.
        ///
        /// - Parameter environment: the variables that are looked at.
        static func named(
            in environment: [String: String] = ProcessInfo.processInfo.environment
        ) -> CertificateAuthorities? {
            func path(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
            let named = CertificateAuthorities(file: path("SSL_CERT_FILE"), folder: path("SSL_CERT_DIR"))
            return named.file == nil && named.folder == nil ? nil : named
        }
    }
#endif
