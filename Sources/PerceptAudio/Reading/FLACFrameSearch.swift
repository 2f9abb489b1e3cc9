import PerceptCore

/// Finds the next whole frame of a native FLAC file after damage.
struct FLACFrameSearch {
    private let bytes: InputBytes
    private let info: FLACStreamInfo

    init(_ bytes: InputBytes, _ info: FLACStreamInfo) {
        self.bytes = bytes
        self.info = info
    }

    /// More candidates than damage leaves; a crafted file may have any number.
    private static let largestAttemptCount = 4096
    private static let windowLength = 1 << 16
    /// The size in bytes above which a frame is not found.
    private static let margin = 1 << 18

    /// Returns the first valid frame that begins after byte `position`: its offset and its first frame in the
    /// recording; `nil` if there is none, as for streams of more than 24 bits.
    ///
    /// - Throws: `MediaError` `.inputOutput`, `.cancelled`.
    func frame(after position: Int) throws(MediaError) -> (position: Int, frame: Int)? {
        let decoder = FLACFrameDecoder(channelCount: info.channelCount, bitDepth: info.bitDepth)
        var (start, attemptCount) = (position + 1, 0)
        while start < bytes.byteCount, attemptCount < Self.largestAttemptCount {
            try MediaError.checkCancellation()
            let range = start..<min(start + Self.windowLength, bytes.byteCount)
            guard let found = decoder.blocks(in: range, of: bytes, margin: Self.margin, frameLimit: 1) else {
                start = range.upperBound
                continue
            }
            if !found.blocks.isEmpty, let frame = try number(ofFrameAt: found.start) { return (found.start, frame) }
            start = found.start + 1
            attemptCount += 1
        }
        return nil
    }

    /// Returns the first frame of the block at `position`, from the coded number in its header (RFC 9639 §9.1.5).
    private func number(ofFrameAt position: Int) throws(MediaError) -> Int? {
        let header = try bytes.read(at: position, count: 11)
        guard header.count == 11 else { return nil }
        let first = header[4]
        let length = first < 0x80 ? 1 : (~first).leadingZeroBitCount
        guard length <= 7, length != 1 || first < 0x80 else { return nil }
        var number = length == 1 ? Int(first) : Int(first & (0xFF >> (length + 1)))
        for byte in header[5..<4 + length] { number = number << 6 | Int(byte & 0x3F) }
        // Streams with one block size number their blocks, others their frames.
        return header[1] & 1 == 0 ? number * info.largestBlock : number
    }
}

/// The parts of a FLAC stream that could not be decoded.
struct FLACLosses {
    private let sampleRate: Int
    private let silenceLimit: Int
    private var first: (start: Int, reason: String)?
    private var count = 0
    private var frameCount = 0
    /// `true` if frame numbers were implausible, so that later times may differ from the recording's.
    private var hasLostPlace = false
    /// The reason the rest could not be decoded; `nil` if it could.
    var rest: String?
    var isCutShort = false

    /// Creates an empty record.
    ///
    /// - Parameter silenceLimit: The maximum duration of inserted silence in seconds.
    init(sampleRate: Int, silenceLimit: Int) {
        self.sampleRate = sampleRate
        let (frames, overflow) = silenceLimit.multipliedReportingOverflow(by: sampleRate)
        self.silenceLimit = overflow ? .max : frames
    }

    var isEmpty: Bool { count == 0 && rest == nil && !isCutShort }

    /// Returns the frames of silence from `frame` to the next whole block; 0 if that block's number is implausible.
    mutating func silence(at frame: Int, until next: Int, _ reason: String) -> Int {
        let missing = next - frame
        let isPlausible = (0...(silenceLimit - frameCount)).contains(missing)
        let silence = isPlausible ? missing : 0
        if !isPlausible { hasLostPlace = true }
        first = first ?? (frame, reason)
        count += 1
        frameCount += silence
        return silence
    }

    /// Returns the warnings at the end.
    ///
    /// - Parameters:
    ///   - end: The number of frames that were returned.
    ///   - stated: The number of frames that the header states.
    func warnings(frameCount end: Int, statedCount stated: Int?) -> [Warning] {
        func seconds(_ frames: Int) -> String { RecordingHeader.seconds(frames, sampleRate: sampleRate) }
        var warnings: [Warning] = []
        if let first {
            let what =
                count == 1
                ? "the data are damaged at \(seconds(first.start)) (\(first.reason)): \(seconds(frameCount)) were"
                : "the data are damaged at \(count) places, the first at \(seconds(first.start)) (\(first.reason)): "
                    + "\(seconds(frameCount)) in all were"
            warnings.append(
                Warning(
                    "\(what) replaced by silence" + (hasLostPlace ? ", and later times may be too early" : "")
                        + "; get the recording again"))
        }
        let missing = stated.map { $0 - end }.flatMap { $0 > 0 ? $0 : nil }
        if let rest {
            warnings.append(
                Warning(
                    "the data are damaged at \(seconds(end)) (\(rest)), and the rest"
                        + (missing.map { ", \(seconds($0))," } ?? "") + " is missing; get the recording again"))
        } else if isCutShort {
            warnings.append(
                stated.map {
                    Warning(
                        "the file is cut short or damaged at its end: its header states \(seconds($0)), "
                            + "the last \(seconds(missing ?? 0)) are missing; get the whole file again")
                } ?? "the file is cut short in the middle of a frame; get the whole file again")
        }
        return warnings
    }
}
