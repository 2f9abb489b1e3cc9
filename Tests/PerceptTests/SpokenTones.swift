import Foundation
import HTTPTypes
import PerceptAudio
import PerceptInference
import PerceptTestSupport
import Synchronization

@testable import Percept

/// ``SpokenWords`` as sound: word k of 256 is a tone of 500 + 25·k Hz.
enum SpokenTones {
    static let rate = 16_000

    static func recording(of spoken: SpokenWords) throws -> Recording {
        var samples = [Float](repeating: 0, count: Int(spoken.duration * Double(rate)))
        for (index, word) in spoken.words.enumerated() {
            let step = 2 * Double.pi * (500 + 25 * Double(index % 256)) / Double(rate)
            let first = Int(word.start * Double(rate))
            for frame in first..<min(samples.count, Int(word.end * Double(rate))) {
                samples[frame] = Float(0.3 * sin(step * Double(frame - first)))
            }
        }
        return try Recording(sampleRate: rate, channels: .mono, planes: [samples])
    }

    /// The tones of an upload in windows of 10 ms, those of 30 ms or more.
    static func hear(_ upload: Recording) -> [(tone: Int, start: Double, end: Double)] {
        let (samples, window) = (upload.planes[0], upload.sampleRate / 100)
        var heard: [(Int, Double, Double)] = []
        var first: Int?
        for index in 0...samples.count / window {
            let range = index * window..<min(samples.count, (index + 1) * window)
            let energy = samples[range].reduce(0) { $0 + $1 * $1 } / Float(window)
            if range.count == window, energy > 0.0004 {
                first = first ?? index
            } else if let start = first {
                first = nil
                guard index - start >= 3 else { continue }
                heard.append(
                    (
                        tone(samples[start * window..<index * window], upload.sampleRate), Double(start) / 100,
                        Double(index) / 100
                    ))
            }
        }
        return heard
    }

    /// By the times of the first and the last upward crossing of zero.
    private static func tone(_ samples: ArraySlice<Float>, _ rate: Int) -> Int {
        let crossings = samples.indices.dropLast().filter { samples[$0] < 0 && samples[$0 + 1] >= 0 }.map {
            Double($0) - Double(samples[$0]) / Double(samples[$0 + 1] - samples[$0])
        }
        guard let first = crossings.first, let last = crossings.last, last > first else { return 0 }
        let frequency = Double(crossings.count - 1) * Double(rate) / (last - first)
        return min(max(0, Int(((frequency - 500) / 25).rounded())), 255)
    }

    /// A service that hears tones as words of a vocabulary and groups them.
    static func service(_ vocabulary: [String], jitter: Double, _ grouping: SpokenWords.Grouping, seed: UInt64)
        -> ToneService
    {
        let generator = Mutex(SplitMix64(seed: seed))
        return ToneService { upload in
            let heard = hear(upload)
            let speech = generator.withLock { generator in
                SpokenWords.response(
                    heard.map { (vocabulary[$0.tone % vocabulary.count], $0.start, $0.end) }, jitter: jitter, grouping,
                    &generator)
            }
            return TransportReply(
                status: 200, headers: [.contentType: "application/json"], body: speech.json.serialized())
        }
    }
}
