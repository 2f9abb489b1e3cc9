package import PerceptCore

/// The findings of a reading of all pixels, which are not kept.
package struct ImageSurvey: Sendable, Hashable {
    /// The sample range of an image with 16 bits per channel.
    package let sampleRange: SampleRange?
    /// The complete ``ImageReader/warnings``.
    package let warnings: [Warning]
    /// The error that stopped the reading early.
    package let failure: MediaError?
}

extension ImageReader {
    /// Reads all rows, strip by strip.
    package static func survey(_ reader: consuming ImageReader) -> ImageSurvey {
        let rowsPerStrip = max(1, Image.stripByteCount / reader.bytesPerRow)
        var failure: MediaError?
        withUnsafeTemporaryAllocation(
            byteCount: min(rowsPerStrip, reader.remainingRowCount) * reader.bytesPerRow, alignment: 16
        ) { strip in
            do throws(MediaError) {
                while reader.remainingRowCount > 0 {
                    try MediaError.checkCancellation()
                    try reader.readRows(min(rowsPerStrip, reader.remainingRowCount), into: strip)
                }
            } catch {
                failure = error
            }
        }
        return ImageSurvey(sampleRange: reader.sampleRange, warnings: reader.warnings, failure: failure)
    }

    /// Opens an image leniently and reads all of its pixels. A large JPEG is read at an eighth of its sides, which
    /// shows the same damage.
    package static func surveying(
        _ source: MediaSource, limits: ResourceLimits
    ) throws(MediaError) -> (header: ImageHeader, survey: ImageSurvey) {
        var reader = try ImageReader(source, limits: limits, lenient: true)
        _ = reader.reduce(by: 8)
        return (reader.header, survey(reader))
    }
}
