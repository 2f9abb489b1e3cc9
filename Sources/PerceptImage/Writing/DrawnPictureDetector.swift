internal import CKernels
internal import PerceptCore

/// Tells pictures that were drawn or written (text, screens, diagrams) from photographs, by blocks of 2×2 pixels.
///
/// A block is *flat* when no channel of its pixels differs by more than 8, *hard* when one differs by 64 or more, and
/// *soft* when it is neither. What is drawn consists of flat grounds and hard edges with little between, also when it was
/// scanned or is a JPEG of middling quality; a photograph has soft blocks wherever it is not blurred. A picture counts as
/// drawn when a quarter of its blocks or more are flat, and at least one in three of the others is hard. These are also
/// the blocks over which 4:2:0 takes one mean of the colours: hard ones are what it would blur.
///
/// Every other pair of rows is looked at.
struct DrawnPictureDetector {
    private let bytesPerRow: Int
    private var rowCount = 0
    /// The upper row of the pair.
    private var upper: [UInt8]
    private(set) var flatCount = 0
    private(set) var hardCount = 0
    private(set) var softCount = 0

    private static let channelCount = 3

    /// - Parameter width: of pictures in 8-bit RGB.
    init(width: Int) {
        bytesPerRow = width * Self.channelCount
        upper = [UInt8](repeating: 0, count: bytesPerRow)
    }

    var isDrawn: Bool {
        let blockCount = flatCount + softCount + hardCount
        return hardCount > 0 && flatCount * 4 >= blockCount && hardCount * 2 >= softCount
    }

    /// Takes the next rows, one behind the other.
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
