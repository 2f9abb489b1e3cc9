import PerceptAudio
public import PerceptCore
import PerceptImage
import PerceptInference

/// Converts a recording or image into the upload that an endpoint expects, without sending it.
public struct PrepareOperation: Operation {
    /// `prepare`.
    public static let name = "prepare"
    /// False: nothing is sent.
    public static let sendsRequests = false

    /// The path of the upload, which appears complete or not at all.
    public var output: String
    /// The path of the receipt as JSON; `nil` for none.
    public var receiptPath: String?
    /// The drawing of a recording before and after preparation; `nil` for none.
    public var beforeAfter: SoundDrawing?

    /// Creates the operation.
    public init(output: String, receiptPath: String? = nil, beforeAfter: SoundDrawing? = nil) {
        self.output = output
        self.receiptPath = receiptPath
        self.beforeAfter = beforeAfter
    }

    /// Prepares the source into ``output``.
    public func perform(
        on source: MediaSource, with perceiver: Perceiver, progress: (@Sendable (Double) -> Void)?
    ) async throws -> Preparation {
        try beforeAfter?.check(against: perceiver.limits)
        var preparation = try await BlockingWork.run {
            switch try source.kind(reading: perceiver.audioPreparation.reading) {
            case .recording:
                Preparation(
                    try perceiver.audioPreparation.prepare(
                        source, toFile: output, limits: perceiver.limits, progress: progress),
                    file: source.name, output: output)
            case .image:
                Preparation(
                    try perceiver.imagePreparation.prepare(
                        source, toFile: output, limits: perceiver.limits, progress: progress),
                    file: source.name, output: output)
            }
        }
        if let receiptPath {
            let file = try OutputFile(path: receiptPath, protecting: [source.path, output].compactMap(\.self))
            try file.write(JSONValue(encoding: preparation.receipt).serializedForReading())
            try file.commit()
        }
        guard var drawing = beforeAfter else { return preparation }
        guard case .time(let receipt) = preparation.receipt else {
            preparation.warnings.append("not a recording; there is no sound to draw")
            return preparation
        }
        drawing.protectedPaths.append(output)
        let picture = try await SoundPicture.comparing(
            source, with: .file(output), receipt: receipt, reading: perceiver.audioPreparation.reading,
            style: drawing.style, limits: perceiver.limits)
        try await BlockingWork.run { [drawing] in try drawing.write(picture, limits: perceiver.limits) }
        preparation.beforeAfter = drawing.path
        return preparation
    }
}

extension Perceiver {
    /// Returns the extension of the upload that `source` is prepared into.
    ///
    /// - Throws: `MediaError` if the source cannot be read or is neither a recording nor an image.
    public func uploadExtension(for source: MediaSource) throws(MediaError) -> String {
        switch try source.kind(reading: audioPreparation.reading) {
        case .recording: audioPreparation.encoding.container.mediaType.fileExtension
        case .image: imagePreparation.mediaType(for: try source.mediaType()).fileExtension
        }
    }
}
