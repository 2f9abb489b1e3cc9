package import PerceptCore

/// A copy of a recording for listening: mono MP3 at 16 kHz and a constant bit rate, so that players can seek precisely.
///
/// It is for people only, since lossy compression may change what a model hears.
package struct ListeningCopy: Sendable {
    package static let sampleRate = 16_000
    /// The bit rates to try, in kbit/s: 48 is good speech, 8 is still intelligible.
    static let bitRates = [48, 40, 32, 24, 16, 8]
    /// The bit rates in kbit/s of MPEG-2 at this sample rate; libsndfile's compression levels lie between them.
    private static let bitRateBounds = (highest: 160.0, lowest: 8.0)
    /// The bytes of one frame at either end and of the encoder's header.
    private static let overhead = 4096

    package let mediaType = MediaType.mp3
    package let bytes: [UInt8]

    /// Returns the highest bit rate in kbit/s at which `duration` seconds fit, or `nil` if none does.
    static func bitRate(duration: Double, byteLimit: Int) -> Int? {
        bitRates.first { duration * Double($0) * 125 + Double(overhead) <= Double(byteLimit) }
    }

    /// True if the installed libsndfile can write MP3.
    package static var isAvailable: Bool {
        SoundFile.canWrite(.mp3, sampleRate: sampleRate, channelCount: 1)
    }

    /// Encodes a recording.
    ///
    /// - Parameters:
    ///   - source: The recording.
    ///   - duration: Its length in seconds.
    ///   - byteLimit: The maximum size of the copy in bytes, which determines the bit rate.
    ///   - limits: The resource limits for reading `source`.
    /// - Throws: `MediaError` for the same reasons as ``RecordingReader``; `.limitExceeded` if no bit rate is low
    ///   enough, `.unsupportedFeature` if libsndfile cannot write MP3.
    package init(
        of source: MediaSource, duration: Double, byteLimit: Int, limits: ResourceLimits
    ) throws(MediaError) {
        guard let bitRate = Self.bitRate(duration: duration, byteLimit: byteLimit) else {
            throw MediaError(
                .limitExceeded, source: source.name,
                problem: "exceeds \(byteLimit) bytes even as MP3 at \(Self.bitRates.last ?? 0) kbit/s",
                remedy: "allow more bytes, or shorten the recording")
        }
        let preparation = AudioPreparation(sampleRate: Self.sampleRate)
        var pass = try PreparationPass<Encoder>(preparation, .encoded(source), [0..<Int.max], gain: 1, limits)
        let chain = try pass.next { _ throws(MediaError) in
            try Encoder(name: source.name, level: Self.level(bitRate), byteLimit: byteLimit)
        }
        guard let chain else { throw .noAudio(in: source.name) }
        bytes = try chain.finish().finish()
    }

    private static func level(_ bitRate: Int) -> Double {
        (bitRateBounds.highest - Double(bitRate)) / (bitRateBounds.highest - bitRateBounds.lowest)
    }

    /// Encodes the output of a chain on the chain's own thread.
    private final class Encoder: SampleSink {
        private let name: String
        private let file: VirtualFile
        private var soundFile: SoundFile?
        private var quantizer = SampleQuantizer(dither: nil)

        init(name: String, level: Double, byteLimit: Int) throws(MediaError) {
            self.name = name
            file = VirtualFile(byteLimit: byteLimit)
            guard ListeningCopy.isAvailable else {
                throw MediaError(
                    .unsupportedFeature, source: name, problem: "the installed libsndfile cannot write MP3",
                    remedy: "install libsndfile 1.1 or later with LAME")
            }
            do {
                let opened = try SoundFile.writing(
                    file, format: .mp3, sampleRate: ListeningCopy.sampleRate, channelCount: 1)
                opened.useConstantBitRate(level: level)
                soundFile = consume opened
            } catch {
                throw MediaError(.inputOutput, source: name, problem: "cannot be encoded: \(error.message)")
            }
        }

        func write(_ planes: [[Float]]) throws(MediaError) {
            guard planes.first?.isEmpty == false else { return }
            guard soundFile?.write(quantizer.quantizeToShorts(planes)) == true, file.writeFailure == nil else {
                throw failure("not all samples were accepted")
            }
        }

        func finish() throws(MediaError) -> [UInt8] {
            if let soundFile = soundFile.take(), let message = soundFile.close() { throw failure(message) }
            guard file.writeFailure == nil else { throw failure("closing failed") }
            return file.bytes
        }

        private func failure(_ message: String) -> MediaError {
            if case .byteLimit(let limit) = file.writeFailure {
                return MediaError(
                    .limitExceeded, source: name, problem: "exceeds \(limit) bytes as MP3",
                    remedy: "allow more bytes, or shorten the recording")
            }
            return MediaError(.inputOutput, source: name, problem: "cannot be encoded: \(message)")
        }
    }
}
