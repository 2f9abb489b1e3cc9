import Foundation
import HTTPTypes
import PerceptAudio
import PerceptCore
import PerceptInference
import Synchronization

/// A speech of tone bursts, each of a pitch that stands for a word, and a service that hears them.
///
/// What is answered follows from the samples of the upload alone, so that the times of a stitched transcript can be
/// compared with those at which the bursts were made.
enum ToneSpeech {
    static let words = [
        "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima",
        "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey",
        "xray", "yankee", "zulu", "amber", "bronze", "copper", "dragon", "ember", "falcon", "garnet", "hazel", "iris",
        "jasper", "kestrel", "lavender", "marble", "nutmeg",
    ]

    struct Burst {
        let word: String
        let start: Double
        let end: Double
    }

    private static func frequency(_ index: Int) -> Double { 300 + 60 * Double(index) }

    /// A recording of `count` bursts of 0.35 s, 0.1 s apart, and after every `phrase` of them 0.6 s.
    static func recording(count: Int, phrase: Int? = nil, rate: Int = 44_100) throws -> (Recording, [Burst]) {
        var (samples, bursts) = ([Float](), [Burst]())
        func silence(_ seconds: Double) {
            samples += [Float](repeating: 0, count: Int(seconds * Double(rate)))
        }
        silence(0.3)
        for index in 0..<count {
            let pitch = index % words.count
            let start = Double(samples.count) / Double(rate)
            let length = Int(0.35 * Double(rate))
            samples += (0..<length).map {
                0.4 * Float(sin(2 * .pi * frequency(pitch) * Double($0) / Double(rate)))
            }
            bursts.append(Burst(word: words[pitch], start: start, end: Double(samples.count) / Double(rate)))
            silence(phrase.map { (index + 1) % $0 == 0 ? 0.6 : 0.1 } ?? 0.1)
        }
        return (try Recording(sampleRate: rate, channels: .mono, planes: [samples]), bursts)
    }

    /// The words heard in an upload; one that the end cuts off has no end.
    static func hear(_ upload: Recording) -> [(word: String, start: Double, end: Double?)] {
        let (samples, rate) = (upload.planes[0], Double(upload.sampleRate))
        let window = upload.sampleRate / 100
        var heard: [(String, Double, Double?)] = []
        var first: Int?
        func close(at frame: Int, isCut: Bool) {
            defer { first = nil }
            // A burst lasts from its first to its last sample that is loud; less than 60 ms of one tell no pitch.
            guard let rough = first, let start = samples[rough..<frame].firstIndex(where: { abs($0) > 0.05 }),
                let end = samples[rough..<frame].lastIndex(where: { abs($0) > 0.05 }), end - start >= window * 6
            else { return }
            let crossings = zip(samples[start..<end], samples[start + 1...end]).count { ($0 < 0) != ($1 < 0) }
            let frequency = Double(crossings) * rate / Double(2 * (end - start))
            let pitch = min(max(0, Int(((frequency - 300) / 60).rounded())), words.count - 1)
            heard.append((words[pitch], Double(start) / rate, isCut ? nil : Double(end) / rate))
        }
        for start in stride(from: 0, to: samples.count, by: window) {
            let isSound = samples[start..<min(samples.count, start + window)].contains { abs($0) > 0.1 }
            if isSound { first = first ?? start } else { close(at: start, isCut: false) }
        }
        close(at: samples.count, isCut: true)
        return heard
    }
}

/// A transport that answers with what ``ToneSpeech`` hears, or as the test says.
final class ToneService: HTTPTransport {
    private struct State {
        var underWay = 0
        var most = 0
        var uploads: [TimeInterval] = []
        var cancelledCount = 0
    }

    private let state = Mutex(State())
    private let behaviour: @Sendable (Recording) async throws -> TransportReply?

    /// - Parameter behaviour: waits, or answers something else than what is heard.
    init(_ behaviour: @escaping @Sendable (Recording) async throws -> TransportReply? = { _ in nil }) {
        self.behaviour = behaviour
    }

    var mostAtATime: Int { state.withLock { $0.most } }
    var uploadCount: Int { state.withLock { $0.uploads.count } }
    var cancelledCount: Int { state.withLock { $0.cancelledCount } }
    var durations: [TimeInterval] { state.withLock { $0.uploads } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
        do {
            return try await answer(to: request)
        } catch is CancellationError {
            state.withLock { $0.cancelledCount += 1 }
            throw TransportError(.cancelled, problem: "cancelled")
        } catch {
            throw TransportError(.answerMalformed, problem: "\(error)")
        }
    }

    private func answer(to request: TransportRequest) async throws -> TransportReply {
        var body: JSONValue?
        if request.headers[.contentType] == "application/json" { body = try JSONValue(parsing: request.body) }
        let base64 = body?["inputs"]?.stringValue
        let upload = try Recording(decoding: .bytes(base64.map { try Base64.decode($0) } ?? request.body))
        state.withLock { state in
            state.underWay += 1
            state.most = max(state.most, state.underWay)
            state.uploads.append(upload.duration)
        }
        defer { state.withLock { $0.underWay -= 1 } }
        if let reply = try await behaviour(upload) { return reply }
        let heard = ToneSpeech.hear(upload)
        var answer: JSONObject = ["text": .string(heard.map { $0.word }.joined(separator: " ").uppercased())]
        if body?["parameters"]?["return_timestamps"] != nil {
            answer["chunks"] = .array(heard.map { Self.chunk($0.word, $0.start, $0.end) })
        }
        return TransportReply(
            status: 200, headers: [.contentType: "application/json"], body: JSONValue.object(answer).serialized())
    }

    private static func chunk(_ word: String, _ start: Double, _ end: Double?) -> JSONValue {
        let last: JSONValue = end.map { .double($0) } ?? .null
        return ["text": .string(word), "timestamp": .array([.double(start), last])]
    }
}
