@testable import PerceptAudio

/// Recordings in the containers that libsndfile both writes and reads.
enum SoundFileBytes {
    private static let formats: [String: CInt] = [
        // sndfile.h: the container in the upper half, the coding in the lower.
        "aiff": 0x02_0002, "aifc": 0x02_0006, "au": 0x03_0002, "caf": 0x18_0002, "alac": 0x18_0070, "vorbis": 0x20_0060,
        "opus": 0x20_0064, "mp3": 0x23_0082,
    ]

    /// `samples` as a mono recording of 16 kHz; `nil` where libsndfile was built without the codec.
    static func encoded(_ samples: [Int16], as name: String) -> [UInt8]? {
        guard let format = formats[name].map(SoundFileFormat.init(rawValue:)) else { return nil }
        let file = VirtualFile(byteLimit: 1 << 20)
        guard
            let soundFile = try? SoundFile.writing(file, format: format, sampleRate: 16_000, channelCount: 1),
            soundFile.write(samples), soundFile.close() == nil
        else { return nil }
        return file.bytes
    }
}
