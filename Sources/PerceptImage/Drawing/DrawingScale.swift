import PerceptCore

/// How thick lines and how tall letters are on a picture of some size, where the caller did not say.
///
/// Both grow in proportion to the geometric mean of the sides, √(width · height), so that a drawing looks the same at
/// every size it is shown at, and a panorama does not get lines as thick as it is high.
enum DrawingScale {
    /// √(width · height) / 280, at least 1 px: 1.9 px at 640×420, 5.1 px at 1920×1080, 12.4 px at 4000×3000.
    static func lineWidth(_ size: PixelSize) -> Double {
        max(1, meanSide(size) / 280)
    }

    /// Height of capital letters: √(width · height) / 56, at least 10 px: 26 px at 1920×1080, 62 px at 4000×3000.
    ///
    /// Less, but never under 10 px, where the plates of all labels together would take more than a sixth of the image.
    ///
    /// - Parameter plateAreas: of the plates of the labels, as a multiple of the square of the capitals' height.
    static func capHeight(_ size: PixelSize, plateAreas: Double) -> Double {
        let available = Double(size.width) * Double(size.height) / 6
        let uncrowded = plateAreas > 0 ? (available / plateAreas).squareRoot() : .infinity
        return max(10, min(meanSide(size) / 56, uncrowded))
    }

    private static func meanSide(_ size: PixelSize) -> Double {
        (Double(size.width) * Double(size.height)).squareRoot()
    }
}
