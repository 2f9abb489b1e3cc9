import CMPG123
import PerceptCore

/// Decodes whole frames of MPEG audio, Layers I to III, of one rate and number of channels.
///
/// No pointer, status code or constant of libmpg123 leaves this file. The library receives one frame at a time and
/// returns its samples at once; a frame that cannot be decoded becomes silence of the same length.
final class MPEGDecoder {
    private let handle: OpaquePointer
    private let samplesPerFrame: Int

    private static let isReady = mpg123_init() == Int32(MPG123_OK.rawValue)

    /// Creates a decoder.
    ///
    /// - Parameter freeFormatByteCount: The size of each frame without padding, in free format.
    /// - Throws: `MediaError` `.limitExceeded` if there is not enough memory.
    init(_ stream: MPEGFrameHeader, freeFormatByteCount: Int?, of name: String) throws(MediaError) {
        guard Self.isReady, let handle = mpg123_new(nil, nil) else {
            throw MediaError(.limitExceeded, source: name, problem: "there is no memory for an MP3 decoder")
        }
        self.handle = handle
        samplesPerFrame = stream.samplesPerFrame * stream.channelCount
        // This module trims, reads the info frame and resynchronizes.
        let flags =
            MPG123_QUIET.rawValue | MPG123_FORCE_FLOAT.rawValue | MPG123_IGNORE_INFOFRAME.rawValue
            | MPG123_NO_READAHEAD.rawValue | MPG123_SKIP_ID3V2.rawValue
        percept_mpg123_set(handle, MPG123_FLAGS, Int(flags))
        percept_mpg123_set(handle, MPG123_VERBOSE, 0)
        percept_mpg123_set(handle, MPG123_RVA, Int(MPG123_RVA_OFF.rawValue))
        if let freeFormatByteCount {
            percept_mpg123_set(handle, MPG123_FREEFORMAT_SIZE, freeFormatByteCount - MPEGFrameHeader.byteCount)
        }
        guard mpg123_open_feed(handle) == Int32(MPG123_OK.rawValue) else {
            throw MediaError(.limitExceeded, source: name, problem: "there is no memory for an MP3 decoder")
        }
    }

    deinit {
        mpg123_delete(handle)
    }

    /// Decodes `frame` into `output`, interleaved; returns `false` if its samples cannot be decoded.
    ///
    /// - Parameter output: Room for all samples of one frame; the part that the frame does not fill becomes silence.
    func decode(_ frame: ArraySlice<UInt8>, into output: UnsafeMutableBufferPointer<Float>) -> Bool {
        guard let base = output.baseAddress, output.count >= samplesPerFrame else { return false }
        let wanted = samplesPerFrame * MemoryLayout<Float>.size
        var filled = 0
        frame.withUnsafeBufferPointer { input in
            var (next, count) = (input.baseAddress, input.count)
            // The first frame returns the format before its samples.
            for _ in 0..<3 where filled < wanted {
                var done = 0
                let status = mpg123_decode(
                    handle, next, count, UnsafeMutableRawPointer(base) + filled, wanted - filled, &done)
                filled += done
                (next, count) = (nil, 0)
                guard status == Int32(MPG123_NEW_FORMAT.rawValue) || status == Int32(MPG123_OK.rawValue) else { break }
            }
        }
        let samples = filled / MemoryLayout<Float>.size
        (base + samples).update(repeating: 0, count: samplesPerFrame - samples)
        return samples == samplesPerFrame
    }
}
