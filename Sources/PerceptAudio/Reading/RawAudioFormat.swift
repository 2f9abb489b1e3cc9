/// The format of samples without a header, stated by the caller.
public struct RawAudioFormat: Sendable, Hashable, Codable {
    /// The coding of samples.
    public enum Encoding: Sendable, Hashable, Codable {
        /// Each sample is stored by itself.
        case samples(PCMSampleFormat)
        /// GSM 06.10 full rate: 33 bytes for 160 samples of one channel.
        case gsm
        /// G.722 at 64 kbit/s: one byte for two samples of one channel, at 16 kHz. Decoded by ffmpeg.
        case g722

        /// All encodings.
        public static let all = PCMSampleFormat.allCases.map(Encoding.samples) + [.gsm, .g722]

        /// The name in descriptions, such as `s16le`, `mulaw` or `gsm`.
        public var name: String {
            switch self {
            case .samples(let format): format.rawValue
            case .gsm: "gsm"
            case .g722: "g722"
            }
        }

        /// The sample rate in Hz if none is stated; `nil` for linear samples, which have no usual rate.
        public var usualSampleRate: Int? {
            switch self {
            case .samples(let format): format.isCompanded ? 8000 : nil
            case .gsm: 8000
            case .g722: 16_000
            }
        }
    }

    /// The coding of samples.
    public var encoding: Encoding
    /// The sample rate in Hz.
    public var sampleRate: Int
    /// The number of interleaved channels.
    public var channelCount: Int

    /// Creates a format of samples that are stored by themselves.
    public init(sampleFormat: PCMSampleFormat, sampleRate: Int, channelCount: Int) {
        self.init(.samples(sampleFormat), sampleRate: sampleRate, channelCount: channelCount)
    }

    private init(_ encoding: Encoding, sampleRate: Int, channelCount: Int) {
        self.encoding = encoding
        self.sampleRate = sampleRate
        self.channelCount = channelCount
    }

    /// Creates a format from a description: the name of an encoding, the sample rate in Hz and the number of channels,
    /// such as `s16le:16000:1`.
    ///
    /// `mulaw`, `alaw`, `gsm` and `g722` may stand alone or with a rate; they have their usual rate and one channel.
    ///
    /// - Throws: ``Invalid``.
    public init(parsing description: String) throws(Invalid) {
        let parts = description.split(separator: ":", omittingEmptySubsequences: false)
        guard let encoding = Encoding.all.first(where: { $0.name == parts[0] }) else { throw .form }
        guard parts.count <= 3, parts.count == 3 || encoding.usualSampleRate != nil else { throw .form }
        func number(_ index: Int, _ usual: Int?) throws(Invalid) -> Int {
            guard parts.indices.contains(index) else { return usual ?? 0 }
            guard let number = Int(parts[index]), number > 0, parts[index].allSatisfy(\.isNumber) else { throw .form }
            return number
        }
        let sampleRate = try number(1, encoding.usualSampleRate)
        let channelCount = try number(2, 1)
        if encoding == .g722, sampleRate != 16_000 { throw .g722Rate(sampleRate) }
        if encoding.isBlockwise, channelCount != 1 { throw .channels(encoding, channelCount) }
        self.init(encoding, sampleRate: sampleRate, channelCount: channelCount)
    }

    /// Creates a format from a description; `nil` if it is invalid. See ``init(parsing:)``.
    public init?(_ description: String) {
        guard let format = try? RawAudioFormat(parsing: description) else { return nil }
        self = format
    }

    /// The reason why a description is invalid.
    public enum Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        /// The encoding is unknown, or a number is missing or not positive.
        case form
        /// A rate other than 16000 Hz for G.722.
        case g722Rate(Int)
        /// Several channels of an encoding that has one.
        case channels(Encoding, Int)

        /// A sentence about the expected form.
        public var description: String {
            switch self {
            case .form:
                let names = Encoding.all.filter { $0.usualSampleRate == nil }.map(\.name).joined(separator: ", ")
                return "expected format:hz:channels, such as s16le:44100:2, where format is one of \(names); or mulaw, "
                    + "alaw, gsm or g722, each with or without :hz"
            case .g722Rate(let rate):
                let clock = rate == 8000 ? " (8000 is only its clock rate in RTP, RFC 3551)" : ""
                return "expected 16000 Hz for g722, not \(rate)\(clock)"
            case .channels(let encoding, let count):
                return "expected one channel for \(encoding.name), not \(count)"
            }
        }
    }

    /// The bytes and the samples of a GSM frame.
    static let (gsmByteCount, gsmSampleCount) = (33, 160)

    /// The number of bytes that are decoded together.
    var blockByteCount: Int {
        switch encoding {
        case .samples(let format): format.byteCount * channelCount
        case .gsm: Self.gsmByteCount
        case .g722: 1
        }
    }
}

extension RawAudioFormat.Encoding {
    fileprivate var isBlockwise: Bool { self == .gsm || self == .g722 }
}

extension RawAudioFormat: CustomStringConvertible {
    /// The format as text, such as `s16le:16000:1`.
    public var description: String { "\(encoding.name):\(sampleRate):\(channelCount)" }
}
