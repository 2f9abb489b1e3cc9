internal import PerceptCore
internal import Synchronization

/// A typesetter that is not in use, kept for the next drawing with its open font and rasterized glyphs.
///
/// `@unchecked`: code that removes it from ``idle`` has exclusive access.
struct IdleTypesetter: @unchecked Sendable {
    private let typesetter: Typesetter

    private static let idle = Mutex<[Typeface: IdleTypesetter]>([:])
    private static let keptCount = 4

    /// Calls `body` with exclusive access to a typesetter.
    ///
    /// A font file is opened each time, since it may have changed.
    static func with<Result>(
        _ typeface: Typeface, _ body: (Typesetter) throws(MediaError) -> Result
    ) throws(MediaError) -> Result {
        let kept = idle.withLock { $0.removeValue(forKey: typeface) }
        let typesetter = if let kept { kept.typesetter } else { try Typesetter(typeface) }
        defer {
            if case .file = typeface {
            } else if typesetter.isWorthKeeping {
                let next = IdleTypesetter(typesetter: typesetter)
                idle.withLock { idle in
                    if idle.count >= keptCount { idle.removeAll() }
                    idle[typeface] = next
                }
            }
        }
        return try body(typesetter)
    }
}
