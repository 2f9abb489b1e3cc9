import CVorbisFile
import PerceptCore

/// Decodes one link of Ogg Vorbis.
///
/// No pointer, status code or constant of vorbisfile leaves this file.
final class VorbisDecoder: OggDecoder {
    let header: RecordingHeader
    let leadingGap: Int
    private let file: UnsafeMutablePointer<OggVorbis_File>
    private let bytes: InputBytes
    private let input: VirtualFile
    private let isSeekable: Bool
    /// The index in a packet of each channel of the layout.
    private let order: [Int]
    /// The page at which decoding last continued after missing pages.
    private var lastPage: Int?
    private var pendingGap: Int?

    init(_ bytes: InputBytes, _ link: OggLink, _ mediaType: MediaType) throws(MediaError) {
        let input = VirtualFile(reading: bytes, range: 0..<bytes.byteCount)
        let file = UnsafeMutablePointer<OggVorbis_File>.allocate(capacity: 1)
        file.initialize(to: OggVorbis_File())
        do throws(MediaError) {
            isSeekable = try Self.open(file, input, bytes.name)
        } catch {
            file.deallocate()
            throw error
        }
        self.file = file
        (self.bytes, self.input) = (bytes, input)
        let info = ov_info(file, -1)
        let channelCount = Int(info?.pointee.channels ?? 0)
        let total = Int(ov_pcm_total(file, -1))
        // A packet of one byte may be a block of 8192; a larger total is not trusted.
        let isPlausible = isSeekable && total >= 0 && total / 8192 <= bytes.byteCount
        header = RecordingHeader(
            mediaType: mediaType, container: "Ogg", codec: "Vorbis", bitDepth: nil,
            sampleRate: Int(info?.pointee.rate ?? 0), channels: .conventional(channelCount: channelCount),
            frameCount: isPlausible ? total : nil)
        order = ChannelLayout.vorbisOrder(channelCount: channelCount)
        let start = (link.lastGranule ?? 0) &- Int64(total)
        leadingGap = isPlausible && link.missesFirstPages && start > 0 ? Int(start) : 0
    }

    deinit {
        ov_clear(file)
        file.deallocate()
    }

    /// Opens the stream; returns whether it is seekable.
    private static func open(
        _ file: UnsafeMutablePointer<OggVorbis_File>, _ input: VirtualFile, _ name: String
    ) throws(MediaError) -> Bool {
        var status: CInt = 0
        // If its times are invalid to vorbisfile, it can still read in order.
        for isSeekable in [true, false] {
            let callbacks = ov_callbacks(
                read_func: { target, size, count, stream in
                    VirtualFile.from(stream).map { Int($0.read(into: target, count: Int64(size * count))) } ?? 0
                },
                seek_func: isSeekable
                    ? { stream, distance, whence in
                        VirtualFile.from(stream).map { $0.seek(distance, whence: whence) >= 0 } == true ? 0 : -1
                    } : nil,
                close_func: nil, tell_func: isSeekable ? { VirtualFile.from($0)?.offset ?? 0 } : nil)
            _ = input.seek(0, whence: 0)
            status = ov_open_callbacks(input.pointer, file, nil, 0, callbacks)
            if let failure = input.readFailure {
                if status == 0 { ov_clear(file) }
                throw failure
            }
            if status == 0 { return isSeekable }
        }
        throw MediaError(
            .malformedInput, source: name, problem: "the Ogg with Vorbis header cannot be read (\(words(for: status)))",
            remedy: "check that the file is complete, or convert it with `ffmpeg -i INPUT OUTPUT.wav`")
    }

    func next(frameLimit: Int) throws(MediaError) -> OggPiece {
        if let gap = pendingGap {
            pendingGap = nil
            return .gap(frameCount: gap)
        }
        var planes: [[Float]] = order.map { _ in [] }
        var filled = 0
        while filled < frameLimit {
            var output: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?
            var link: CInt = 0
            let status = ov_read_float(file, &output, CInt(clamping: frameLimit - filled), &link)
            if let failure = input.readFailure { throw failure }
            if status > 0, let output {
                append(output, status, to: &planes, frameLimit)
                filled += status
            } else if status == OV_HOLE {
                guard let gap = try gap() else { continue }
                guard filled > 0 else { return .gap(frameCount: gap) }
                pendingGap = gap
                break
            } else {
                guard filled == 0 else { break }
                return .end(failure: status == 0 ? nil : Self.words(for: CInt(clamping: status)))
            }
        }
        return .sound(planes)
    }

    private func append(
        _ output: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>, _ count: Int, to planes: inout [[Float]],
        _ capacity: Int
    ) {
        for (channel, index) in order.enumerated() {
            if planes[channel].isEmpty { planes[channel].reserveCapacity(capacity) }
            if let samples = output[index] {
                planes[channel].append(contentsOf: UnsafeBufferPointer(start: samples, count: count))
            } else {
                planes[channel].append(contentsOf: repeatElement(0, count: count))
            }
        }
    }

    /// Returns the number of frames missing before the page that was just read, and continues there.
    ///
    /// vorbisfile determines its position only at the end of a page, unless it seeks to the start of the page.
    private func gap() throws(MediaError) -> Int? {
        let before = ov_pcm_tell(file)
        let end = Int(ov_raw_tell(file))
        guard isSeekable, let page = try bytes.startOfOggPage(endingAt: end), page != lastPage else { return nil }
        lastPage = page
        guard ov_raw_seek(file, ogg_int64_t(page)) == 0 else { return nil }
        return max(0, Int(ov_pcm_tell(file) - before))
    }

    private static func words(for status: CInt) -> String {
        switch status {
        case OV_ENOTVORBIS: "there is no Vorbis header"
        case OV_EBADHEADER: "a header packet is damaged"
        case OV_EVERSION: "its version is not known"
        case OV_EBADLINK: "its pages do not belong together"
        case OV_EREAD: "it ends too early"
        default: "the decoder failed"
        }
    }
}
