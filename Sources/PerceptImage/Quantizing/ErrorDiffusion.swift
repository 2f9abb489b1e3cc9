internal import PerceptCore

/// Hands three quarters of what a pixel's palette colour differs from the pixel on to neighbours that have none yet, row by
/// row to and fro (R. Floyd, L. Steinberg, “An adaptive algorithm for spatial grey scale”, 1976; serpentine: R. Ulichney,
/// “Digital Halftoning”, 1987).
///
/// With all of it errors pile up where the palette is sparse, and the picture is farther from the original also when it is looked
/// at in half its size; three quarters come nearest. Errors stay among pixels that are alike opaque or alike translucent,
/// so that no edge of transparency frays.
struct ErrorDiffusion {
    private let nearest: NearestPoint
    private let histogram: ColorHistogram
    private let guesses: [Int]
    private static let share: Float = 0.75

    /// - Parameter guesses: for each entry of the histogram, which point is about nearest.
    init(_ nearest: NearestPoint, _ histogram: ColorHistogram, _ guesses: [Int]) {
        self.nearest = nearest
        self.histogram = histogram
        self.guesses = guesses
    }

    /// The number of each pixel's point.
    func indices(_ pixels: [PaletteColor], _ size: PixelSize) throws(MediaError) -> [UInt8] {
        var indices = [UInt8](repeating: 0, count: pixels.count)
        // One more at either end, which nobody reads.
        let zeros = [PaletteSpace.Point](repeating: PaletteSpace.Point(repeating: 0), count: size.width + 2)
        var (errors, below) = (zeros, zeros)
        for row in 0..<size.height {
            if row % 64 == 0 { try MediaError.checkCancellation() }
            let isForward = row % 2 == 0
            let step = isForward ? 1 : -1
            let start = row * size.width
            let isLastRow = row == size.height - 1
            for place in 0..<size.width {
                let column = isForward ? place : size.width - 1 - place
                let color = pixels[start + column]
                let wanted = PaletteSpace.point(color)
                let kind = Kind(color)
                let point = wanted + errors[column + 1]
                let found = nearest.nearest(to: point, guess: guesses[histogram.entry(of: color)]).number
                indices[start + column] = UInt8(truncatingIfNeeded: found)
                guard kind != .transparent else { continue }
                let error = (point - nearest.points[found]) * (Self.share / 16)
                let ahead = column + step
                if ahead >= 0, ahead < size.width, Kind(pixels[start + ahead]) == kind {
                    errors[ahead + 1] += error * 7
                }
                guard !isLastRow else { continue }
                let next = start + size.width
                for (offset, share) in [(-step, 3 as Float), (0, 5), (step, 1)] {
                    let target = column + offset
                    guard target >= 0, target < size.width, Kind(pixels[next + target]) == kind else { continue }
                    below[target + 1] += error * share
                }
            }
            (errors, below) = (below, zeros)
        }
        return indices
    }

    private enum Kind {
        case transparent, translucent, opaque

        @inline(__always)
        init(_ color: PaletteColor) {
            self =
                switch color.w {
                case 0: .transparent
                case 255: .opaque
                default: .translucent
                }
        }
    }
}
