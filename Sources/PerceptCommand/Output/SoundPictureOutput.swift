import Percept
import PerceptCore
import PerceptImage

/// The output paths of drawings of sound; a waveform and a spectrogram with the same path share one image.
struct SoundPictureOutput {
    private var namings: [(parts: [SoundAnalysis.Part], naming: OutputNaming)]
    private let inputs: [String]
    private let style: SoundPicture.Style

    /// Creates the outputs; equal paths stand for one image.
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

    /// The images to draw for one recording.
    struct Plan: Sendable {
        let pictures: [(parts: [SoundAnalysis.Part], path: String)]
        let style: SoundPicture.Style
        let inputs: [String]

        var parts: Set<SoundAnalysis.Part> { Set(pictures.flatMap(\.parts)) }
        var columnCount: Int { style.columnCount(parts) }

        /// Each path with the name of the option that requested it.
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

    /// Returns the images to draw for `source`, before anything is read.
    ///
    /// - Throws: ``MediaError`` when a name has no known extension or is already taken, or the size exceeds `limits`.
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
    /// Returns the spans of a JSON file.
    ///
    /// - Throws: ``MediaError`` when it cannot be read or contains none.
    static func saved(_ path: String) throws(MediaError) -> [SoundSpan] {
        do throws(MediaError) {
            return try spans(of: SavedAnswer.json(path))
        } catch {
            throw error.about(path)
        }
    }
}
