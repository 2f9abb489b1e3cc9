/// Floats that a kernel works in, kept from one call to the next.
///
/// Taken anew each time, so much memory would come from the system and go back to it: of preparing a long recording a fifth
/// was spent on that.
struct KernelScratch: Sendable {
    private var storage: [Float] = []
    /// In bytes: a cache line, and the widest vector.
    private static let alignment = 64

    /// Lends `count` floats, aligned to 64 bytes; what they hold is left from before.
    mutating func withFloats(count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        let padded = count + Self.alignment / MemoryLayout<Float>.stride
        if storage.count < padded { storage = [Float](repeating: 0, count: padded) }
        storage.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            body(base.alignedUp(toMultipleOf: Self.alignment).assumingMemoryBound(to: Float.self))
        }
    }
}
