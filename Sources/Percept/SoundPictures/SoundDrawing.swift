import PerceptCore
import PerceptImage

/// A ``SoundPicture`` to write to a file.
public struct SoundDrawing: Sendable, Hashable {
    /// The panels, from top to bottom.
    public var parts: [SoundAnalysis.Part]
    /// The path of the file, with the extension .png, .jpg or .jpeg.
    public var path: String
    /// The style of the drawing.
    public var style: SoundPicture.Style
    /// The files that must not be replaced.
    public var protectedPaths: [String]

    /// Creates a drawing.
    public init(
        _ parts: [SoundAnalysis.Part] = SoundAnalysis.Part.allCases, path: String,
        style: SoundPicture.Style = SoundPicture.Style(), protectedPaths: [String] = []
    ) {
        self.parts = parts
        self.path = path
        self.style = style
        self.protectedPaths = protectedPaths
    }

    /// Checks the size and the path, before anything is read.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the path has an unknown extension or is one of the protected files,
    ///   or as ``SoundPicture/Style/check(against:)`` does.
    func check(against limits: ResourceLimits) throws(MediaError) {
        try style.check(against: limits)
        _ = try ImageEncoding(path: path)
        try OutputFile.checkReplaces(path, noneOf: protectedPaths)
    }

    func write(_ analysis: SoundAnalysis, spans: [SoundSpan] = [], limits: ResourceLimits) throws(MediaError) {
        let panels = parts.map { SoundPicture.Panel($0, of: analysis) }
        try write(SoundPicture(panels, spans: spans, style: style), limits: limits)
    }

    func write(_ picture: SoundPicture, limits: ResourceLimits) throws(MediaError) {
        try picture.image(limits: limits).write(to: path, as: ImageEncoding(path: path), protecting: protectedPaths)
    }
}
