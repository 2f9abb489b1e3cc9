#if canImport(Glibc)
    import CCurl
    import Synchronization

    /// A pool of idle libcurl handles, which keep their connections open for the next request.
    final class CurlConnections: Sendable {
        /// Used by one transfer at a time.
        struct Handle: @unchecked Sendable {
            let pointer: OpaquePointer
        }

        /// The limit of idle handles. More transfers may be in progress; their connections are closed as they end.
        private static let idleLimit = 32

        private let idle = Mutex<[Handle]>([])

        /// Takes the most recently used handle, so that surplus ones stay idle, or a new one when all are in use.
        func take() -> Handle? {
            idle.withLock { $0.popLast() } ?? percept_transfer_create().map(Handle.init)
        }

        /// Returns `handle` to the pool. The transfer that used it must not be stopped any more.
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
