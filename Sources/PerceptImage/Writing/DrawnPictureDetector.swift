internal import PerceptCore

/// Tells pictures that were drawn or written (text, screens, diagrams) from photographs, by blocks of 2×2 pixels.
///
/// A block is *flat* when no channel of its pixels differs by more than 3, *hard* when one differs by 64 or more, and
/// *soft* when it is neither. What is drawn consists of flat grounds and hard edges with little between; a photograph has
/// soft blocks nearly everywhere that it is not blurred. A picture counts as drawn when a quarter of its blocks or more are
/// flat, and at least one in four of the others is hard. These blocks are also those over which 4:2:0 takes one mean of
/// the colours, so that hard ones are what it would blur.
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
        return hardCount > 0 && flatCount * 4 >= blockCount && hardCount * 3 >= softCount
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
        var (flatCount, hardCount, softCount) = (0, 0, 0)
        let step = 2 * Self.channelCount
        upper.withUnsafeBytes { upper in
            for block in 0..<upper.count / step {
                var range: UInt8 = 0
                for channel in block * step..<block * step + Self.channelCount {
                    let (a, b) = (upper[channel], upper[channel + Self.channelCount])
                    let (c, d) = (lower[channel], lower[channel + Self.channelCount])
                    range = max(range, max(max(a, b), max(c, d)) - min(min(a, b), min(c, d)))
                }
                if range <= 3 { flatCount += 1 } else if range >= 64 { hardCount += 1 } else { softCount += 1 }
            }
        }
        self.flatCount += flatCount
        self.hardCount += hardCount
        self.softCount += softCount
    }
}
