import CFLAC
import PerceptCore

/// Decodes the frames of a FLAC stream, native or in Ogg, in order with libFLAC.
///
/// No pointer, status code or constant of libFLAC leaves this file.
final class FLACDecoder {
    /// The result of decoding the next block.
    enum Outcome {
        /// One plane per channel, full scale ±1; the format if it differs from the header's.
        case block([[Float]], another: FLACFrameFormat?)
        case damaged(FLACDamage)
        /// The end of the data, or of the frames that the header states if something else follows them.
        case end
    }

    let info: FLACStreamInfo
    let channelMask: UInt32?
    /// The offset in the file of the next block; `nil` in Ogg, for which libFLAC does not report it.
    private(set) var position: Int?
    private let decoder: UnsafeMutablePointer<FLAC__StreamDecoder>
    private let stream: Stream

    /// Reads the header.
    ///
    /// - Throws: `MediaError` `.malformedInput` if it cannot be read.
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

    /// The first frame of the next block.
    var frameCount: Int { stream.frameCount }

    /// The first frame of the last block according to its own header.
    var blockStart: Int { stream.blockStart }

    /// Data that are not a frame and that no frame has followed so far.
    var pendingDamage: FLACDamage? { stream.damage }

    /// Continues at the frame header at byte `position`, which starts with frame `frame` of the recording; native FLAC
    /// only.
    func move(to position: Int, frame: Int) {
        guard self.position != position else { return }
        FLAC__stream_decoder_flush(decoder)
        stream.move(to: position, frame: frame)
        self.position = position
    }

    /// Passes all further samples to `add` in the form that the checksum uses (RFC 9639 §8.2): interleaved,
    /// little-endian, in as few bytes as their bits need.
    func passSamples(to add: @escaping ([UInt8]) -> Void) {
        stream.samplesTaker = add
    }

    /// Decodes the next block.
    ///
    /// - Throws: `MediaError` `.inputOutput` if the file cannot be read.
    func next() throws(MediaError) -> Outcome {
        while true {
            let goesOn = FLAC__stream_decoder_process_single(decoder) != 0
            if let failure = stream.readFailure { throw failure }
            if let fault = stream.fault { return .damaged(fault) }
            if let planes = stream.planes.take() {
                position = Self.position(of: decoder)
                return .block(planes, another: stream.anotherFormat)
            }
            // Data after the last stated frame, usually a tag, are ignored.
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

/// The contents of the first metadata block.
struct FLACStreamInfo {
    let sampleRate: Int
    let channelCount: Int
    let bitDepth: Int
    /// `nil` if unknown.
    let frameCount: Int?
    /// The size of the largest frame in bytes; `nil` if unknown.
    let largestFrame: Int?
    /// The sample count per channel of the largest block; if all blocks have one size, of every block but the last.
    let largestBlock: Int
    /// `nil` if the encoder did not compute it.
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

/// The format that a frame header states.
struct FLACFrameFormat: Equatable {
    let sampleRate: Int
    let channelCount: Int
    let bitDepth: Int
}

/// Damage in the stream, and the frame at which it starts.
struct FLACDamage {
    let frame: Int
    let reason: String
}

/// The input and output of libFLAC's callbacks.
private final class Stream {
    private let bytes: InputBytes
    private var offset = 0
    private(set) var info: FLACStreamInfo?
    private(set) var channelMask: UInt32?
    private(set) var readFailure: MediaError?
    /// Data that are not a frame; a fault only if another frame follows.
    private(set) var damage: FLACDamage?
    /// Damage between frames, or a frame that does not fit.
    private(set) var fault: FLACDamage?
    private(set) var frameCount = 0
    /// The format of the last frame, if it differs from the header's.
    private(set) var anotherFormat: FLACFrameFormat?
    /// The first frame of the last block according to the stream.
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

    /// Returns the layout of channels that are not in one of FLAC's own orders (RFC 9639 §8.6.2).
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
        // Damaged metadata do not affect the samples.
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
        // libFLAC converts block numbers to frame numbers.
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
