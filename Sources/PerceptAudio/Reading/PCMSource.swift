import PerceptCore

/// Uncompressed samples in a range of a file or of memory.
final class PCMSource: SampleSource {
    let header: RecordingHeader
    let warnings: [Warning]
    private let bytes: InputBytes
    private let format: PCMSampleFormat
    private let bytesPerFrame: Int
    private let end: Int
    private var offset: Int
    private var framesRead = 0
    private var buffer: [UInt8] = []

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - range: The range of the samples: whole frames of `bytesPerFrame` bytes, each with a sample of every channel.
    ///   - header: The header; its frame count is that of `range`.
    init(
        _ bytes: InputBytes, range: Range<Int>, format: PCMSampleFormat, bytesPerFrame: Int, header: RecordingHeader,
        warnings: [Warning] = []
    ) {
        self.bytes = bytes
        self.format = format
        self.bytesPerFrame = bytesPerFrame
        self.header = header
        self.warnings = warnings
        offset = range.lowerBound
        end = range.upperBound
    }

    var holdsFloatingPoint: Bool { format.holdsFloatingPoint }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        let frameCount = min(frameLimit, (end - offset) / bytesPerFrame)
        guard frameCount > 0 else { return [] }
        let byteCount = frameCount * bytesPerFrame
        if buffer.count < byteCount { buffer = [UInt8](repeating: 0, count: byteCount) }
        let planes = try buffer.withUnsafeMutableBufferPointer { buffer throws(MediaError) in
            let block = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<byteCount]))
            guard try bytes.read(at: offset, into: block) == byteCount else {
                throw MediaError(
                    .inputOutput, source: bytes.name,
                    problem: "became shorter while it was being read, at \(header.place(framesRead))",
                    remedy: "read it again once it is complete")
            }
            return format.planes(
                UnsafeRawBufferPointer(block), frameCount: frameCount, channelCount: header.channelCount,
                bytesPerFrame: bytesPerFrame)
        }
        offset += byteCount
        framesRead += frameCount
        return planes
    }
}
