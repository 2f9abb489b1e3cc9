import Foundation
import HTTPTypes
import Percept
import PerceptCore
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptInference

extension ComplaintTests {
    static let scene = TestFiles.media("images/scene.png")
    static let photo = TestFiles.media("images/photo-orientation-6.jpg")
    static let kitchen = TestFiles.media("audio/kitchen-48000-mono.wav")

    func client(_ service: some HTTPTransport, time: PassingTime = PassingTime()) throws -> InferenceClient {
        var client = InferenceClient(token: try AccessToken("hf_Complaint", source: "HF_TOKEN"), transport: service)
        client.timekeeping = time.timekeeping
        return client
    }

    func failure(_ body: () async throws -> some Sendable) async throws -> InferenceError {
        do {
            _ = try await body()
        } catch let error as InferenceError {
            return error
        }
        throw InferenceError(.answerMalformed, problem: "there was an answer")
    }

    func reply(
        _ text: String, status: Int = 200, type: String = "application/json", _ headers: HTTPFields = [:]
    ) -> TransportReply {
        var headers = headers
        headers[.contentType] = type
        return TransportReply(status: status, headers: headers, body: Array(text.utf8))
    }
}

/// Answers with these one after the other, with the last one from then on, and keeps what was asked.
final class Service: HTTPTransport {
    private let answer: @Sendable (Int) async throws(TransportError) -> TransportReply
    private let received = Mutex<[TransportRequest]>([])

    init(_ replies: TransportReply...) {
        answer = { index in replies[min(index, replies.count - 1)] }
    }

    init(_ answer: @escaping @Sendable () async throws(TransportError) -> TransportReply) {
        self.answer = { _ throws(TransportError) in try await answer() }
    }

    var requests: [TransportRequest] { received.withLock { $0 } }
    var bodies: [String] { requests.map { String(decoding: $0.body, as: UTF8.self) } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportReply {
        let index = received.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try await answer(index)
    }
}

/// Time that begins with 1970 and passes in sleeps alone, which take none.
final class PassingTime: Sendable {
    private let state = Mutex((now: 0.0, sleeps: [Double]()))

    var sleeps: [Double] { state.withLock { $0.sleeps } }

    var timekeeping: Timekeeping {
        Timekeeping(
            now: { self.state.withLock { $0.now } },
            sleep: { seconds in
                self.state.withLock { state in
                    state.now += seconds
                    state.sleeps.append(seconds)
                }
            }, wallClock: { self.state.withLock { $0.now } }, random: { 0.5 })
    }
}
