/// Finds which of a few points is nearest to a given one, beginning with a guess.
///
/// Points that lie twice as far from the guess as the given one does, or farther, cannot be nearer to it; so that of the
/// points in the order of their distance from the guess few are looked at (S. Phillips, “Acceleration of k-means and
/// related clustering algorithms”, ALENEX 2002: “sort-means”).
struct NearestPoint {
    let points: [PaletteSpace.Point]
    /// For each point all others, nearest first: square of the distance and number.
    private let neighbors: [(squaredDistance: Float, number: Int32)]

    init(_ points: [PaletteSpace.Point]) {
        self.points = points
        var neighbors: [(squaredDistance: Float, number: Int32)] = []
        neighbors.reserveCapacity(points.count * max(points.count - 1, 0))
        for (number, point) in points.enumerated() {
            // Bits of floating-point numbers that are not negative are in the order of the numbers.
            var keys: [UInt64] = []
            for (other, otherPoint) in points.enumerated() where other != number {
                let bits = PaletteSpace.squaredDistance(point, otherPoint).bitPattern
                keys.append(UInt64(bits) << 32 | UInt64(truncatingIfNeeded: other))
            }
            keys.sort()
            for key in keys {
                neighbors.append(
                    (Float(bitPattern: UInt32(key >> 32)), Int32(truncatingIfNeeded: key & 0xFFFF_FFFF)))
            }
        }
        self.neighbors = neighbors
    }

    /// The number of the nearest point, and the square of its distance.
    @inline(__always)
    func nearest(to point: PaletteSpace.Point, guess: Int) -> (number: Int, squaredDistance: Float) {
        var best = (number: guess, squaredDistance: PaletteSpace.squaredDistance(point, points[guess]))
        let bound = best.squaredDistance * 4
        let first = guess * (points.count - 1)
        for index in first..<first + points.count - 1 {
            let neighbor = neighbors[index]
            if neighbor.squaredDistance >= bound { break }
            let distance = PaletteSpace.squaredDistance(point, points[Int(neighbor.number)])
            if distance < best.squaredDistance { best = (Int(neighbor.number), distance) }
        }
        return best
    }
}
