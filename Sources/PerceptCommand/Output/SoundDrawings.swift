import Percept
import PerceptBatch
import PerceptCore
import PerceptImage

/// The drawings of sound that were requested, with their paths for each input; a waveform and a spectrogram with the
/// same path share one image.
struct SoundDrawings: Sendable {
    private var requested: [(parts: [SoundAnalysis.Part], naming: OutputNaming)] = []
    private let style: SoundPicture.Style
    private let protectedPaths: [String]

    /// - Parameters:
    ///   - waveform: the path of the waveform, or a folder if there are several inputs; `nil` for none.
    ///   - spectrogram: the path of the spectrogram.
    ///   - protectedPaths: files that must not be replaced.
    init(
        waveform: String?, spectrogram: String?, _ sources: SourceOptions, protecting protectedPaths: [String],
        style: SoundPicture.Style
    ) throws(MediaError) {
        self.style = style
        self.protectedPaths = protectedPaths
        if let waveform, waveform == spectrogram {
            requested = [([.waveform, .spectrogram], try OutputNaming(waveform, sources))]
            return
        }
        if let waveform { requested.append(([.waveform], try OutputNaming(waveform, sources))) }
        if let spectrogram { requested.append(([.spectrogram], try OutputNaming(spectrogram, sources))) }
    }

    /// - Parameter path: the path of an image of both; `nil` for none.
    init(both path: String?, _ sources: SourceOptions, protecting protectedPaths: [String], style: SoundPicture.Style)
        throws(MediaError)
    {
        try self.init(waveform: path, spectrogram: path, sources, protecting: protectedPaths, style: style)
    }

    /// Returns the drawings for one input.
    ///
    /// - Throws: ``MediaError`` if a path is already taken or its folder cannot be created.
    func drawings(for item: BatchItem) throws -> [SoundDrawing] {
        try requested.map { request in
            SoundDrawing(
                request.parts, path: try request.naming.output(for: item) { "png" }, style: style,
                protectedPaths: protectedPaths + [item.source.path].compactMap(\.self))
        }
    }
}
