package import PerceptCore

/// A recording as a person is given it to listen to: MP3 of 16 kHz, mixed into one channel, at a constant bit rate, so that a player finds any time in it.
///
/// It is for ears alone: what models hear of a lossy copy is another matter.
package struct ListeningCopy: Sendable {
    package static let sampleRate = 16_000
    /// Bits per second that are tried, in thousands: 48 is good speech, 8 can still be understood.
    static let bitRates = [48, 40, 32, 24, 16, 8]
    /// The largest and the smallest that MPEG 2 has at this rate, between which libsndfile's levels of compression lie.
    private static let bitRateBounds = (highest: 160.0, lowest: 8.0)
    /// A frame at either end, and the encoder's own.
    private static let overhead = 4096

    package let mediaType = MediaType.mp3
    package let bytes: [UInt8]

    /// Thousands of bits per second with which `duration` seconds fit; `nil` where none will do.
    static func bitRate(duration: Double, byteLimit: Int) -> Int? {
        bitRates.first { duration * Double($0) * 125 + Double(overhead) <= Double(byteLimit) }
    }

    /// Whether the installed libsndfile writes MP3.
    package static var isAvailable: Bool {
        SoundFile.canWrite(.mp3, sampleRate: sampleRate, channelCount: 1)
    }

    /// - Parameters:
    ///   - source: the recording.
    ///   - duration: its length in seconds.
    ///   - byteLimit: bytes of the copy at most; the bit rate is chosen for it.
    ///   - limits: what `source` may not exceed.
    /// - Throws: `MediaError` as ``RecordingReader`` does; `.limitExceeded` where no bit rate is low enough, `.unsupportedFeature` where
    ///   libsndfile writes no MP3.
    package init(
        of source: MediaSource, duration: Double, byteLimit: Int, limits: ResourceLimits
    ) throws(MediaError) {
        guard let bitRate = Self.bitRate(duration: duration, byteLimit: byteLimit) else {
            throw MediaError(
                .limitExceeded, source: source.name,
                problem: "is larger than \(byteLimit) bytes even as MP3 of \(Self.bitRates.last ?? 0) kbit/s",
                remedy: "allow more bytes, or cut it")
        }
        let preparation = AudioPreparation(sampleRate: Self.sampleRate)
        var run = try RangeRun<Encoder>(preparation, .source(source), [0..<Int.max], gain: 1, limits)
        let chain = try run.next { _, _ throws(MediaError) in
            try Encoder(name: source.name, level: Self.level(bitRate), byteLimit: byteLimit)
        }
        guard let chain else {
            throw MediaError(
                .malformedInput, source: source.name, problem: "holds no sound: 0 frames",
                remedy: "record or export it again")
        }
        bytes = try chain.finish().finish()
    }

    private static func level(_ bitRate: Int) -> Double {
        (bitRateBounds.highest - Double(bitRate)) / (bitRateBounds.highest - bitRateBounds.lowest)
    }

    /// Encodes what a chain makes, on the chain's own thread.
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
                    .unsupportedFeature, source: name, problem: "cannot be written as MP3 by this libsndfile",
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
                throw failure("not all samples were taken")
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
                    .limitExceeded, source: name, problem: "is larger than \(limit) bytes as MP3",
                    remedy: "allow more bytes, or cut it")
            }
            return MediaError(.inputOutput, source: name, problem: "cannot be encoded: \(message)")
        }
    }
}
