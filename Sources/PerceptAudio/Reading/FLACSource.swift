import CFLAC
import PerceptCore

/// Samples of a FLAC stream, native or in Ogg, decoded by libFLAC.
///
/// libsndfile, which reads FLAC too, knows 8, 16 and 24 bits alone, believes the header's total, and passes the checksum over.
/// No pointer, status code or constant of libFLAC leaves this file.
final class FLACSource: SampleSource {
    let header: RecordingHeader
    let holdsFloatingPoint = false
    private(set) var warnings: [String] = []
    private let decoder: UnsafeMutablePointer<FLAC__StreamDecoder>
    private let stream: Stream
    private let info: StreamInfo
    private let isOgg: Bool
    private var block: [[Float]] = []
    private var taken = 0
    private var isFinished = false
    /// Where the last whole frame ends in the file; `nil` in Ogg, where libFLAC does not say.
    private var frameEnd: Int?

    /// - Parameter verifyingChecksum: whether the MD5 of the samples is compared with the header's at the end.
    /// - Throws: `MediaError` `.malformedInput` when the header cannot be read.
    init(_ bytes: InputBytes, mediaType: MediaType, verifyingChecksum: Bool) throws(MediaError) {
        guard let decoder = FLAC__stream_decoder_new() else {
            throw MediaError(.limitExceeded, source: bytes.name, problem: "there is no memory for a FLAC decoder")
        }
        let stream = Stream(bytes)
        let client = Unmanaged.passUnretained(stream).toOpaque()
        isOgg = mediaType == .ogg
        FLAC__stream_decoder_set_metadata_respond(decoder, FLAC__METADATA_TYPE_VORBIS_COMMENT)
        let open = isOgg ? FLAC__stream_decoder_init_ogg_stream : FLAC__stream_decoder_init_stream
        let status = open(
            decoder, Stream.readCallback, nil, Stream.tellCallback, nil, nil, Stream.writeCallback,
            Stream.metadataCallback, Stream.errorCallback, client)
        guard status == FLAC__STREAM_DECODER_INIT_STATUS_OK,
            FLAC__stream_decoder_process_until_end_of_metadata(decoder) != 0, let info = stream.info
        else {
            FLAC__stream_decoder_delete(decoder)
            if let failure = stream.readFailure { throw failure }
            throw MediaError(
                .malformedInput, source: bytes.name, problem: "the FLAC header cannot be read",
                remedy: "check that the file is complete")
        }
        self.decoder = decoder
        self.stream = stream
        self.info = info
        header = RecordingHeader(
            mediaType: mediaType, container: isOgg ? "Ogg" : "FLAC",
            codec: isOgg ? "FLAC \(info.bitDepth) bit" : info.codecName,
            bitDepth: info.bitDepth, sampleRate: info.sampleRate,
            channels: stream.channelMask.map { ChannelLayout(mask: $0, channelCount: info.channelCount) }
                ?? .conventional(channelCount: info.channelCount), frameCount: info.frameCount)
        if verifyingChecksum, info.digest != nil { stream.checksum = FLACChecksum() }
    }

    deinit {
        FLAC__stream_decoder_delete(decoder)
    }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        if taken >= (block.first?.count ?? 0) {
            (block, taken) = (try decodeBlock(), 0)
        }
        let available = (block.first?.count ?? 0) - taken
        guard available > 0 else { return [] }
        if taken == 0, available <= frameLimit {
            taken = available
            return block
        }
        let range = taken..<taken + min(available, frameLimit)
        taken = range.upperBound
        return block.map { Array($0[range]) }
    }

    /// Decodes the next block; empty at the end.
    private func decodeBlock() throws(MediaError) -> [[Float]] {
        while !isFinished {
            let goesOn = FLAC__stream_decoder_process_single(decoder) != 0
            if let failure = stream.readFailure { throw failure }
            if let fault = stream.fault { throw damaged(fault) }
            if let planes = stream.planes.take() {
                var position: FLAC__uint64 = 0
                if FLAC__stream_decoder_get_decode_position(decoder, &position) != 0 {
                    frameEnd = Int(clamping: position)
                }
                return planes
            }
            // Whatever stands behind the last of the stated frames (a tag, mostly) is none of ours.
            let isComplete = info.frameCount.map { stream.frameCount >= $0 } ?? false
            let isAtEnd = FLAC__stream_decoder_get_state(decoder) == FLAC__STREAM_DECODER_END_OF_STREAM
            if !goesOn || isAtEnd || isComplete && stream.damage != nil {
                isFinished = true
                try checkEnd()
            }
        }
        return []
    }

    private func checkEnd() throws(MediaError) {
        let digestMatches = stream.checksum.map { $0.finish() == info.digest }
        let frameCount = stream.frameCount
        if digestMatches != true {
            let endsWithFrame = stream.damage == nil && (frameEnd ?? stream.end) == stream.end
            if let stated = info.frameCount, frameCount < stated {
                // An encoder that came to write the digest knew the total too.
                guard info.digest == nil, endsWithFrame else { throw cutShort(stated) }
            } else if info.frameCount == nil, !endsWithFrame {
                throw stream.damage.map(damaged) ?? cutShort(nil)
            }
        }
        if let stated = info.frameCount, frameCount != stated {
            warnings.append("the header states \(stated) frames, the stream holds \(frameCount)")
        }
        if digestMatches == false {
            warnings.append("the samples are not those that were encoded: their MD5 is not the one in the header")
        }
    }

    private func damaged(_ damage: Damage) -> MediaError {
        MediaError(
            .malformedInput, source: stream.name,
            problem: "the data are damaged at \(header.place(damage.frame)) (\(damage.reason))",
            remedy: "get the recording again")
    }

    private func cutShort(_ stated: Int?) -> MediaError {
        let expected = stated.map { "the header states \($0) frames" } ?? "in the middle of a FLAC frame"
        return MediaError(
            .malformedInput, source: stream.name,
            problem: "is cut short: the data end at \(header.place(stream.frameCount)), \(expected)",
            remedy: "get the whole file again")
    }
}

/// What the first metadata block says.
private struct StreamInfo {
    let sampleRate: Int
    let channelCount: Int
    let bitDepth: Int
    /// `nil` when unknown.
    let frameCount: Int?
    /// `nil` when not computed.
    let digest: [UInt8]?

    init(_ info: FLAC__StreamMetadata_StreamInfo) {
        sampleRate = Int(info.sample_rate)
        channelCount = Int(info.channels)
        bitDepth = Int(info.bits_per_sample)
        frameCount = info.total_samples == 0 ? nil : Int(info.total_samples)
        let digest = withUnsafeBytes(of: info.md5sum) { Array($0) }
        self.digest = digest.allSatisfy { $0 == 0 } ? nil : digest
    }

    var codecName: String { "PCM \(bitDepth) bit" }
}

/// Something wrong in the stream, and the frame from which on it is.
private struct Damage {
    let frame: Int
    let reason: String
}

/// What libFLAC reads from and writes to while it decodes.
private final class Stream {
    let end: Int
    private let bytes: InputBytes
    private var offset = 0
    private(set) var info: StreamInfo?
    private(set) var channelMask: UInt32?
    private(set) var readFailure: MediaError?
    /// Something that was no frame, of which the next frame will tell whether it matters.
    private(set) var damage: Damage?
    /// Damage with sound on both sides of it, or a frame that does not fit.
    private(set) var fault: Damage?
    private(set) var frameCount = 0
    var planes: [[Float]]?
    var checksum: FLACChecksum?

    init(_ bytes: InputBytes) {
        self.bytes = bytes
        end = bytes.byteCount
    }

    var name: String { bytes.name }

    private static func from(_ client: UnsafeMutableRawPointer?) -> Stream? {
        client.map { Unmanaged<Stream>.fromOpaque($0).takeUnretainedValue() }
    }

    static let readCallback: FLAC__StreamDecoderReadCallback = { _, buffer, count, client in
        guard let stream = from(client), let buffer, let count else { return FLAC__STREAM_DECODER_READ_STATUS_ABORT }
        do {
            let target = UnsafeMutableRawBufferPointer(start: buffer, count: count.pointee)
            count.pointee = try stream.bytes.read(at: stream.offset, into: target)
            stream.offset += count.pointee
            return count.pointee > 0
                ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
        } catch {
            stream.readFailure = error as? MediaError
            return FLAC__STREAM_DECODER_READ_STATUS_ABORT
        }
    }

    static let tellCallback: FLAC__StreamDecoderTellCallback = { _, offset, client in
        guard let stream = from(client) else { return FLAC__STREAM_DECODER_TELL_STATUS_ERROR }
        offset?.pointee = FLAC__uint64(stream.offset)
        return FLAC__STREAM_DECODER_TELL_STATUS_OK
    }

    static let metadataCallback: FLAC__StreamDecoderMetadataCallback = { _, metadata, client in
        guard let stream = from(client), let metadata else { return }
        switch metadata.pointee.type {
        case FLAC__METADATA_TYPE_STREAMINFO where stream.info == nil:
            stream.info = StreamInfo(metadata.pointee.data.stream_info)
        case FLAC__METADATA_TYPE_VORBIS_COMMENT:
            stream.channelMask = channelMask(in: metadata.pointee.data.vorbis_comment)
        default: break
        }
    }

    /// The layout of channels that are not in one of FLAC's own orders (RFC 9639 §8.6.2).
    private static func channelMask(in tags: FLAC__StreamMetadata_VorbisComment) -> UInt32? {
        let name = Array("WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x".utf8)
        for index in 0..<Int(tags.num_comments) {
            guard let tag = tags.comments?[index], let entry = tag.entry else { continue }
            let text = UnsafeBufferPointer(start: entry, count: Int(tag.length))
            guard text.starts(with: name) else { continue }
            let digits = String(decoding: text.dropFirst(name.count), as: UTF8.self)
            return UInt32(digits, radix: 16).flatMap { $0 == 0 ? nil : $0 }
        }
        return nil
    }

    static let errorCallback: FLAC__StreamDecoderErrorCallback = { _, status, client in
        guard let stream = from(client) else { return }
        let reason: String
        switch status {
        case FLAC__STREAM_DECODER_ERROR_STATUS_LOST_SYNC: reason = "no frame starts where one should"
        case FLAC__STREAM_DECODER_ERROR_STATUS_BAD_HEADER: reason = "a frame header is wrong"
        case FLAC__STREAM_DECODER_ERROR_STATUS_FRAME_CRC_MISMATCH: reason = "a frame's checksum does not fit"
        case FLAC__STREAM_DECODER_ERROR_STATUS_UNPARSEABLE_STREAM: reason = "a frame uses reserved codes"
        // Damaged metadata do no harm to the samples.
        default: return
        }
        if stream.damage == nil { stream.damage = Damage(frame: stream.frameCount, reason: reason) }
    }

    static let writeCallback: FLAC__StreamDecoderWriteCallback = { _, frame, channels, client in
        guard let stream = from(client), let frame, let channels else { return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT }
        stream.take(frame.pointee.header, channels)
        return stream.fault == nil
            ? FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE : FLAC__STREAM_DECODER_WRITE_STATUS_ABORT
    }

    private func take(_ frame: FLAC__FrameHeader, _ channels: UnsafePointer<UnsafePointer<FLAC__int32>?>) {
        guard let info else { return }
        fault = damage
        if frame.channels != info.channelCount || frame.bits_per_sample != info.bitDepth {
            fault =
                fault
                ?? Damage(
                    frame: frameCount,
                    reason: "\(frame.channels) channels of \(frame.bits_per_sample) bit begin, where the header states "
                        + "\(info.channelCount) of \(info.bitDepth)")
        }
        guard fault == nil else { return }
        let count = Int(frame.blocksize)
        let scale = Float(sign: .plus, exponent: 1 - info.bitDepth, significand: 1)
        planes = (0..<info.channelCount).map { index in
            guard let channel = channels[index] else { return [Float](repeating: 0, count: count) }
            return [Float](unsafeUninitializedCapacity: count) { output, initialized in
                for frame in 0..<count { output[frame] = Float(channel[frame]) * scale }
                initialized = count
            }
        }
        checksum?.add(Self.packed(channels, count, info))
        frameCount += count
    }

    private static func packed(
        _ channels: UnsafePointer<UnsafePointer<FLAC__int32>?>, _ count: Int, _ info: StreamInfo
    ) -> [UInt8] {
        let width = (info.bitDepth + 7) / 8
        let step = width * info.channelCount
        return [UInt8](unsafeUninitializedCapacity: count * step) { output, initialized in
            guard let base = UnsafeMutableRawPointer(output.baseAddress) else { return }
            for index in 0..<info.channelCount {
                guard let channel = channels[index] else { continue }
                let start = base + index * width
                @inline(__always) func store<Word: FixedWidthInteger>(_: Word.Type) {
                    for frame in 0..<count {
                        let word = Word(truncatingIfNeeded: channel[frame]).littleEndian
                        (start + frame * step).storeBytes(of: word, as: Word.self)
                    }
                }
                switch width {
                case 1: store(UInt8.self)
                case 2: store(UInt16.self)
                case 4: store(UInt32.self)
                default:
                    for frame in 0..<count {
                        let word = UInt32(bitPattern: channel[frame])
                        for byte in 0..<width {
                            (start + frame * step)
                                .storeBytes(
                                    of: UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte))), toByteOffset: byte,
                                    as: UInt8.self)
                        }
                    }
                }
            }
            initialized = count * step
        }
    }
}
