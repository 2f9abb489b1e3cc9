import Percept
import PerceptCore
import PerceptImage

/// Where pictures of recordings go, and which of them share one.
struct SoundPictureOutput {
    private var namings: [(parts: [SoundAnalysis.Part], naming: OutputNaming)]
    private let inputs: [String]
    private let style: SoundPicture.Style

    /// Paths that are the same mean one picture.
    ///
    /// - Parameter otherInputs: files besides `inputs` that must not be replaced.
    init(
        waveform: String?, spectrogram: String?, inputs: [String], otherInputs: [String] = [], style: SoundPicture.Style
    ) {
        self.inputs = inputs + otherInputs
        self.style = style
        let shared = waveform != nil && waveform == spectrogram
        let asked: [([SoundAnalysis.Part], String?)] =
            shared
            ? [([.waveform, .spectrogram], waveform)] : [([.waveform], waveform), ([.spectrogram], spectrogram)]
        namings = asked.compactMap { parts, path in path.map { (parts, OutputNaming($0, inputs: inputs)) } }
    }

    /// The pictures of one recording.
    struct Plan: Sendable {
        let pictures: [(parts: [SoundAnalysis.Part], path: String)]
        let style: SoundPicture.Style
        let inputs: [String]

        var parts: Set<SoundAnalysis.Part> { Set(pictures.flatMap(\.parts)) }
        var columnCount: Int { style.columnCount(parts) }

        /// Each path by the option that asked for it.
        var named: [(key: String, path: String)] {
            pictures.flatMap { picture in
                picture.parts.map { ($0 == .waveform ? "waveform" : "spectrogram", picture.path) }
            }
        }

        func write(_ analysis: SoundAnalysis, spans: [SoundSpan], limits: ResourceLimits) throws {
            for picture in pictures {
                let panels = picture.parts.map { SoundPicture.Panel($0, of: analysis) }
                let image = try SoundPicture(panels, spans: spans, style: style).image(limits: limits)
                try PictureOutput.write(image, to: picture.path, protecting: inputs)
            }
        }
    }

    /// - Throws: ``MediaError`` when a name says no format or is taken, or the size exceeds `limits`, before anything is read.
    mutating func plan(for source: MediaSource, limits: ResourceLimits) throws -> Plan {
        if !namings.isEmpty { try style.check(against: limits) }
        var pictures: [(parts: [SoundAnalysis.Part], path: String)] = []
        for index in namings.indices {
            let path = try namings[index].naming.output(for: source, fileExtension: "png")
            _ = try PictureOutput.encoding(for: path)
            try OutputFile.checkReplaces(path, noneOf: inputs)
            pictures.append((namings[index].parts, path))
        }
        return Plan(pictures: pictures, style: style, inputs: inputs)
    }
}

extension SoundSpan {
    /// Those of a file.
    ///
    /// - Throws: ``MediaError`` when it cannot be read, or holds none.
    static func saved(_ path: String) throws(MediaError) -> [SoundSpan] {
        do throws(MediaError) {
            return try spans(of: SavedAnswer.json(path))
        } catch {
            throw error.about(path)
        }
    }
}
