import PerceptAudio
package import PerceptCore
import PerceptImage
package import PerceptInference

/// Describes uploads by decoding them completely; implements `UploadDescriber`.
package enum UploadDecoding {
    /// Decodes a recording or image block by block and describes it.
    ///
    /// - Returns: `nil` for a format that this module cannot read, which is not an error of the upload.
    /// - Throws: `MediaError` if the contents are damaged, truncated, or exceed the limits.
    package static func describe(_ bytes: [UInt8], _ mediaType: MediaType) throws(MediaError) -> UploadDescription? {
        let source = MediaSource.bytes(bytes, name: "the upload")
        do {
            switch mediaType.kind {
            case .audio: return try describeRecording(source)
            case .image: return try describePicture(source)
            case .video, .other: return nil
            }
        } catch {
            if error.kind == .unsupportedFeature { return nil }
            throw error
        }
    }

    private static func describeRecording(_ source: MediaSource) throws(MediaError) -> UploadDescription {
        var reader = try RecordingReader(source)
        while try reader.readBlock() != nil { try MediaError.checkCancellation() }
        let header = reader.header
        return UploadDescription(
            mediaType: header.mediaType, sampleRate: header.sampleRate, channelCount: header.channelCount,
            frameCount: reader.framesRead, bitDepth: header.bitDepth)
    }

    private static func describePicture(_ source: MediaSource) throws(MediaError) -> UploadDescription {
        var reader = try ImageReader(source)
        let header = reader.header
        var row = [UInt8](repeating: 0, count: reader.bytesPerRow)
        while reader.remainingRowCount > 0 {
            let result = row.withUnsafeMutableBytes { buffer in
                Result { () throws(MediaError) in try reader.readRows(1, into: buffer) }
            }
            try result.get()
            try MediaError.checkCancellation()
        }
        return UploadDescription(
            mediaType: header.mediaType, bitDepth: header.storedBitDepth, size: header.storedSize,
            colorModel: header.storedColorModel.rawValue)
    }
}
