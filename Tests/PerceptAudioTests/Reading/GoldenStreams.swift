import Foundation
@testable import PerceptAudio
import PerceptCore
import PerceptTestSupport
import Testing

/// Short MP3, Ogg Vorbis and Ogg Opus streams, and what other decoders make of them; see
/// TestMedia/golden/make_stream_golden.py, which says which decoder stands for which stream, and why.
struct GoldenStream: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let sampleRate: Int
    let channelCount: Int
    let frameCount: Int
    /// Every ``step``th sample of each channel, in units of 1/32768.
    let samples: [[Float]]
    let file: Data

    var testDescription: String { name }
    var bytes: [UInt8] { [UInt8](file) }

    private struct Golden: Decodable {
        let step: Int
        let cases: [GoldenStream]
    }

    private static let golden: Golden? = try? {
        let decoder = JSONDecoder()
        decoder.dataDecodingStrategy = .base64
        return try decoder.decode(
            Golden.self, from: Data(TestFiles.bytes(of: TestFiles.media("golden/streams.json"))))
    }()

    static let all = golden?.cases ?? []
    static let step = golden?.step ?? 1

    static func named(_ name: String) throws -> GoldenStream {
        try #require(all.first { $0.name == name }, "streams.json has no \(name)")
    }
}

/// A recording as it was read.
struct ReadRecording {
    let header: RecordingHeader
    var planes: [[Float]]
    let warnings: [Warning]

    init(_ bytes: [UInt8], frameLimit: Int = 4096) throws {
        var reader = try RecordingReader(.bytes(bytes), ffmpeg: nil)
        header = reader.header
        planes = [[Float]](repeating: [], count: header.channelCount)
        while let block = try reader.readBlock(frameLimit: frameLimit) {
            #expect((1...frameLimit).contains(block.frameCount))
            for channel in planes.indices { planes[channel] += block.planes[channel] }
        }
        warnings = reader.warnings
    }

    var frameCount: Int { planes[0].count }

    /// The amplitude of a sine of `frequency` in the middle half of `frames` of a channel.
    func amplitude(_ frequency: Double, channel: Int = 0, in frames: Range<Int>) -> Double {
        let margin = frames.count / 4
        let middle = frames.lowerBound + margin..<frames.upperBound - margin
        guard middle.upperBound <= frameCount else { return -1 }
        var (cosine, sine) = (0.0, 0.0)
        for frame in middle {
            let phase = 2 * Double.pi * frequency * Double(frame) / Double(header.sampleRate)
            cosine += Double(planes[channel][frame]) * cos(phase)
            sine += Double(planes[channel][frame]) * sin(phase)
        }
        return 2 * (cosine * cosine + sine * sine).squareRoot() / Double(middle.count)
    }

    /// The largest difference from what the other decoder gave, when `stream` begins at `frame`.
    func difference(from stream: GoldenStream, at frame: Int = 0) -> Float {
        var largest: Float = 0
        for (plane, samples) in zip(planes, stream.samples) {
            for (index, sample) in samples.enumerated() where frame + index * GoldenStream.step < plane.count {
                largest = max(largest, abs(plane[frame + index * GoldenStream.step] - sample / 32768))
            }
        }
        return largest
    }
}

/// Pages of an Ogg file.
enum OggPages {
    static func pages(_ bytes: [UInt8]) -> [[UInt8]] {
        var (pages, start): ([[UInt8]], Int) = ([], 0)
        while start + 27 <= bytes.count {
            let segments = Int(bytes[start + 26])
            guard start + 27 + segments <= bytes.count else { break }
            let length = 27 + segments + bytes[start + 27..<start + 27 + segments].reduce(0) { $0 + Int($1) }
            guard start + length <= bytes.count else { break }
            pages.append(Array(bytes[start..<start + length]))
            start += length
        }
        return pages
    }

    /// The pages of `bytes`, as far as they are whole, with checksums that fit (RFC 3533 §6).
    static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
        pages(bytes).flatMap { page in
            var page = page
            for index in 22..<26 { page[index] = 0 }
            var sum: UInt32 = 0
            for byte in page {
                sum ^= UInt32(byte) << 24
                for _ in 0..<8 { sum = sum >> 31 == 1 ? sum << 1 ^ 0x04C1_1DB7 : sum << 1 }
            }
            for index in 0..<4 { page[22 + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index))) }
            return page
        }
    }

    /// The granule position of a page.
    static func granule(_ page: [UInt8]) -> Int {
        page[6..<14].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
