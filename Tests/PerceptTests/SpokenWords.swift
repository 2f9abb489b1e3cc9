import Foundation
import PerceptAudio
import PerceptInference
import PerceptTestSupport

@testable import Percept

/// A recording that exists as the list of its words alone, and a service that hears them: the oracle of the seams.
///
/// Words and pauses between them are as in the acceptance check: 0.2–0.5 s, 0.04–0.09 s apart. What is heard of a word
/// in an upload is what lies within the upload, if that is 30 ms or more.
struct SpokenWords {
    /// How the service groups words and which times it states.
    enum Grouping: String, CaseIterable {
        case words, threes, random, mixed, someNull, startsNull, allNull, withoutPieces
    }

    struct Word {
        let text: String
        let start: Double
        let end: Double
    }

    static let vocabularies: [String: [String]] = [
        "no": ["no"], "holy": ["holy", "holy", "amen"], "count": (700..<956).map(String.init),
        "spelled": ["one", "two", "three", "four", "five", "six", "seven"].map { "two-hundred-\($0)" },
        "scripts": ["早上好", "世界,", "Здравствуй", "мир", "مرحبا", "नमस्ते", "안녕", "👋🏽", "e\u{301}", "<b>&", "—", "don't."],
    ]

    private(set) var words: [Word] = []
    private(set) var duration = 0.3
    private var generator: SplitMix64

    /// Words of a vocabulary in turn; of random letters where there is none of that name.
    init(seed: UInt64, seconds: Double, vocabulary name: String) {
        generator = SplitMix64(seed: seed)
        let vocabulary = Self.vocabularies[name] ?? (0..<64).map { _ in randomWord() }
        while duration < seconds - 0.8 {
            let length = Double.random(in: 0.2...0.5, using: &generator)
            let text = vocabulary[words.count % vocabulary.count]
            words.append(Word(text: text, start: duration, end: duration + length))
            duration += length + Double.random(in: 0.04...0.09, using: &generator)
        }
        duration = max(duration, seconds)
    }

    private mutating func randomWord() -> String {
        let letters = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
            "abcdefghijklmnop".randomElement(using: &generator) ?? "a"
        }
        return String(letters)
    }

    /// The level of the recording: −13 dBFS while a word is said, else silence.
    var levels: LevelProfile {
        var levels = LevelProfile(windowDuration: 0.01)
        var next = 0
        for window in 0..<Int((duration * 100).rounded(.up)) {
            let (start, end) = (Double(window) / 100, Double(window + 1) / 100)
            while next < words.count, words[next].end <= start { next += 1 }
            let word = next < words.count ? words[next] : nil
            let part = word.map { max(0, min(end, $0.end) - max(start, $0.start)) / (end - start) } ?? 0
            levels.append(power: Float(0.05 * part))
        }
        return levels
    }

    /// Chunks of at most `length` seconds that overlap by two seconds, or a quarter of a chunk.
    mutating func chunks(_ length: Double) -> [(times: Range<Double>, own: Range<Double>)] {
        let half = min(2, length / 4) / 2
        var chunks: [(Range<Double>, Range<Double>)] = []
        var (start, cut) = (0.0, 0.0)
        while duration - start > length {
            let next = start + length * Double.random(in: 0.75...1, using: &generator) - half
            chunks.append((start..<next + half, cut..<next))
            (start, cut) = (next - half, next)
        }
        chunks.append((start..<duration, cut..<duration))
        return chunks
    }

    /// Returns the response to a part of the recording, in times of the upload.
    mutating func hear(_ times: Range<Double>, jitter: Double, _ grouping: Grouping) -> RecognizedSpeech {
        let heard = words.compactMap { word -> (String, Double, Double)? in
            let (start, end) = (max(word.start, times.lowerBound), min(word.end, times.upperBound))
            return end - start < 0.03 ? nil : (word.text, start - times.lowerBound, end - times.lowerBound)
        }
        return Self.response(heard, jitter: jitter, grouping, &generator)
    }

    /// A response with the words that were heard, each shifted by up to `jitter` seconds.
    static func response(
        _ words: [(text: String, start: Double, end: Double)], jitter: Double, _ grouping: Grouping,
        _ generator: inout SplitMix64
    ) -> RecognizedSpeech {
        let heard = words.map { word -> (text: String, start: Double, end: Double) in
            let shift = jitter == 0 ? 0 : Double.random(in: -jitter...jitter, using: &generator)
            func stated(_ time: Double) -> Double { max(0, ((time + shift) * 100).rounded() / 100) }
            return (" \(word.text)", stated(word.start), stated(word.end))
        }
        var chunks: [RecognizedSpeech.Chunk] = []
        var index = 0
        while index < heard.count {
            let isGrouped =
                switch grouping {
                case .threes, .random: true
                case .mixed: Bool.random(using: &generator)
                default: false
                }
            let size = isGrouped ? grouping == .threes ? 3 : Int.random(in: 1...9, using: &generator) : 1
            let group = heard[index..<min(heard.count, index + size)]
            var times: (Double?, Double?) = (group.first?.start, group.last?.end)
            if grouping == .someNull, index % 5 == 2 || index % 5 == 4 { times.1 = nil }
            if grouping == .someNull && index % 5 == 4 || grouping == .startsNull && index % 5 == 2 { times.0 = nil }
            if grouping == .allNull { times = (nil, nil) }
            chunks.append(.init(text: group.map(\.text).joined(), start: times.0, end: times.1))
            index += size
        }
        return RecognizedSpeech(
            text: heard.map(\.text).joined(), chunks: grouping == .withoutPieces ? [] : chunks)
    }

    /// The transcript of the whole, stitched from chunks.
    mutating func stitched(
        chunk length: Double, jitter: Double = 0.04, knowingLevels: Bool = true,
        _ groupings: (Int) -> Grouping
    ) -> StitchedText {
        let parts = chunks(length).enumerated().map { index, chunk in
            Self.part(hear(chunk.times, jitter: jitter, groupings(index)), chunk.times, chunk.own, of: duration)
        }
        return StitchedText(parts, knowingLevels ? levels : nil)
    }

    /// A response to a part of a recording, in whole milliseconds.
    static func part(
        _ speech: RecognizedSpeech, _ times: Range<Double>, _ own: Range<Double>, of duration: Double
    ) -> TranscribedChunk {
        func frame(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }
        let source = TimeReceipt.Side(sampleRate: 1000, channelCount: 1, frameCount: frame(duration))
        let frames = frame(times.lowerBound)..<frame(times.upperBound)
        let upload = TimeReceipt.Side(sampleRate: 1000, channelCount: 1, frameCount: frames.count)
        return TranscribedChunk(
            speech,
            TimeReceipt(
                source: source, upload: upload, sourceStartFrame: frames.lowerBound, sourceEndFrame: frames.upperBound),
            AudioChunk(
                frames: frames, ownFrames: frame(own.lowerBound)..<frame(own.upperBound), isSilent: false))
    }

    /// Words of the truth that are missing in a text, and words of the text that are too many, by their longest common
    /// subsequence.
    func errors(in text: String) -> (lost: Int, extra: Int) {
        let (truth, found) = (words.map(\.text), text.split(separator: " ").map(String.init))
        if truth == found { return (0, 0) }
        var lengths = [Int](repeating: 0, count: found.count + 1)
        for word in truth {
            var diagonal = 0
            for (index, other) in found.enumerated() {
                let above = lengths[index + 1]
                lengths[index + 1] = word == other ? diagonal + 1 : max(above, lengths[index])
                diagonal = above
            }
        }
        return (truth.count - lengths[found.count], found.count - lengths[found.count])
    }
}
