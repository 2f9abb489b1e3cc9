import PerceptCore

/// Decodes the stream of one link of an Ogg chain.
protocol OggDecoder: AnyObject {
    var header: RecordingHeader { get }
    /// The number of silent frames that replace pages missing before the first page of sound.
    var leadingGap: Int { get }

    /// Decodes the next piece.
    ///
    /// - Throws: `MediaError` `.inputOutput`.
    func next(frameLimit: Int) throws(MediaError) -> OggPiece
}

/// The next piece of an Ogg stream.
enum OggPiece {
    /// 1…`frameLimit` frames, one plane per channel in the order of the header's layout.
    case sound([[Float]])
    /// Missing pages with this number of frames.
    case gap(frameCount: Int)
    /// The end, with a reason if more should follow.
    case end(failure: String?)
}

/// The samples of one link of an Ogg chain, with silence for missing pages.
final class OggSource: SampleSource {
    let header: RecordingHeader
    let holdsFloatingPoint = true
    private let decoder: any OggDecoder
    private let link: OggLink
    private let isLastAndCut: Bool
    private var gaps: OggGaps
    private var framesRead = 0
    private var silenceLeft = 0
    private var piece: [[Float]] = []
    private var taken = 0
    private var isFinished = false
    private var failure: String?

    /// Creates a source.
    ///
    /// - Parameter isCut: `true` if the file ends inside a page of this link.
    init(_ decoder: any OggDecoder, _ link: OggLink, isCut: Bool) {
        self.decoder = decoder
        self.link = link
        isLastAndCut = isCut
        header = decoder.header.with(frameCount: decoder.header.frameCount.map { $0 + decoder.leadingGap })
        gaps = OggGaps(header)
        if decoder.leadingGap > 0 { silenceLeft = gaps.add(at: 0, length: decoder.leadingGap) }
    }

    var warnings: [Warning] {
        var warnings = gaps.warnings
        if let failure {
            warnings.append("the rest cannot be decoded from \(header.seconds(framesRead)) on (\(failure))")
        }
        if link.strayByteCount > 0 {
            warnings.append("\(link.strayByteCount) bytes of Ogg pages belong to no stream that begins in the file")
        }
        guard isFinished else { return warnings }
        if !link.isComplete || isLastAndCut {
            warnings.append(
                Warning(
                    "its last Ogg page is missing or damaged: it ends at \(header.seconds(framesRead)), "
                        + "and how much is missing is not stated"))
        }
        if let stated = header.frameCount, stated != framesRead {
            warnings.append(
                Warning(
                    "the granule positions state \(stated) frames (\(header.seconds(stated))), "
                        + "\(framesRead) (\(header.seconds(framesRead))) are there"))
        }
        return warnings
    }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        while true {
            if silenceLeft > 0 {
                let count = min(silenceLeft, frameLimit)
                silenceLeft -= count
                framesRead += count
                return Array(repeating: Array(repeating: 0, count: count), count: header.channelCount)
            }
            if let count = piece.first?.count, taken < count { return handOut(min(count - taken, frameLimit)) }
            guard !isFinished else { return [] }
            switch try decoder.next(frameLimit: frameLimit) {
            case .sound(let planes): (piece, taken) = (planes, 0)
            case .gap(let length): silenceLeft = gaps.add(at: framesRead, length: length)
            case .end(let reason):
                isFinished = true
                failure = reason
            }
        }
    }

    private func handOut(_ count: Int) -> [[Float]] {
        framesRead += count
        if taken == 0, piece.first?.count == count {
            taken = count
            return piece
        }
        let range = taken..<taken + count
        taken = range.upperBound
        return piece.map { Array($0[range]) }
    }
}

/// Opens the links of an Ogg chain in order.
private final class OggLinks: PartSequence {
    private let bytes: InputBytes
    private let chain: OggChain
    private let mediaType: MediaType
    private let options: FLACReadingOptions
    private var index = 0

    init(_ bytes: InputBytes, _ chain: OggChain, _ mediaType: MediaType, options: FLACReadingOptions) {
        (self.bytes, self.chain, self.mediaType) = (bytes, chain, mediaType)
        self.options = options
    }

    func nextPart() throws(MediaError) -> (any SampleSource)? {
        guard index < chain.links.count else { return nil }
        index += 1
        return try open(index - 1)
    }

    /// Returns the first part that can be read, and why those before it cannot.
    ///
    /// - Throws: `MediaError` `.malformedInput` if there is none: that of the first part; `.inputOutput`.
    func firstPart() throws(MediaError) -> (any SampleSource, failures: [MediaError]) {
        var failures: [MediaError] = []
        while true {
            do throws(MediaError) {
                guard let part = try nextPart() else { break }
                return (part, failures)
            } catch {
                guard error.kind == .malformedInput else { throw error }
                failures.append(error)
            }
        }
        throw failures.first
            ?? MediaError(
                .malformedInput, source: bytes.name, problem: "no Ogg stream begins in it",
                remedy: "check that the file is complete")
    }

    private func open(_ index: Int) throws(MediaError) -> any SampleSource {
        let link = chain.links[index]
        let part = InputBytes(bytes, range: link.range)
        let decoder: any OggDecoder
        switch link.codec {
        case .vorbis: decoder = try VorbisDecoder(part, link, mediaType)
        case .opus: decoder = try OpusDecoder(part, link, mediaType)
        case .flac:
            return JoinedSource.flac(
                try FLACSource(part, mediaType: mediaType, options: options), name: bytes.name)
        case nil:
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "a stream begins that is neither Vorbis nor Opus nor FLAC",
                remedy: "convert it with `ffmpeg -i INPUT OUTPUT.wav`")
        }
        return OggSource(decoder, link, isCut: chain.endsInsidePage && index == chain.links.count - 1)
    }

    /// Returns the number of frames of `first` and the links after it, after conversion; `nil` if one does not state
    /// it.
    func frameCount(_ first: RecordingHeader) -> Int? {
        var total = first.frameCount
        for index in chain.links.indices.dropFirst(index) {
            // A link that cannot be opened will be skipped.
            guard let header = try? open(index).header else { continue }
            guard Resampler.sampleRates.contains(header.sampleRate) else { return nil }
            total = total.flatMap { total in
                header.frameCount.map {
                    total + Resampler.outputCount(for: $0, from: header.sampleRate, to: first.sampleRate)
                }
            }
        }
        return total
    }
}

extension JoinedSource {
    /// Opens an Ogg file with Vorbis, Opus or FLAC, with all of its links; those at the beginning that cannot be read
    /// are left out with a warning.
    ///
    /// - Throws: `MediaError` `.malformedInput` if no link can be read: the error is that of the first; `.inputOutput`.
    static func ogg(
        _ bytes: InputBytes, mediaType: MediaType, options: FLACReadingOptions
    ) throws(MediaError) -> JoinedSource {
        let links = OggLinks(
            bytes, try OggChain(bytes), mediaType, options: options)
        let (first, failures) = try links.firstPart()
        return JoinedSource(
            first, then: links, frameCount: first.header.sampleRate > 0 ? links.frameCount(first.header) : nil,
            name: bytes.name, notes: failures.map { "the beginning was left out: \($0.problem)" })
    }
}
