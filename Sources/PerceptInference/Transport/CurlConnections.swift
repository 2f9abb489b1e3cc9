#if canImport(Glibc)
    import CCurl
    import Synchronization

    /// The idle connections, kept by libcurl handles.
    final class CurlConnections: Sendable {
        /// A libcurl handle, used by one transfer at a time.
        struct Handle: @unchecked Sendable {
            let pointer: OpaquePointer
        }

        /// The maximum number of idle handles; the connections of further ones are closed when their transfers end.
        private static let idleLimit = 256

        private let idle = Mutex<[Handle]>([])

        /// Returns the most recently used handle, so that others can expire, or a new one if all are in use.
        func take() -> Handle? {
            idle.withLock { $0.popLast() } ?? percept_transfer_create().map(Handle.init)
        }

        /// Keeps `handle` for another transfer. The previous transfer must not use it any more.
        func give(back handle: Handle, after outcome: CurlOutcome) {
            percept_transfer_renew(handle.pointer)
            let isKept = idle.withLock { idle in
                guard outcome != .failed, idle.count < Self.idleLimit else { return false }
                idle.append(handle)
                return true
            }
            if !isKept { percept_transfer_free(handle.pointer) }
        }

        deinit {
            for handle in idle.withLock(\.self) { percept_transfer_free(handle.pointer) }
        }
    }
#endif
