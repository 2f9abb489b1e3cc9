#if canImport(Glibc)
    import CCurl
    import Synchronization

    /// The connections that wait for the next request, by the handles of libcurl's that keep them.
    final class CurlConnections: Sendable {
        /// Used by one transfer at a time.
        struct Handle: @unchecked Sendable {
            let pointer: OpaquePointer
        }

        /// More transfers than that may be under way; their connections are closed as they end.
        private static let idleLimit = 32

        private let idle = Mutex<[Handle]>([])

        /// The handle that was used last, so that the connections of the others grow old; a new one where all are in use.
        func take() -> Handle? {
            idle.withLock { $0.popLast() } ?? curl_transfer_create().map(Handle.init)
        }

        /// Keeps `handle` for another transfer; nobody may stop the one that it was used for any more.
        func give(back handle: Handle, after outcome: CurlOutcome) {
            curl_transfer_renew(handle.pointer)
            let isKept = idle.withLock { idle in
                guard outcome != .failed, idle.count < Self.idleLimit else { return false }
                idle.append(handle)
                return true
            }
            if !isKept { curl_transfer_free(handle.pointer) }
        }

        deinit {
            for handle in idle.withLock(\.self) { curl_transfer_free(handle.pointer) }
        }
    }
#endif
