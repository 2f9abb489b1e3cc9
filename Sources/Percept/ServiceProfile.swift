public import PerceptCore

/// The limits of a service for one recording or image.
///
/// The limits are those that services publish, which may change without notice. An ambiguous “MB” is taken as 10⁶
/// bytes, so that a file that fits here fits by either definition. An unknown limit is `nil` and is not checked.
public struct ServiceProfile: Sendable, Hashable {
    /// The limits for recordings.
    public struct AudioRules: Sendable, Hashable {
        /// The accepted media types; `nil` if unknown.
        public var mediaTypes: Set<MediaType>?
        /// The accepted durations in seconds.
        public var durations: ClosedRange<Double>?
        /// The accepted sample rates; all if `nil`.
        public var sampleRates: SampleRates?
        /// The accepted numbers of channels.
        public var channelCounts: ClosedRange<Int>?
        /// The accepted bits per sample of uncompressed or losslessly compressed recordings.
        public var bitDepths: Set<Int>?

        /// Creates rules; by default everything is accepted.
        public init(
            mediaTypes: Set<MediaType>? = nil, durations: ClosedRange<Double>? = nil, sampleRates: SampleRates? = nil,
            channelCounts: ClosedRange<Int>? = nil, bitDepths: Set<Int>? = nil
        ) {
            self.mediaTypes = mediaTypes
            self.durations = durations
            self.sampleRates = sampleRates
            self.channelCounts = channelCounts
            self.bitDepths = bitDepths
        }

        /// A set of sample rates in Hz.
        public enum SampleRates: Sendable, Hashable {
            /// All rates of a range.
            case range(ClosedRange<Int>)
            /// The rates of a list.
            case list([Int])

            func contains(_ rate: Int) -> Bool {
                switch self {
                case .range(let range): range.contains(rate)
                case .list(let rates): rates.contains(rate)
                }
            }
        }
    }

    /// The limits for images.
    public struct ImageRules: Sendable, Hashable {
        /// The accepted media types; `nil` if unknown.
        public var mediaTypes: Set<MediaType>?
        /// The accepted lengths of each side in pixels.
        public var sides: ClosedRange<Int>?

        /// Creates rules; by default everything is accepted.
        public init(mediaTypes: Set<MediaType>? = nil, sides: ClosedRange<Int>? = nil) {
            self.mediaTypes = mediaTypes
            self.sides = sides
        }
    }

    /// The encoding of a file in a request, which determines how much of the limit is left for the file.
    public enum Envelope: Sendable, Hashable {
        /// The limit applies to the file itself.
        case none
        /// The file is part of a multipart form; ``ServiceProfile/envelopeAllowance`` is reserved for the rest.
        case multipart
        /// The file is base64 in JSON, four characters for three bytes; the allowance is reserved too.
        case base64
    }

    /// The name of the profile, such as `openai-whisper`.
    public let name: String
    /// The maximum number of bytes of the request or the file, depending on ``envelope``; `nil` if unknown.
    public let byteLimit: Int?
    /// The encoding of the file in a request.
    public let envelope: Envelope
    /// The limits for recordings; `nil` if the service accepts none.
    public let audio: AudioRules?
    /// The limits for images; `nil` if the service accepts none.
    public let image: ImageRules?

    /// The number of bytes of a request that are reserved for field names, parameters and headers.
    public static let envelopeAllowance = 1024

    /// Creates a profile.
    public init(name: String, byteLimit: Int?, envelope: Envelope, audio: AudioRules?, image: ImageRules?) {
        self.name = name
        self.byteLimit = byteLimit
        self.envelope = envelope
        self.audio = audio
        self.image = image
    }

    /// The maximum number of bytes of the file itself.
    ///
    /// Base64 turns `n` bytes into `4·⌈n/3⌉` characters, so that `3·⌊(limit − allowance)/4⌋` bytes fit.
    public var mediumByteLimit: Int? {
        guard let byteLimit else { return nil }
        return switch envelope {
        case .none: byteLimit
        case .multipart: max(0, byteLimit - Self.envelopeAllowance)
        case .base64: max(0, byteLimit - Self.envelopeAllowance) / 4 * 3
        }
    }

    /// Returns the profile with a name, or `nil`.
    public static func named(_ name: String) -> ServiceProfile? { all.first { $0.name == name } }
}

extension ServiceProfile {
    private static let speechFiles: Set<MediaType> = [.flac, .mp3, .mp4, .m4a, .ogg, .wav, .webm]
    private static let any = AudioRules()
    private static let anyImage = ImageRules()

    /// All known services.
    public static let all: [ServiceProfile] = [
        // The form contains little besides the file: the model's ID.
        ServiceProfile(
            name: "openai-whisper", byteLimit: 25 << 20, envelope: .multipart,
            audio: AudioRules(mediaTypes: speechFiles), image: nil),
        ServiceProfile(
            name: "groq", byteLimit: 25_000_000, envelope: .multipart, audio: AudioRules(mediaTypes: speechFiles),
            image: nil),
        // Ten megabytes or one minute, whichever is less, of content in JSON; FLAC or linear PCM is recommended.
        ServiceProfile(
            name: "google-sync", byteLimit: 10_000_000, envelope: .base64,
            audio: AudioRules(
                mediaTypes: [.flac, .wav, .mp3, .ogg, .amr, .webm], durations: 0...60,
                sampleRates: .range(8000...48_000)), image: nil),
        ServiceProfile(
            name: "assemblyai", byteLimit: 2_200_000_000, envelope: .none, audio: AudioRules(durations: 0.16...36_000),
            image: nil),
        ServiceProfile(
            name: "assemblyai-sync", byteLimit: 40_000_000, envelope: .none,
            audio: AudioRules(
                durations: 0.08...120,
                sampleRates: .list([8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]), channelCounts: 1...2,
                bitDepths: [16]), image: nil),
        ServiceProfile(
            name: "gemini-inline", byteLimit: 20_000_000, envelope: .base64,
            audio: AudioRules(mediaTypes: [.wav, .mp3, .aiff, .aac, .ogg, .flac]),
            image: ImageRules(mediaTypes: [.png, .jpeg, .webp, .heic])),
        // The containers publish no limit; the types are those that they recognize by Content-Type.
        ServiceProfile(
            name: "hf-endpoint", byteLimit: nil, envelope: .none,
            audio: AudioRules(mediaTypes: [.flac, .mp3, .wav, .ogg, .webm, .amr, .m4a]),
            image: ImageRules(mediaTypes: [.png, .jpeg, .tiff, .bmp, .gif, .webp])),
        // The service rejects the media type audio/wav.
        ServiceProfile(
            name: "fal", byteLimit: nil, envelope: .base64, audio: AudioRules(mediaTypes: [.mp3]), image: nil),
        ServiceProfile(
            name: "sagemaker-realtime", byteLimit: 6_000_000, envelope: .none, audio: any, image: anyImage),
        ServiceProfile(
            name: "sagemaker-serverless", byteLimit: 4_000_000, envelope: .none, audio: any, image: anyImage),
        ServiceProfile(
            name: "sagemaker-async", byteLimit: 1_000_000_000, envelope: .none, audio: any, image: anyImage),
        ServiceProfile(name: "runpod-run", byteLimit: 10_000_000, envelope: .base64, audio: any, image: anyImage),
        ServiceProfile(name: "runpod-runsync", byteLimit: 20_000_000, envelope: .base64, audio: any, image: anyImage),
        // The limit applies to bytes in the request, not to objects in S3. DetectLabels accepts sides of up to 10 000
        // pixels.
        ServiceProfile(
            name: "rekognition", byteLimit: 5_000_000, envelope: .none, audio: nil,
            image: ImageRules(mediaTypes: [.png, .jpeg], sides: 80...10_000)),
        ServiceProfile(
            name: "oci-vision", byteLimit: 5_000_000, envelope: .none, audio: nil,
            image: ImageRules(mediaTypes: [.png, .jpeg], sides: 32...10_000)),
        ServiceProfile(
            name: "huawei-image", byteLimit: 10_000_000, envelope: .base64, audio: nil, image: anyImage),
    ]
}
