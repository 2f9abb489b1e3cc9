public import PerceptCore

extension Component {
    /// The libraries that read archives and keep ledgers.
    public static var ofBatches: [Component] {
        [
            Component(
                "SQLite", "keep a ledger", version: .text("sqlite3_libversion"), package: "libsqlite3-0"),
            Component(
                "libarchive", "read tar and zip archives", loading: archiveLibraries,
                version: .text("archive_version_string"), package: "libarchive13"),
        ]
    }

    /// The file names of libarchive, which is loaded for the first archive.
    ///
    /// The numbers are those of its interface, which has not changed incompatibly since version 3.
    private static var archiveLibraries: [String] {
        #if os(macOS)
            ["/usr/lib/libarchive.2.dylib"]
        #else
            ["libarchive.so.13"]
        #endif
    }
}
