import PerceptCore

/// The missing audio of an Ogg stream, and the silence that replaces it.
struct OggGaps {
    private let header: RecordingHeader
    private var count = 0
    private var frameCount = 0
    private var first: Int?
    private var implausible = 0

    init(_ header: RecordingHeader) {
        self.header = header
    }

    /// The length in seconds above which a step of the granule position is damage and not a gap.
    static let longest = 6 * 3600

    /// Adds a gap of `length` frames before `frame`.
    ///
    /// - Returns: The number of silent frames to insert.
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

    var warnings: [Warning] {
        guard let first else { return [] }
        let place = header.seconds(first)
        let places = count == 1 ? "at \(place)" : "at \(count) places, the first at \(place)"
        let unknown = implausible > 0 ? " (\(implausible) of them of unknown length)" : ""
        return ["Ogg pages are missing or damaged \(places): \(header.seconds(frameCount)) became silence\(unknown)"]
    }
}

extension ChannelLayout {
    /// Returns for each channel of ``conventional(channelCount:)`` its index in the order of Vorbis and Opus (Vorbis I
    /// §4.3.9, RFC 7845 §5.1.1.2).
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
