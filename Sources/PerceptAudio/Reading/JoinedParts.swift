import PerceptCore

/// Gives the parts of a recording one after the other, each opened when it is reached.
protocol PartSequence: AnyObject {
    /// The next part, or `nil` after the last.
    ///
    /// - Throws: `MediaError` `.malformedInput` or `.unsupportedFeature` for a part that cannot be read, after which the one
    ///   that follows may be asked for; `.inputOutput`.
    func nextPart() throws(MediaError) -> (any SampleSource)?
}

/// A recording whose parts may differ in rate and layout, read as one that has those of the first.
final class JoinedParts: SampleSource {
    let header: RecordingHeader
    private let name: String
    private let parts: any PartSequence
    private var current: any SampleSource
    private var converter: PartConverter?
    private var isFinished = false
    /// Frames handed out, and those among them that were before the current part.
    private var framesRead = 0
    private var partStart = 0
    private var partCount = 1
    /// What was converted and is yet to be handed out.
    private var ready: [[Float]] = []
    private var taken = 0
    private var notes: [String]
    private var conversionCount = 0

    /// - Parameters:
    ///   - frameCount: of all parts, converted; `nil` when it is not known.
    ///   - notes: what is known about the recording as a whole before it is read.
    init(
        _ first: any SampleSource, then parts: any PartSequence, frameCount: Int?, name: String, notes: [String] = []
    ) {
        header = first.header.with(frameCount: frameCount)
        current = first
        self.parts = parts
        self.name = name
        self.notes = notes
    }

    var holdsFloatingPoint: Bool { current.holdsFloatingPoint }

    var warnings: [String] {
        let more = conversionCount - Self.mostConversionNotes
        let summary = more > 0 ? ["the sample rate or layout changes \(more) more times"] : []
        return notes + summary + (isFinished ? notesOfLength : notesOfPart)
    }

    /// More changes than these are counted together.
    private static let mostConversionNotes = 4
    /// More notes than these would bury the rest.
    private static let mostNotes = 100

    private var notesOfLength: [String] {
        guard partCount > 1, let stated = header.frameCount, stated != framesRead else { return [] }
        return [
            "\(stated) frames (\(header.seconds(stated))) are stated, "
                + "\(framesRead) (\(header.seconds(framesRead))) were read from \(partCount) parts"
        ]
    }

    private var notesOfPart: [String] {
        let replaced = converter?.replacedSampleCount ?? 0
        let own = replaced == 0 ? [] : ["\(replaced) samples were no finite numbers and were replaced by silence"]
        guard partStart > 0 else { return current.warnings + own }
        return (current.warnings + own).map { "in the part from \(header.seconds(partStart)) on: \($0)" }
    }

    func readPlanes(frameLimit: Int) throws(MediaError) -> [[Float]] {
        while !isFinished {
            if let available = ready.first.map({ $0.count - taken }), available > 0 {
                return handOut(min(available, frameLimit))
            }
            guard converter != nil else {
                let planes = try current.readPlanes(frameLimit: frameLimit)
                if let count = planes.first?.count, count > 0 {
                    framesRead += count
                    return planes
                }
                try advance()
                continue
            }
            try convertMore(frameLimit)
        }
        return []
    }

    private func handOut(_ count: Int) -> [[Float]] {
        let range = taken..<taken + count
        taken += count
        framesRead += count
        return ready.map { Array($0[range]) }
    }

    private func convertMore(_ frameLimit: Int) throws(MediaError) {
        taken = 0
        let planes = try current.readPlanes(frameLimit: min(frameLimit, converter?.pieceLength ?? 1))
        if planes.first?.isEmpty == false {
            ready = converter?.process(planes) ?? []
        } else if let rest = converter?.finishPiece() {
            ready = rest
        } else {
            ready = []
            try advance()
        }
    }

    /// Goes on to the next part that can be read.
    private func advance() throws(MediaError) {
        add(notesOfPart)
        while true {
            do throws(MediaError) {
                guard let part = try parts.nextPart() else {
                    isFinished = true
                    return
                }
                converter =
                    part.header.hasFormat(of: header)
                    ? nil : try PartConverter(from: part.header, to: header, of: name)
                (current, partStart) = (part, framesRead)
                partCount += 1
                noteConversion()
                return
            } catch {
                guard error.kind == .malformedInput else { throw error }
                add(["what follows at \(header.seconds(framesRead)) was left out: \(error.problem)"])
            }
        }
    }

    private func noteConversion() {
        guard converter != nil else { return }
        conversionCount += 1
        guard conversionCount <= Self.mostConversionNotes else { return }
        add([
            "from \(header.seconds(framesRead)) on it is \(current.header.formatName), "
                + "which was converted to \(header.formatName), as it begins"
        ])
    }

    private func add(_ more: [String]) {
        notes += more.prefix(max(0, Self.mostNotes - notes.count))
    }
}

extension RecordingHeader {
    func with(frameCount: Int?) -> RecordingHeader {
        RecordingHeader(
            mediaType: mediaType, container: container, codec: codec, bitDepth: bitDepth, sampleRate: sampleRate,
            channels: channels, frameCount: frameCount)
    }
}
