internal import PerceptCore

/// How the samples of an image with 16 bits per channel are stretched, before colours are converted.
///
/// Scanners, microscopes and CT store 10 to 14 significant bits in 16, and what uses a small part of the range is black
/// in 8 bits. The map is linear: `low` becomes 0, `high` becomes 65535, and a value between becomes
/// `((value − low) · 65535 + (high − low) / 2) / (high − low)` in integers, rounded down, which is the nearest integer
/// (halves go up); values outside are clamped. All colour channels share one map, and alpha is unchanged.
///
/// It applies to files that store 16 bits per channel (gray and RGB, with and without alpha), not to those of 8 bits,
/// nor to HEIC and AVIF of 10 or 12 bits, whose samples are scaled to 16.
public enum ImageLevels: Sendable, Hashable {
    /// The least and the greatest sample of the whole image, fully transparent pixels not counted. Rows are read twice:
    /// first for the range, then for the pixels, so that memory stays bounded. Images of other depths, and those of one
    /// value, stay as they are.
    case automatic
    /// A range with `low` below `high`, as radiologists' windows are given. For images of other depths a warning says
    /// that it was not applied.
    case range(SampleRange)

    static let notApplied: Warning = "levels apply to images with 16 bits per channel: this one stays as it is"

    /// Refuses a range of one value, which would divide by zero.
    func check() throws(MediaError) {
        guard case .range(let range) = self, range.low == range.high else { return }
        throw MediaError(
            .invalidArgument, problem: "the levels \(range) span no range", remedy: "choose a high above the low")
    }
}
