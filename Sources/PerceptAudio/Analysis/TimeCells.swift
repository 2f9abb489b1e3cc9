/// Successive stretches of a recording, of equal length but for rounding, that the columns of a picture are made of.
///
/// Cell j has the frames `⌊j·p/q⌋ ..< ⌊(j+1)·p/q⌋`. Where the length is known beforehand a cell is a column; where it is not, or is
/// another than stated, each two cells are joined as soon as there would be more than twice as many as columns, so that memory does not grow with the
/// length.
struct TimeCells: Sendable, Hashable {
    /// p: frames of q cells.
    private(set) var span: Int
    /// q.
    let divisor: Int
    /// Cells that there may be.
    let capacity: Int
    /// How often each two were joined.
    private(set) var doublings = 0

    /// More columns are not kept apart; also what keeps the products below from overflowing.
    static let largestColumnCount = 1 << 16
    /// Eight hundred days at 16 kHz; a header that states more is not believed.
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

    /// The cell that holds `frame`.
    func cell(of frame: Int) -> Int { ((frame + 1) * divisor - 1) / span }

    /// The first frame of `cell`.
    func start(of cell: Int) -> Int { cell * span / divisor }

    /// Makes cells twice as long until `frame` is within ``capacity``.
    ///
    /// - Parameter joining: is to make each two cells one.
    mutating func makeRoom(for frame: Int, joining: () -> Void) {
        while cell(of: frame) >= capacity {
            joining()
            span *= 2
            doublings += 1
        }
    }

    /// The frames of column `index` of `count`, of a recording of `frameCount`: `⌊i·n/w⌋ ..< ⌊(i+1)·n/w⌋`, but at least one.
    static func frames(ofColumn index: Int, of count: Int, frameCount: Int) -> Range<Int> {
        func boundary(_ index: Int) -> Int {
            let product = index.multipliedFullWidth(by: frameCount)
            return count.dividingFullWidth(product).quotient
        }
        let start = min(boundary(index), max(0, frameCount - 1))
        return start..<max(start + 1, boundary(index + 1))
    }
}
