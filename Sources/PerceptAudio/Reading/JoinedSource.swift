import PerceptCore

/// Returns the parts of a recording one by one, opening each when it is reached.
protocol PartSequence: AnyObject {
    /// Returns the next part, or `nil` after the last.
    ///
    /// - Throws: `MediaError` `.malformedInput` or `.unsupportedFeature` for a part that cannot be read; the next call
    ///   returns the part after it. Also `.inputOutput`.
    func nextPart() throws(MediaError) -> (any SampleSource)?
}

/// A recording whose parts may differ in sample rate and layout, read as one in the format of the first.
final class JoinedSource: SampleSource {
    let header: RecordingHeader
    private let name: String
    private let parts: any PartSequence
    private var current: any SampleSource
    private var converter: PartConverter?
    private var isFinished = false
    /// The number of frames returned, and how many of them precede the current part.
    private var framesRead = 0
    private var partStart = 0
    private var partCount = 1
    /// The converted samples that were not yet returned.
    private var ready: [[Float]] = []
    private var taken = 0
    private var notes: [Warning]
    private var conversionCount = 0

    /// Creates a joined recording.
    ///
    /// - Parameters:
    ///   - frameCount: The total number of frames after conversion; `nil` if it is unknown.
    ///   - notes: The warnings about the whole recording that are known before it is read.
    init(
        _ first: any SampleSource, then parts: any PartSequence, frameCount: Int?, name: String, notes: [Warning] = []
    ) {
        header = first.header.with(frameCount: frameCount)
        current = first
        self.parts = parts
        self.name = name
        self.notes = notes
    }

    var holdsFloatingPoint: Bool { current.holdsFloatingPoint }

    var warnings: [Warning] {
        let more = conversionCount - Self.mostConversionNotes
        let summary: [Warning] = more > 0 ? ["the sample rate or layout changes \(more) more times"] : []
        return notes + summary + (isFinished ? notesOfLength : notesOfPart)
    }

    /// The number of changes reported individually; later ones are counted together.
    private static let mostConversionNotes = 4
    /// The maximum number of notes: more would bury the important ones.
    private static let mostNotes = 100

    private var notesOfLength: [Warning] {
        guard partCount > 1, let stated = header.frameCount, stated != framesRead else { return [] }
        return [
            Warning(
                "\(stated) frames (\(header.seconds(stated))) are stated, "
                    + "\(framesRead) (\(header.seconds(framesRead))) were read from \(partCount) parts")
        ]
    }

    private var notesOfPart: [Warning] {
        let replaced = converter?.replacedSampleCount ?? 0
        let own: [Warning] =
            replaced == 0 ? [] : ["\(replaced) samples were NaN or infinite and were replaced with silence"]
        guard partStart > 0 else { return current.warnings + own }
        return (current.warnings + own).map { $0.about("in the part starting at \(header.seconds(partStart))") }
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

    /// Advances to the next readable part.
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
                add(["the part at \(header.seconds(framesRead)) was left out: \(error.problem)"])
            }
        }
    }

    private func noteConversion() {
        guard converter != nil else { return }
        conversionCount += 1
        guard conversionCount <= Self.mostConversionNotes else { return }
        add([
            Warning(
                "the format changes to \(current.header.formatName) at \(header.seconds(framesRead)); "
                    + "this part was converted to \(header.formatName), the format at the start")
        ])
    }

    private func add(_ more: [Warning]) {
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
