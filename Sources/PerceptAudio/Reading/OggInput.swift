import PerceptCore

/// What a library for Ogg reads through callbacks: bytes with a place in them.
///
/// A class, since the library keeps a pointer to it; used by one stream at a time.
final class OggInput {
    private let bytes: InputBytes
    private(set) var offset = 0
    /// Why the bytes could not be read on, when it was the system that failed.
    private(set) var readFailure: MediaError?

    init(_ bytes: InputBytes) {
        self.bytes = bytes
    }

    static func from(_ pointer: UnsafeMutableRawPointer?) -> OggInput? {
        pointer.map { Unmanaged<OggInput>.fromOpaque($0).takeUnretainedValue() }
    }

    var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// Fills as much of `target` as there are bytes; `nil` after a failure of the system.
    func read(into target: UnsafeMutableRawPointer?, count: Int) -> Int? {
        guard readFailure == nil else { return nil }
        do throws(MediaError) {
            let buffer = UnsafeMutableRawBufferPointer(start: target, count: max(0, count))
            let got = try bytes.read(at: offset, into: buffer)
            offset += got
            return got
        } catch {
            readFailure = error
            return nil
        }
    }

    /// Moves as `fseek` does; `false` when there is no such place.
    func seek(_ distance: Int64, whence: CInt) -> Bool {
        // SEEK_SET, SEEK_CUR and SEEK_END of C.
        let origin = whence == 1 ? offset : whence == 2 ? bytes.byteCount : 0
        let (target, overflow) = origin.addingReportingOverflow(Int(distance))
        guard !overflow, target >= 0 else { return false }
        offset = target
        return true
    }

    /// Where the page begins that ends at `end`; `nil` when none does.
    func start(ofPageEndingAt end: Int) throws(MediaError) -> Int? {
        let start = max(0, end - OggPage.largestHeader - 255 * 255)
        let window = try bytes.read(at: start, count: end - start)
        var rest = window[...]
        while let index = rest.lastIndex(of: 0x4F) {
            if let page = OggPage(window[index...]), index + page.byteCount == window.count { return start + index }
            rest = window[..<index]
        }
        return nil
    }
}

/// Sound of an Ogg stream that is missing, and what stands for it.
struct OggGaps {
    private let header: RecordingHeader
    private var count = 0
    private var frameCount = 0
    private var first: Int?
    private var implausible = 0

    init(_ header: RecordingHeader) {
        self.header = header
    }

    /// A step of the granule position that is longer than this is damage and not a gap.
    static let longest = 6 * 3600

    /// Takes note of a gap before `frame`, after which `frame + length` follows.
    ///
    /// - Returns: how many frames of silence are to be put there.
    mutating func add(at frame: Int, length: Int) -> Int {
        count += 1
        first = first ?? frame
        guard length <= Self.longest * header.sampleRate else {
            implausible += 1
            return 0
        }
        frameCount += max(0, length)
        return max(0, length)
    }

    var warnings: [String] {
        guard let first else { return [] }
        let place = header.seconds(first)
        let places = count == 1 ? "at \(place)" : "at \(count) places, the first at \(place)"
        let unknown = implausible > 0 ? " (\(implausible) of them of unknown length)" : ""
        return ["Ogg pages are missing or damaged \(places): \(header.seconds(frameCount)) became silence\(unknown)"]
    }
}

extension ChannelLayout {
    /// For each channel of ``conventional(channelCount:)``, its index in the order of Vorbis, which Opus shares (Vorbis I §4.3.9,
    /// RFC 7845 §5.1.1.2).
    static func vorbisOrder(channelCount: Int) -> [Int] {
        switch channelCount {
        case 3: [0, 2, 1]
        case 5: [0, 2, 1, 3, 4]
        case 6: [0, 2, 1, 5, 3, 4]
        case 7: [0, 2, 1, 6, 5, 3, 4]
        case 8: [0, 2, 1, 7, 5, 6, 3, 4]
        default: Array(0..<max(0, channelCount))
        }
    }
}
