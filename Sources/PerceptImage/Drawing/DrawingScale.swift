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

    /// Height of capital letters: √(width · height) / 50, at least 10 px: 10.4 px at 640×420, 69 px at 4000×3000.
    static func capHeight(_ size: PixelSize) -> Double {
        max(10, meanSide(size) / 50)
    }

    private static func meanSide(_ size: PixelSize) -> Double {
        (Double(size.width) * Double(size.height)).squareRoot()
    }
}
