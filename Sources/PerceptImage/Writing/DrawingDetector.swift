internal import CKernels
internal import PerceptCore

/// Distinguishes drawn images (text, screens, diagrams) from photographs, by blocks of 2×2 pixels.
///
/// A block is *flat* if no channel of its pixels differs by more than 8, *hard* if one differs by 64 or more, and
/// otherwise *soft*. Drawings consist of flat areas and hard edges with little between, even if scanned or stored as
/// JPEG of medium quality; a photograph has soft blocks wherever it is not blurred. An image counts as drawn if at
/// least a quarter of its blocks are flat, and at least one in three of the others is hard. 4:2:0 averages colours over
/// the same blocks, so hard ones are what it would blur.
///
/// Every other pair of rows is examined.
struct DrawingDetector {
    private let bytesPerRow: Int
    private var rowCount = 0
    /// The upper row of the pair.
    private var upper: [UInt8]
    private(set) var flatCount = 0
    private(set) var hardCount = 0
    private(set) var softCount = 0

    private static let channelCount = 3

    /// Creates a detector.
    ///
    /// - Parameter width: The width of images in 8-bit rgb.
    init(width: Int) {
        bytesPerRow = width * Self.channelCount
        upper = [UInt8](repeating: 0, count: bytesPerRow)
    }

    var isDrawn: Bool {
        let blockCount = flatCount + softCount + hardCount
        return hardCount > 0 && flatCount * 4 >= blockCount && hardCount * 2 >= softCount
    }

    /// Adds consecutive rows.
    mutating func append(_ rows: UnsafeRawBufferPointer) {
        for start in stride(from: 0, to: rows.count, by: bytesPerRow) {
            let row = UnsafeRawBufferPointer(rebasing: rows[start..<start + bytesPerRow])
            switch rowCount % 4 {
            case 0: upper.withUnsafeMutableBytes { $0.copyMemory(from: row) }
            case 1: count(row)
            default: break
            }
            rowCount += 1
        }
    }

    private mutating func count(_ lower: UnsafeRawBufferPointer) {
        guard let lower = lower.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
        let counts = percept_count_blocks(upper, lower, bytesPerRow / Self.channelCount)
        flatCount += counts.flat
        softCount += counts.soft
        hardCount += counts.hard
    }
}
