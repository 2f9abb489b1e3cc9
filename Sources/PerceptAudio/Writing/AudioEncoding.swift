public import PerceptCore

/// The container and sample format of a written recording.
public struct AudioEncoding: Sendable, Hashable, Codable {
    /// A file format.
    public enum Container: String, Sendable, Hashable, Codable, CaseIterable {
        case flac, wav

        /// The media type of the container.
        public var mediaType: MediaType { self == .flac ? .flac : .wav }
    }

    /// The type of the samples. Integers are signed.
    public enum SampleFormat: String, Sendable, Hashable, Codable, CaseIterable {
        case s16, s24, f32
    }

    /// The container.
    public let container: Container
    /// The type of the samples.
    public let sampleFormat: SampleFormat
    /// The noise added before samples are rounded to `s16` or `s24`; `nil`, the default, adds none.
    public let dither: Dither?

    /// Creates an encoding.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for FLAC with floating-point samples, which FLAC does not have, and
    ///   for dither with floating-point samples, which are not rounded.
    public init(container: Container, sampleFormat: SampleFormat, dither: Dither? = nil) throws(MediaError) {
        guard !(container == .flac && sampleFormat == .f32) else {
            throw MediaError(
                .invalidArgument, problem: "FLAC cannot hold f32 samples",
                remedy: "choose s16 or s24, or choose WAV")
        }
        guard dither == nil || sampleFormat != .f32 else {
            throw MediaError(
                .invalidArgument, problem: "dither does not apply to f32 samples, which are not rounded",
                remedy: "choose s16 or s24, or omit dither")
        }
        self.container = container
        self.sampleFormat = sampleFormat
        self.dither = dither
    }

    /// Decodes an encoding and checks it.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            container: values.decode(Container.self, forKey: .container),
            sampleFormat: values.decode(SampleFormat.self, forKey: .sampleFormat),
            dither: values.decodeIfPresent(Dither.self, forKey: .dither))
    }

    private init(_ container: Container, _ sampleFormat: SampleFormat) {
        self.container = container
        self.sampleFormat = sampleFormat
        dither = nil
    }

    /// FLAC with 16 bits, the usual input of speech models.
    public static let flac16 = AudioEncoding(.flac, .s16)
    /// WAV with 16 bits.
    public static let wav16 = AudioEncoding(.wav, .s16)

    /// The format that libsndfile writes; `nil` for FLAC, which has an encoder in this module.
    var soundFileFormat: SoundFileFormat? {
        switch (container, sampleFormat) {
        case (.flac, _): nil
        case (.wav, .s16): .wavPCM16
        case (.wav, .s24): .wavPCM24
        case (.wav, .f32): .wavFloat
        }
    }

    var bytesPerSample: Int {
        switch sampleFormat {
        case .s16: 2
        case .s24: 3
        case .f32: 4
        }
    }
}
