public import PerceptCore

/// What a service takes of one recording or picture.
///
/// Limits are those that the services publish, as far as they do; services change them without notice. Where a page says
/// “MB” without saying which, it is taken for 10⁶ bytes, so that what fits here fits by either meaning. A limit that is
/// not known is `nil`, and nothing is checked against it.
public struct ServiceProfile: Sendable, Hashable {
    /// What a service takes of recordings.
    public struct AudioRules: Sendable, Hashable {
        /// `nil` where the service does not say.
        public var mediaTypes: Set<MediaType>?
        /// Seconds.
        public var durations: ClosedRange<Double>?
        /// Hz; all of them when `nil`.
        public var sampleRates: SampleRates?
        public var channelCounts: ClosedRange<Int>?
        /// Bits per sample, of what is not compressed with loss.
        public var bitDepths: Set<Int>?

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

        public enum SampleRates: Sendable, Hashable {
            case range(ClosedRange<Int>)
            case list([Int])

            func contains(_ rate: Int) -> Bool {
                switch self {
                case .range(let range): range.contains(rate)
                case .list(let rates): rates.contains(rate)
                }
            }
        }
    }

    /// What a service takes of pictures.
    public struct ImageRules: Sendable, Hashable {
        /// `nil` where the service does not say.
        public var mediaTypes: Set<MediaType>?
        /// Pixels of either side.
        public var sides: ClosedRange<Int>?

        public init(mediaTypes: Set<MediaType>? = nil, sides: ClosedRange<Int>? = nil) {
            self.mediaTypes = mediaTypes
            self.sides = sides
        }
    }

    /// How a medium travels, which decides how much of the limit is left for it.
    public enum Envelope: Sendable, Hashable {
        /// The limit is about the medium's own bytes.
        case none
        /// A form or headers around the bytes: ``ServiceProfile/envelopeAllowance`` is set aside.
        case multipart
        /// Base64 in JSON: four characters for three bytes, and the allowance.
        case base64
    }

    /// As the command takes it: `openai-whisper`.
    public let name: String
    /// Of a request or of the medium, as `envelope` says; `nil` where none is known.
    public let byteLimit: Int?
    public let envelope: Envelope
    /// `nil` when the service takes no recordings.
    public let audio: AudioRules?
    /// `nil` when the service takes no pictures.
    public let image: ImageRules?

    /// Bytes of a request that are set aside for what is around the medium: field names, parameters, headers.
    public static let envelopeAllowance = 1024

    public init(name: String, byteLimit: Int?, envelope: Envelope, audio: AudioRules?, image: ImageRules?) {
        self.name = name
        self.byteLimit = byteLimit
        self.envelope = envelope
        self.audio = audio
        self.image = image
    }

    /// Bytes that the medium itself may have.
    ///
    /// Base64 makes `4·⌈n/3⌉` characters of `n` bytes, so that `3·⌊(limit − allowance)/4⌋` bytes fit.
    public var mediumByteLimit: Int? {
        guard let byteLimit else { return nil }
        return switch envelope {
        case .none: byteLimit
        case .multipart: max(0, byteLimit - Self.envelopeAllowance)
        case .base64: max(0, byteLimit - Self.envelopeAllowance) / 4 * 3
        }
    }

    /// The profile of a name, or `nil`.
    public static func named(_ name: String) -> ServiceProfile? { all.first { $0.name == name } }
}

extension ServiceProfile {
    private static let speechFiles: Set<MediaType> = [.flac, .mp3, .mp4, .m4a, .ogg, .wav, .webm]
    private static let any = AudioRules()
    private static let anyImage = ImageRules()

    /// The services that are known.
    public static let all: [ServiceProfile] = [
        // The ID of the model is sent in the form, so the limit of the request is nearly all the file's.
        ServiceProfile(
            name: "openai-whisper", byteLimit: 25 << 20, envelope: .multipart,
            audio: AudioRules(mediaTypes: speechFiles), image: nil),
        ServiceProfile(
            name: "groq", byteLimit: 25_000_000, envelope: .multipart, audio: AudioRules(mediaTypes: speechFiles),
            image: nil),
        // Ten megabytes or a minute, whichever is less, of content in JSON; FLAC or linear PCM is asked for.
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
        // The containers' own limit is not published; the types are those that they parse by Content-Type.
        ServiceProfile(
            name: "hf-endpoint", byteLimit: nil, envelope: .none,
            audio: AudioRules(mediaTypes: [.flac, .mp3, .wav, .ogg, .webm, .amr, .m4a]),
            image: ImageRules(mediaTypes: [.png, .jpeg, .tiff, .bmp, .gif, .webp])),
        // It refuses the label audio/wav.
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
        // Of bytes sent, not of objects in S3; DetectLabels takes no side above 10 000 pixels.
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
