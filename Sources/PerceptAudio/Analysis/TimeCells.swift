/// Consecutive spans of a recording, equal in length except for rounding, from which image columns are computed.
///
/// Cell j covers frames `⌊j·p/q⌋ ..< ⌊(j+1)·p/q⌋`. If the length is known in advance, a cell is a column.
/// Otherwise, or if the stated length is wrong, neighbouring cells are joined in pairs whenever there would be more
/// than twice as many cells as columns, so memory stays constant.
struct TimeCells: Sendable, Hashable {
    /// p: the number of frames in q cells.
    private(set) var span: Int
    /// q: the divisor of ``span``.
    let divisor: Int
    /// The maximum number of cells.
    let capacity: Int
    /// The number of times cells were joined in pairs.
    private(set) var doublings = 0

    /// The maximum number of columns; it also keeps the products below from overflowing.
    static let largestColumnCount = 1 << 16
    /// Eight hundred days at 16 kHz. A header that states more is ignored.
    private static let longestExpected = 1 << 40

    init(columnCount: Int, expectedFrameCount: Int?) {
        let columnCount = max(1, min(columnCount, Self.largestColumnCount))
        capacity = 2 * columnCount
        if let expectedFrameCount, expectedFrameCount > columnCount, expectedFrameCount <= Self.longestExpected {
            (span, divisor) = (expectedFrameCount, columnCount)
        } else {
            (span, divisor) = (1, 1)
        }
    }

    /// Returns the cell that contains `frame`.
    func cell(of frame: Int) -> Int { ((frame + 1) * divisor - 1) / span }

    /// Returns the first frame of `cell`.
    func start(of cell: Int) -> Int { cell * span / divisor }

    /// Doubles the cell length until `frame` falls within ``capacity``.
    ///
    /// - Parameter joining: Joins the caller's cells in pairs.
    mutating func makeRoom(for frame: Int, joining: () -> Void) {
        while cell(of: frame) >= capacity {
            joining()
            span *= 2
            doublings += 1
        }
    }

    /// Returns the frames of column `index` of `count` in a recording of `frameCount` frames: `⌊i·n/w⌋ ..<
    /// ⌊(i+1)·n/w⌋`, but at least one frame.
    static func frames(ofColumn index: Int, of count: Int, frameCount: Int) -> Range<Int> {
        func boundary(_ index: Int) -> Int {
            let product = index.multipliedFullWidth(by: frameCount)
            return count.dividingFullWidth(product).quotient
        }
        let start = min(boundary(index), max(0, frameCount - 1))
        return start..<max(start + 1, boundary(index + 1))
    }
}
