import CFLAC
import PerceptCore

/// Frames of a FLAC stream, native or in Ogg, decoded by libFLAC one after the other.
///
/// No pointer, status code or constant of libFLAC leaves this file.
final class FLACDecoder {
    /// What came up where the next block should stand.
    enum Outcome {
        /// One plane per channel, full scale ±1; the format where it is not the header's.
        case block([[Float]], another: FLACFrameFormat?)
        case damaged(FLACDamage)
        /// The end of the data, or of the frames that the header states and that something else follows.
        case end
    }

    let info: FLACStreamInfo
    let channelMask: UInt32?
    /// Where the next block begins in the file; `nil` in Ogg, where libFLAC does not say.
    private(set) var position: Int?
    private let decoder: UnsafeMutablePointer<FLAC__StreamDecoder>
    private let stream: Stream

    /// - Throws: `MediaError` `.malformedInput` when the header cannot be read.
    init(_ bytes: InputBytes, mediaType: MediaType) throws(MediaError) {
        guard let decoder = FLAC__stream_decoder_new() else {
            throw MediaError(.limitExceeded, source: bytes.name, problem: "there is no memory for a FLAC decoder")
        }
        let stream = Stream(bytes)
        let client = Unmanaged.passUnretained(stream).toOpaque()
        FLAC__stream_decoder_set_metadata_respond(decoder, FLAC__METADATA_TYPE_VORBIS_COMMENT)
        let open = mediaType == .ogg ? FLAC__stream_decoder_init_ogg_stream : FLAC__stream_decoder_init_stream
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
        channelMask = stream.channelMask
        position = Self.position(of: decoder)
    }

    deinit {
        FLAC__stream_decoder_delete(decoder)
    }

    /// The frame that the next block begins with.
    var frameCount: Int { stream.frameCount }

    /// The frame that the last block begins with by its own number.
    var blockStart: Int { stream.blockStart }

    /// Something that was no frame, with none behind it so far.
    var pendingDamage: FLACDamage? { stream.damage }

    /// Goes on at a frame header that begins at byte `position`, with the sound's frame `frame`; native FLAC only.
    func move(to position: Int, frame: Int) {
        guard self.position != position else { return }
        FLAC__stream_decoder_flush(decoder)
        stream.move(to: position, frame: frame)
        self.position = position
    }

    /// From here on `add` is given the samples as FLAC's checksum takes them (RFC 9639 §8.2): interleaved, little-endian, in
    /// as few bytes as their bits need.
    func passSamples(to add: @escaping ([UInt8]) -> Void) {
        stream.samplesTaker = add
    }

    /// Decodes the next block.
    ///
    /// - Throws: `MediaError` `.inputOutput` when the system cannot read on.
    func next() throws(MediaError) -> Outcome {
        while true {
            let goesOn = FLAC__stream_decoder_process_single(decoder) != 0
            if let failure = stream.readFailure { throw failure }
            if let fault = stream.fault { return .damaged(fault) }
            if let planes = stream.planes.take() {
                position = Self.position(of: decoder)
                return .block(planes, another: stream.anotherFormat)
            }
            // Whatever stands behind the last of the stated frames (a tag, mostly) is none of ours.
            let isComplete = info.frameCount.map { stream.frameCount >= $0 } ?? false
            let isAtEnd = FLAC__stream_decoder_get_state(decoder) == FLAC__STREAM_DECODER_END_OF_STREAM
            if !goesOn || isAtEnd || isComplete && stream.damage != nil { return .end }
        }
    }

    private static func position(of decoder: UnsafeMutablePointer<FLAC__StreamDecoder>) -> Int? {
        var position: FLAC__uint64 = 0
        guard FLAC__stream_decoder_get_decode_position(decoder, &position) != 0 else { return nil }
        return Int(clamping: position)
    }
}

/// What the first metadata block says.
struct FLACStreamInfo {
    let sampleRate: Int
    let channelCount: Int
    let bitDepth: Int
    /// `nil` when unknown.
    let frameCount: Int?
    /// Bytes of the largest frame; `nil` when unknown.
    let largestFrame: Int?
    /// Frames of sound in the largest block, and in every block but the last of a stream whose blocks have one size.
    let largestBlock: Int
    /// `nil` when not computed.
    let digest: [UInt8]?

    fileprivate init(_ info: FLAC__StreamMetadata_StreamInfo) {
        sampleRate = Int(info.sample_rate)
        channelCount = Int(info.channels)
        bitDepth = Int(info.bits_per_sample)
        frameCount = info.total_samples == 0 ? nil : Int(info.total_samples)
        largestBlock = Int(info.max_blocksize)
        largestFrame = info.max_framesize == 0 ? nil : Int(info.max_framesize)
        let digest = withUnsafeBytes(of: info.md5sum) { Array($0) }
        self.digest = digest.allSatisfy { $0 == 0 } ? nil : digest
    }

    var codecName: String { "PCM \(bitDepth) bit" }
}

/// What the header of a frame states.
struct FLACFrameFormat: Equatable {
    let sampleRate: Int
    let channelCount: Int
    let bitDepth: Int
}

/// Something wrong in the stream, and the frame from which on it is.
struct FLACDamage {
    let frame: Int
    let reason: String
}

/// What libFLAC reads from and writes to while it decodes.
private final class Stream {
    private let bytes: InputBytes
    private var offset = 0
    private(set) var info: FLACStreamInfo?
    private(set) var channelMask: UInt32?
    private(set) var readFailure: MediaError?
    /// Something that was no frame, of which the next frame will tell whether it matters.
    private(set) var damage: FLACDamage?
    /// Damage with sound on both sides of it, or a frame that does not fit.
    private(set) var fault: FLACDamage?
    private(set) var frameCount = 0
    /// The format of the last frame, where it is not the header's.
    private(set) var anotherFormat: FLACFrameFormat?
    /// The number of the last block's first frame, as the stream counts.
    private(set) var blockStart = 0
    var planes: [[Float]]?
    var samplesTaker: (([UInt8]) -> Void)?

    init(_ bytes: InputBytes) {
        self.bytes = bytes
    }

    func move(to offset: Int, frame: Int) {
        (self.offset, frameCount) = (offset, frame)
        (damage, fault, planes) = (nil, nil, nil)
    }

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
            stream.info = FLACStreamInfo(metadata.pointee.data.stream_info)
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
        if stream.damage == nil { stream.damage = FLACDamage(frame: stream.frameCount, reason: reason) }
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
        let format = FLACFrameFormat(
            sampleRate: Int(frame.sample_rate), channelCount: Int(frame.channels), bitDepth: Int(frame.bits_per_sample))
        let isAsStated =
            format.channelCount == info.channelCount && format.bitDepth == info.bitDepth
            && (format.sampleRate == info.sampleRate || format.sampleRate == 0)
        anotherFormat = isAsStated ? nil : format
        guard fault == nil else { return }
        let count = Int(frame.blocksize)
        // libFLAC turns numbers of blocks into those of frames.
        blockStart = Int(clamping: frame.number.sample_number)
        let scale = Float(sign: .plus, exponent: 1 - format.bitDepth, significand: 1)
        planes = (0..<format.channelCount).map { index in
            guard let channel = channels[index] else { return [Float](repeating: 0, count: count) }
            return [Float](unsafeUninitializedCapacity: count) { output, initialized in
                for frame in 0..<count { output[frame] = Float(channel[frame]) * scale }
                initialized = count
            }
        }
        if isAsStated { samplesTaker?(Self.packed(channels, count, info)) }
        frameCount += count
    }

    private static func packed(
        _ channels: UnsafePointer<UnsafePointer<FLAC__int32>?>, _ count: Int, _ info: FLACStreamInfo
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
