import Percept
import PerceptCore
import PerceptImage

/// The drawings of sound that were requested, with their paths for each input; a waveform and a spectrogram with the
/// same path share one image.
struct SoundDrawings {
    private var requested: [(parts: [SoundAnalysis.Part], naming: OutputNaming)] = []
    private let style: SoundPicture.Style
    private let protectedPaths: [String]

    /// - Parameters:
    ///   - waveform: the path of the waveform, or a folder if there are several inputs; `nil` for none.
    ///   - spectrogram: the path of the spectrogram.
    ///   - protectedPaths: files that must not be replaced.
    init(
        waveform: String?, spectrogram: String?, inputs: [String], protecting protectedPaths: [String],
        style: SoundPicture.Style
    ) {
        self.style = style
        self.protectedPaths = protectedPaths
        if let waveform, waveform == spectrogram {
            requested = [([.waveform, .spectrogram], OutputNaming(waveform, inputs: inputs))]
            return
        }
        if let waveform { requested.append(([.waveform], OutputNaming(waveform, inputs: inputs))) }
        if let spectrogram { requested.append(([.spectrogram], OutputNaming(spectrogram, inputs: inputs))) }
    }

    /// - Parameter path: the path of an image of both; `nil` for none.
    init(both path: String?, inputs: [String], protecting protectedPaths: [String], style: SoundPicture.Style) {
        self.init(waveform: path, spectrogram: path, inputs: inputs, protecting: protectedPaths, style: style)
    }

    /// Returns the drawings for one input.
    ///
    /// - Throws: ``MediaError`` if a path is already taken or its folder cannot be created.
    mutating func drawings(for source: MediaSource) throws -> [SoundDrawing] {
        var drawings: [SoundDrawing] = []
        for index in requested.indices {
            let path = try requested[index].naming.output(for: source) { "png" }
            drawings.append(
                SoundDrawing(requested[index].parts, path: path, style: style, protectedPaths: protectedPaths))
        }
        return drawings
    }
}
