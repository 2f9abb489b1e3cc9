public import PerceptCore

/// How a recording is written: container and sample format.
public struct AudioEncoding: Sendable, Hashable {
    public enum Container: String, Sendable, Hashable, Codable, CaseIterable {
        case flac, wav

        public var mediaType: MediaType { self == .flac ? .flac : .wav }
    }

    /// The type of the samples; integers are signed.
    public enum SampleFormat: String, Sendable, Hashable, Codable, CaseIterable {
        case s16, s24, f32
    }

    public let container: Container
    public let sampleFormat: SampleFormat
    /// Noise added before samples are rounded to `s16` or `s24`; `nil`, the default, rounds them as they are.
    public let dither: Dither?

    /// - Throws: `MediaError` `.invalidArgument` for FLAC with floating-point samples, which do not exist, and for dither with
    ///   floating-point samples, which are not rounded.
    public init(container: Container, sampleFormat: SampleFormat, dither: Dither? = nil) throws(MediaError) {
        guard !(container == .flac && sampleFormat == .f32) else {
            throw MediaError(
                .invalidArgument, problem: "FLAC holds whole numbers, not f32",
                remedy: "choose s16 or s24, or WAV as the format")
        }
        guard dither == nil || sampleFormat != .f32 else {
            throw MediaError(
                .invalidArgument, problem: "dither is for samples that are rounded, which f32 are not",
                remedy: "choose s16 or s24, or leave it out")
        }
        self.container = container
        self.sampleFormat = sampleFormat
        self.dither = dither
    }

    private init(_ container: Container, _ sampleFormat: SampleFormat) {
        self.container = container
        self.sampleFormat = sampleFormat
        dither = nil
    }

    /// FLAC with 16 bits: what speech models are fed from.
    public static let flac16 = AudioEncoding(.flac, .s16)
    public static let wav16 = AudioEncoding(.wav, .s16)

    /// Of what libsndfile writes; `nil` for FLAC, which is encoded here.
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
