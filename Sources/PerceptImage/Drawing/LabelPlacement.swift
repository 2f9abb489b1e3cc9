import PerceptCore

/// Finds positions for label plates near their boxes, within the image, and if possible without overlap.
struct LabelPlacement {
    private let size: PixelSize
    private let cellSize: Int
    private let columnCount: Int
    /// The last entry of each cell of a coarse grid (an index into ``entries``), or -1. The grid keeps thousands of
    /// labels fast.
    private var lastEntries: [Int]
    /// The placed plates, once per cell that they touch, with the index of the cell's previous entry, or -1.
    private var entries: [(plate: PixelRectangle, previous: Int)] = []

    init(on size: PixelSize) {
        self.size = size
        cellSize = max(16, (size.longestSide + 63) / 64)
        columnCount = size.width / cellSize + 1
        lastEntries = Array(repeating: -1, count: columnCount * (size.height / cellSize + 1))
    }

    /// Places a plate, which must not be larger than the image, for a box with the frame `frame`.
    ///
    /// Tries positions in this order: above the box, inside at its top if the box is large enough, below, inside at its
    /// bottom, beside it, each flush left, then flush right; then the same moved away by one to eight plates. Takes the
    /// first position without overlap, or else the one with the least.
    mutating func place(_ plate: PixelSize, for frame: PixelRectangle) -> PixelRectangle {
        var best: (rectangle: PixelRectangle, overlap: Int)?
        var candidates = Candidates(plate: plate, frame: frame, size: size)
        while let candidate = candidates.next() {
            let least = best?.overlap ?? .max
            let overlap = overlap(candidate, below: least)
            if overlap < least { best = (candidate, overlap) }
            if overlap == 0 { break }
        }
        let place =
            best?.rectangle
            ?? PixelRectangle(
                x: min(max(frame.x, 0), size.width - plate.width), y: min(max(frame.y, 0), size.height - plate.height),
                width: plate.width, height: plate.height)
        add(place)
        return place
    }

    private mutating func add(_ plate: PixelRectangle) {
        let (columns, rows) = cells(of: plate)
        for row in rows {
            for cell in row * columnCount + columns.lowerBound...row * columnCount + columns.upperBound {
                entries.append((plate, lastEntries[cell]))
                lastEntries[cell] = entries.count - 1
            }
        }
    }

    /// Returns the area of other plates that a candidate covers. A plate in several cells is counted once per cell,
    /// which is exact for no overlap and close enough for the minimum.
    ///
    /// - Parameter limit: The limit above which the result need not be exact.
    private func overlap(_ candidate: PixelRectangle, below limit: Int) -> Int {
        let (columns, rows) = cells(of: candidate)
        var sum = 0
        for row in rows {
            for cell in row * columnCount + columns.lowerBound...row * columnCount + columns.upperBound {
                var entry = lastEntries[cell]
                while entry >= 0 {
                    sum += entries[entry].plate.overlap(candidate)
                    entry = entries[entry].previous
                }
                if sum >= limit { return sum }
            }
        }
        return sum
    }

    private func cells(of rectangle: PixelRectangle) -> (columns: ClosedRange<Int>, rows: ClosedRange<Int>) {
        (
            rectangle.x / cellSize...(rectangle.x + rectangle.width - 1) / cellSize,
            rectangle.y / cellSize...(rectangle.y + rectangle.height - 1) / cellSize
        )
    }

    /// The candidate positions, without those that extend outside the image.
    private struct Candidates: IteratorProtocol {
        let plate: PixelSize
        let frame: PixelRectangle
        let size: PixelSize
        private var step = 0
        private var pending: [PixelRectangle] = []

        init(plate: PixelSize, frame: PixelRectangle, size: PixelSize) {
            self.plate = plate
            self.frame = frame
            self.size = size
        }

        mutating func next() -> PixelRectangle? {
            while pending.isEmpty && step <= 8 {
                pending = places(movedBy: step * plate.height).reversed()
                step += 1
            }
            return pending.popLast()
        }

        private func places(movedBy distance: Int) -> [PixelRectangle] {
            let left = frame.x
            let right = frame.x + frame.width - plate.width
            let top = frame.y
            let bottom = frame.y + frame.height - plate.height
            let above = frame.y - plate.height - distance
            let below = frame.y + frame.height + distance
            let isRoomy = frame.width >= plate.width && frame.height >= plate.height
            let inside = [(left, top + distance), (right, top + distance)]
            let rows =
                [(left, above), (right, above)] + (isRoomy ? inside : []) + [(left, below), (right, below)]
                + [(left, bottom - distance), (right, bottom - distance)] + (isRoomy ? [] : inside)
            let beside = [
                (frame.x + frame.width, top + distance), (frame.x - plate.width, top + distance),
            ].filter { $0.0 >= 0 && $0.0 + plate.width <= size.width }
            return (rows + beside).filter { $0.1 >= 0 && $0.1 + plate.height <= size.height }.map { x, y in
                PixelRectangle(
                    x: min(max(x, 0), size.width - plate.width), y: y, width: plate.width, height: plate.height)
            }
        }
    }
}
