import Synchronization

/// A queue of faults, used up in order.
final class FaultQueue: Sendable {
    private let faults: Mutex<ArraySlice<SandboxFault>>

    init(_ faults: [SandboxFault]) {
        self.faults = Mutex(faults[...])
    }

    func next() -> SandboxFault? {
        faults.withLock { faults in
            guard let fault = faults.first else { return nil }
            if fault.count > 1 {
                faults[faults.startIndex].count -= 1
            } else {
                faults = faults.dropFirst()
            }
            return fault
        }
    }
}
