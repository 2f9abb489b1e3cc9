import CSndfile
import PerceptCore

/// An open libsndfile handle. No pointer, status code or constant of that library leaves this file and
/// ``SoundFileFormat``'s.
///
/// The handle is valid as long as the value. All access goes through libsndfile's virtual I/O: paths are never
/// interpreted, and every system error is known.
struct SoundFile: ~Copyable {
    private let handle: OpaquePointer
    private var isOpen = true
    /// The storage that the handle reads from or writes to; kept while the handle is open.
    private let virtualFile: VirtualFile
    let format: SoundFileFormat
    let sampleRate: Int
    let channelCount: Int
    /// The number of frames; `nil` if the header does not state it.
    let frameCount: Int?

    private init(handle: OpaquePointer, info: SF_INFO, virtualFile: VirtualFile) {
        self.handle = handle
        self.virtualFile = virtualFile
        format = SoundFileFormat(rawValue: info.format)
        sampleRate = Int(info.samplerate)
        channelCount = Int(info.channels)
        frameCount = (0..<Int64.max).contains(info.frames) ? Int(info.frames) : nil
        // No timestamp in the output: equal input gives equal bytes.
        sf_command(handle, CInt(SFC_SET_ADD_PEAK_CHUNK), nil, CInt(SF_FALSE))
    }

    deinit {
        if isOpen { sf_close(handle) }
    }

    /// libsndfile's reason for failing to open a file.
    struct OpenFailure: Error {
        let message: String
    }

    static func reading(_ file: VirtualFile) throws(OpenFailure) -> SoundFile {
        var info = SF_INFO()
        return try opened(file, CInt(SFM_READ), &info)
    }

    /// Opens GSM 06.10 without a header, with one channel.
    static func readingGSM(_ file: VirtualFile, sampleRate: Int) throws(OpenFailure) -> SoundFile {
        var info = info(SoundFileFormat(rawValue: CInt(SF_FORMAT_RAW | SF_FORMAT_GSM610)), sampleRate, 1)
        return try opened(file, CInt(SFM_READ), &info)
    }

    static func writing(
        _ file: VirtualFile, format: SoundFileFormat, sampleRate: Int, channelCount: Int
    ) throws(OpenFailure) -> SoundFile {
        var info = info(format, sampleRate, channelCount)
        return try opened(file, CInt(SFM_WRITE), &info)
    }

    private static func info(_ format: SoundFileFormat, _ sampleRate: Int, _ channelCount: Int) -> SF_INFO {
        SF_INFO(
            frames: 0, samplerate: CInt(clamping: sampleRate), channels: CInt(clamping: channelCount),
            format: format.rawValue, sections: 0, seekable: 0)
    }

    private static func opened(_ file: VirtualFile, _ mode: CInt, _ info: inout SF_INFO) throws(OpenFailure)
        -> SoundFile
    {
        var callbacks = VirtualFile.callbacks
        let handle = try checked(
            sf_open_virtual(&callbacks, mode, &info, file.pointer))
        return SoundFile(handle: handle, info: info, virtualFile: file)
    }

    /// The reason for a failed open is process-global, so it is read before anything else can be opened.
    private static func checked(_ handle: OpaquePointer?) throws(OpenFailure) -> OpaquePointer {
        guard let handle else { throw OpenFailure(message: message(of: nil)) }
        return handle
    }

    private static func message(of handle: OpaquePointer?) -> String {
        String(cString: sf_strerror(handle)).trimmingSuffix(while: { $0 == "." || $0.isWhitespace })
    }

    /// libsndfile's message for the last failure on this handle; `nil` if there was none.
    var failure: String? {
        sf_error(handle) == SF_ERR_NO_ERROR ? nil : Self.message(of: handle)
    }

    /// The system error that stopped reading, if any.
    var readFailure: MediaError? { virtualFile.readFailure }

    /// The channel positions, if the file states them.
    var channelLayout: ChannelLayout? {
        var map = [CInt](repeating: 0, count: channelCount)
        let size = CInt(clamping: map.count * MemoryLayout<CInt>.size)
        guard sf_command(handle, CInt(SFC_GET_CHANNEL_MAP_INFO), &map, size) == SF_TRUE else { return nil }
        return ChannelLayout(map.map { Self.positions[Int($0)] ?? .unspecified })
    }

    private static let positions: [Int: ChannelLayout.Position] = [
        SF_CHANNEL_MAP_MONO: .mono,
        SF_CHANNEL_MAP_LEFT: .frontLeft, SF_CHANNEL_MAP_RIGHT: .frontRight, SF_CHANNEL_MAP_CENTER: .frontCenter,
        SF_CHANNEL_MAP_FRONT_LEFT: .frontLeft, SF_CHANNEL_MAP_FRONT_RIGHT: .frontRight,
        SF_CHANNEL_MAP_FRONT_CENTER: .frontCenter, SF_CHANNEL_MAP_LFE: .lowFrequency,
        SF_CHANNEL_MAP_REAR_LEFT: .backLeft, SF_CHANNEL_MAP_REAR_RIGHT: .backRight,
        SF_CHANNEL_MAP_REAR_CENTER: .backCenter,
        SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER: .frontLeftOfCenter,
        SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER: .frontRightOfCenter,
        SF_CHANNEL_MAP_SIDE_LEFT: .sideLeft, SF_CHANNEL_MAP_SIDE_RIGHT: .sideRight,
        SF_CHANNEL_MAP_TOP_CENTER: .topCenter, SF_CHANNEL_MAP_TOP_FRONT_LEFT: .topFrontLeft,
        SF_CHANNEL_MAP_TOP_FRONT_RIGHT: .topFrontRight, SF_CHANNEL_MAP_TOP_FRONT_CENTER: .topFrontCenter,
        SF_CHANNEL_MAP_TOP_REAR_LEFT: .topBackLeft, SF_CHANNEL_MAP_TOP_REAR_RIGHT: .topBackRight,
        SF_CHANNEL_MAP_TOP_REAR_CENTER: .topBackCenter,
    ].reduce(into: [:]) { $0[Int($1.key)] = $1.value }

    /// Reads up to `frameLimit` interleaved frames; fewer only at the end or after a failure.
    func readShorts(frameLimit: Int) -> [Int16] {
        read(frameLimit) { sf_readf_short(handle, $0, $1) }
    }

    func readInts(frameLimit: Int) -> [Int32] {
        read(frameLimit) { sf_readf_int(handle, $0, $1) }
    }

    func readFloats(frameLimit: Int) -> [Float] {
        read(frameLimit) { sf_readf_float(handle, $0, $1) }
    }

    private func read<Sample>(
        _ frameLimit: Int, _ body: (UnsafeMutablePointer<Sample>, sf_count_t) -> sf_count_t
    ) -> [Sample] {
        [Sample](unsafeUninitializedCapacity: frameLimit * channelCount) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            let frames = body(base, sf_count_t(frameLimit))
            initialized = max(0, min(Int(frames), frameLimit)) * channelCount
        }
    }

    /// Writes interleaved samples; returns `false` if not all of them could be written.
    func write(_ samples: [Int16]) -> Bool {
        sf_writef_short(handle, samples, frames(samples.count)) == frames(samples.count)
    }

    func write(_ samples: [Int32]) -> Bool {
        sf_writef_int(handle, samples, frames(samples.count)) == frames(samples.count)
    }

    func write(_ samples: [Float]) -> Bool {
        sf_writef_float(handle, samples, frames(samples.count)) == frames(samples.count)
    }

    private func frames(_ sampleCount: Int) -> sf_count_t {
        sf_count_t(sampleCount / max(1, channelCount))
    }

    /// Makes a lossy encoder use a constant bit rate; call it before the first sample is written.
    ///
    /// - Parameter level: The compression level, from 0 for the format's highest bit rate to 1 for its lowest.
    func useConstantBitRate(level: Double) {
        var mode = CInt(SF_BITRATE_MODE_CONSTANT)
        sf_command(handle, CInt(SFC_SET_BITRATE_MODE), &mode, CInt(MemoryLayout<CInt>.size))
        var level = level
        sf_command(handle, CInt(SFC_SET_COMPRESSION_LEVEL), &level, CInt(MemoryLayout<Double>.size))
    }

    /// Returns whether libsndfile can write this combination.
    static func canWrite(_ format: SoundFileFormat, sampleRate: Int, channelCount: Int) -> Bool {
        var info = info(format, sampleRate, channelCount)
        return sf_format_check(&info) == SF_TRUE
    }

    /// Writes pending data (the header's sizes, the last block); returns libsndfile's message if that fails.
    consuming func close() -> String? {
        isOpen = false
        let code = sf_close(handle)
        return code == SF_ERR_NO_ERROR ? nil : String(cString: sf_error_number(code))
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var end = endIndex
        while end > startIndex, isTrimmed(self[index(before: end)]) { end = index(before: end) }
        return String(self[..<end])
    }
}
