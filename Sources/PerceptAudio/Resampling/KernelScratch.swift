/// Scratch memory for a kernel, reused from call to call.
///
/// Allocating it for each call took a fifth of the time of preparing a long recording.
struct KernelScratch: Sendable {
    private var storage: [Float] = []
    /// The alignment in bytes: a cache line, and the widest vector.
    private static let alignment = 64

    /// Passes `count` floats, aligned to 64 bytes, to `body`; their contents are undefined.
    mutating func withFloats(count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        let padded = count + Self.alignment / MemoryLayout<Float>.stride
        if storage.count < padded { storage = [Float](repeating: 0, count: padded) }
        storage.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            body(base.alignedUp(toMultipleOf: Self.alignment).assumingMemoryBound(to: Float.self))
        }
    }
}
