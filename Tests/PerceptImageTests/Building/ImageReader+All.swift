import PerceptCore

@testable import PerceptImage

extension ImageReader {
    /// All pixels as they are stored, and what was warned of.
    static func everything(
        of bytes: [UInt8], limits: ResourceLimits = .default, lenient: Bool = false
    ) throws(MediaError) -> (image: Image, warnings: [Warning]) {
        var reader = try ImageReader(.bytes(bytes), limits: limits, lenient: lenient)
        let header = reader.header
        var rows = [UInt8](repeating: 0xEE, count: header.storedSize.height * reader.bytesPerRow)
        var failure: MediaError?
        rows.withUnsafeMutableBytes { buffer in
            do throws(MediaError) {
                // Unevenly, so that rows come in several portions.
                while reader.remainingRowCount > 0 {
                    let count = min(reader.remainingRowCount, 7)
                    try reader.readRows(
                        count,
                        into: UnsafeMutableRawBufferPointer(rebasing: buffer[(reader.rowCount * reader.bytesPerRow)...])
                    )
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return (try Image(size: header.storedSize, layout: header.layout, bytes: rows), reader.warnings)
    }
}
