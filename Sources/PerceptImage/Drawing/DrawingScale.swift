import PerceptCore

/// The default line width and letter height for an image size.
///
/// Both are proportional to the geometric mean of the sides, √(width · height), so that a drawing looks the same at
/// every display size, and lines in a panorama are not as thick as it is high.
enum DrawingScale {
    /// Returns √(width · height) / 280, at least 1 px: 1.9 px at 640×420, 5.1 px at 1920×1080, 12.4 px at
    /// 4000×3000.
    static func lineWidth(_ size: PixelSize) -> Double {
        max(1, meanSide(size) / 280)
    }

    /// Returns the height of capital letters: √(width · height) / 56, at least 10 px: 26 px at 1920×1080, 62 px at
    /// 4000×3000.
    ///
    /// It is reduced, but not below 10 px, if the plates of all labels would cover more than a sixth of the image.
    ///
    /// - Parameter plateAreas: The total area of the labels' plates, in units of the squared cap height.
    static func capHeight(_ size: PixelSize, plateAreas: Double) -> Double {
        let available = Double(size.width) * Double(size.height) / 6
        let uncrowded = plateAreas > 0 ? (available / plateAreas).squareRoot() : .infinity
        return max(10, min(meanSide(size) / 56, uncrowded))
    }

    private static func meanSide(_ size: PixelSize) -> Double {
        (Double(size.width) * Double(size.height)).squareRoot()
    }
}
