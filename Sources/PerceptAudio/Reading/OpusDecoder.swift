import COpusFile
import PerceptCore

/// Decodes one link of Ogg Opus, always at 48 kHz.
///
/// opusfile skips the pre-skip, applies the header's gain and ends at the last granule position (RFC 7845). None of its
/// pointers, status codes or constants leaves this file.
final class OpusDecoder: OggDecoder {
    let header: RecordingHeader
    let leadingGap: Int
    private let file: OpaquePointer
    private let input: VirtualFile
    /// The index in a packet of each channel of the layout.
    private let order: [Int]
    private var buffer: [Float] = []
    /// The expected position of the next sample according to the granule positions.
    private var position: Int64 = 0
    private var hasHole = false
    private let afterHole = DecodedPackets()
    /// A gap that was found, and the samples decoded after it.
    private var pendingGap: Int?
    private var held: [[Float]]?

    static let sampleRate = 48_000

    /// A shorter step of the granule position is the writer's rounding, unless a page is missing.
    private static let shortestStep = 960

    init(_ bytes: InputBytes, _ link: OggLink, _ mediaType: MediaType) throws(MediaError) {
        let input = VirtualFile(reading: bytes, range: 0..<bytes.byteCount)
        let file = try Self.open(input, link, bytes.name)
        guard let head = op_head(file, -1) else {
            op_free(file)
            throw Self.headerError(bytes.name, nil)
        }
        let channelCount = Int(head.pointee.channel_count)
        let isDiscrete = head.pointee.mapping_family > 1
        let total = Int(op_pcm_total(file, -1))
        // A packet of one byte may last 120 ms; a larger total is not trusted.
        let isPlausible = total >= 0 && total / 5760 <= bytes.byteCount
        header = RecordingHeader(
            mediaType: mediaType, container: "Ogg", codec: "Opus", bitDepth: nil, sampleRate: Self.sampleRate,
            channels: isDiscrete
                ? ChannelLayout(Array(repeating: .unspecified, count: channelCount))
                : .conventional(channelCount: channelCount), frameCount: isPlausible ? total : nil)
        order = isDiscrete ? Array(0..<channelCount) : ChannelLayout.vorbisOrder(channelCount: channelCount)
        let start = (link.lastGranule ?? 0) &- Int64(head.pointee.pre_skip) &- Int64(total)
        leadingGap = isPlausible && link.missesFirstPages && start > 0 ? Int(start) : 0
        self.file = file
        self.input = input
        op_set_decode_callback(file, DecodedPackets.decode, Unmanaged.passUnretained(afterHole).toOpaque())
    }

    deinit {
        op_free(file)
    }

    private static func open(
        _ input: VirtualFile, _ link: OggLink, _ name: String
    ) throws(MediaError) -> OpaquePointer {
        var status: CInt = 0
        // If links or times are invalid to opusfile, it can still read in order.
        for isSeekable in [true, false] {
            var callbacks = OpusFileCallbacks(
                read: { stream, target, count in
                    guard let file = VirtualFile.from(stream) else { return -1 }
                    let read = CInt(file.read(into: target, count: Int64(count)))
                    return file.readFailure == nil ? read : -1
                },
                seek: isSeekable
                    ? { stream, distance, whence in
                        VirtualFile.from(stream).map { $0.seek(Int64(distance), whence: whence) >= 0 } == true ? 0 : -1
                    } : nil,
                tell: isSeekable ? { stream in opus_int64(VirtualFile.from(stream)?.offset ?? 0) } : nil,
                close: nil)
            _ = input.seek(0, whence: 0)
            if let file = op_open_callbacks(input.pointer, &callbacks, nil, 0, &status) { return file }
            if let failure = input.readFailure { throw failure }
        }
        // opusfile would report invalid times.
        guard link.hasSound else {
            throw MediaError(
                .malformedInput, source: name, problem: "no intact Ogg page with sound follows the Opus header",
                remedy: "check that the file is complete")
        }
        throw headerError(name, words(for: status))
    }

    private static func headerError(_ name: String, _ reason: String?) -> MediaError {
        MediaError(
            .malformedInput, source: name,
            problem: "the Ogg with Opus header cannot be read" + (reason.map { " (\($0))" } ?? ""),
            remedy: "check that the file is complete, or convert it with `ffmpeg -i INPUT OUTPUT.wav`")
    }

    func next(frameLimit: Int) throws(MediaError) -> OggPiece {
        if let gap = pendingGap {
            pendingGap = nil
            return .gap(frameCount: gap)
        }
        if let held {
            self.held = nil
            return .sound(held)
        }
        let channelCount = header.channelCount
        if buffer.count < frameLimit * channelCount { buffer = [Float](repeating: 0, count: frameLimit * channelCount) }
        var filled = 0
        while filled < frameLimit {
            let room = (frameLimit - filled) * channelCount
            let status = buffer.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { op_read_float(file, $0 + filled * channelCount, CInt(clamping: room), nil) }
                    ?? 0
            }
            if status > 0 {
                let count = Int(status)
                let step = op_pcm_tell(file) - Int64(count) - position
                position += step + Int64(count)
                if step > 0, hasHole || step >= Self.shortestStep {
                    let gap = hold(from: filled, count, after: Int(clamping: step))
                    guard filled > 0 else { return .gap(frameCount: gap) }
                    // The samples before the gap come first.
                    pendingGap = gap
                    return .sound(planes(from: 0, filled))
                }
                endHole()
                filled += count
            } else if status == OP_HOLE || status == OP_EBADPACKET {
                hasHole = true
                afterHole.isKept = true
            } else {
                if let failure = input.readFailure { throw failure }
                pendingGap = status == 0 ? gapAtEnd() : nil
                if filled > 0 { return .sound(planes(from: 0, filled)) }
                if let gap = pendingGap.take() { return .gap(frameCount: gap) }
                return .end(failure: status == 0 ? nil : Self.words(for: status))
            }
        }
        return .sound(planes(from: 0, filled))
    }

    /// Keeps what was decoded after a gap for when it is asked for; gives the gap's frames without what opusfile left
    /// out.
    ///
    /// It leaves out 80 ms after missing pages, as after going to another place, where they are real sound.
    private func hold(from start: Int, _ count: Int, after step: Int) -> Int {
        defer { endHole() }
        let returned = buffer[start * header.channelCount..<(start + count) * header.channelCount]
        let leftOut = min(Self.discardedAfterHole, step) * header.channelCount
        let decoded = afterHole.samples
        guard hasHole, decoded.count >= leftOut + returned.count,
            decoded[leftOut..<leftOut + returned.count].elementsEqual(returned)
        else {
            held = planes(from: start, count)
            return step
        }
        held = planes(of: decoded[..<(leftOut + returned.count)])
        return step - leftOut / header.channelCount
    }

    /// Returns the number of frames between missing pages and the end, if opusfile drops the page after them: a last
    /// page of up to 80 ms. Its position is unknown, since the last granule position may lie within its packets.
    private func gapAtEnd() -> Int? {
        guard hasHole, let total = header.frameCount, Int64(total) > position else { return nil }
        defer { position = Int64(total) }
        endHole()
        return total - Int(position)
    }

    private func endHole() {
        guard hasHole else { return }
        hasHole = false
        afterHole.isKept = false
    }

    private static let discardedAfterHole = 3840

    private func planes(from start: Int, _ count: Int) -> [[Float]] {
        planes(of: buffer[start * header.channelCount..<(start + count) * header.channelCount])
    }

    private func planes(of samples: ArraySlice<Float>) -> [[Float]] {
        let bytesPerFrame = header.channelCount * MemoryLayout<Float>.size
        let count = samples.count / header.channelCount
        let planes = samples.withUnsafeBytes { bytes in
            PCMSampleFormat.f32le.planes(
                bytes, frameCount: count, channelCount: header.channelCount, bytesPerFrame: bytesPerFrame)
        }
        return header.channelCount < 3 ? planes : order.map { planes[$0] }
    }

    private static func words(for status: CInt) -> String {
        switch status {
        case OP_EIMPL: "its channel mapping is not supported"
        case OP_ENOTFORMAT: "there is no Opus header"
        case OP_EBADHEADER: "a header packet is damaged"
        case OP_EVERSION: "its version is not known"
        case OP_EBADLINK: "its pages do not belong together"
        case OP_EBADTIMESTAMP: "its times are not valid"
        case OP_EREAD: "it ends too early"
        default: "the decoder failed"
        }
    }
}

/// Keeps decoded packets before opusfile discards any part of them.
private final class DecodedPackets {
    /// The samples decoded since ``isKept`` was set, interleaved.
    private(set) var samples: [Float] = []
    var isKept = false {
        didSet { samples.removeAll() }
    }

    static let decode: op_decode_cb_func = { context, decoder, output, packet, frameCount, channelCount, format, _ in
        guard let context, let output, let packet, let decoder, format == OP_DEC_FORMAT_FLOAT else {
            return OP_DEC_USE_DEFAULT
        }
        let packets = Unmanaged<DecodedPackets>.fromOpaque(context).takeUnretainedValue()
        guard packets.isKept else { return OP_DEC_USE_DEFAULT }
        let samples = output.assumingMemoryBound(to: Float.self)
        let decoded = opus_multistream_decode_float(
            decoder, packet.pointee.packet, opus_int32(packet.pointee.bytes), samples, frameCount, 0)
        guard decoded == frameCount else { return decoded < 0 ? decoded : OP_EBADPACKET }
        packets.samples += UnsafeBufferPointer(start: samples, count: Int(frameCount) * Int(channelCount))
        return 0
    }
}
