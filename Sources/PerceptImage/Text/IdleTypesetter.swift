internal import PerceptCore
internal import Synchronization

/// A typesetter that no drawing uses at the moment, kept for the next one: its font is open and its glyphs are drawn.
///
/// `@unchecked`: whoever takes it out of ``idle`` has it alone.
struct IdleTypesetter: @unchecked Sendable {
    private let typesetter: Typesetter

    private static let idle = Mutex<[Typeface: IdleTypesetter]>([:])
    private static let keptCount = 4

    /// Calls `body` with a typesetter that is nobody else's meanwhile.
    ///
    /// A font that was given as a file is opened each time, since the file may have changed.
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
