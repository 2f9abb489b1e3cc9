import Foundation
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptSandbox

/// Many concurrent requests, some with faults: each caller gets its own response, and nothing accumulates.
@Suite(.serialized) struct ConcurrencyTests {
    /// A task with a response that is the number it sent.
    private struct NumberTask: InferenceTask<Int>, WireTask {
        static let name = "number"
        static let defaultModel = "owner/number"
        var number: Int

        func payload() throws(InferenceError) -> RequestPayload { .json(["inputs": .integer(number)]) }

        func decode(_ answer: InferenceAnswer) throws(InferenceError) -> Int {
            guard let number = (try? answer.json())?["number"]?.integerValue else {
                throw InferenceError(.answerMalformed, problem: "the response has no number")
            }
            return number
        }
    }

    private static let faults: [(kind: SandboxFault.Kind, error: InferenceError.Kind)] = [
        (.loading, .modelLoading), (.rateLimitSilent, .rateLimited), (.tooLarge, .payloadTooLarge),
        (.serverError, .serviceFailed), (.unavailable, .serviceUnavailable), (.htmlError, .serviceUnavailable),
        (.cut, .connectionLost), (.malformedJSON, .answerMalformed), (.noAnswer, .connectionLost),
        (.reset, .connectionLost),
    ]

    /// Returns the fault of request `number`: every third one fails, with each fault in turn.
    private static func fault(_ number: Int) -> (kind: SandboxFault.Kind, error: InferenceError.Kind)? {
        number % 3 == 0 ? faults[number / 3 % faults.count] : nil
    }

    private static func number(in request: TapeRequest) -> Int? {
        (try? JSONValue(parsing: request.body))?["inputs"]?.integerValue
    }

    /// Sends the numbers with limited concurrency, and counts the results.
    private func exchange(
        _ numbers: Range<Int>, width: Int, client: InferenceClient
    ) async -> (own: Int, expectedErrors: Int, wrong: [String]) {
        await withTaskGroup(of: (Int, Result<Int, InferenceError>).self) { group in
            var rest = numbers.makeIterator()
            func sendNext() {
                guard let number = rest.next() else { return }
                group.addTask {
                    do throws(InferenceError) {
                        return (number, .success(try await client.send(NumberTask(number: number))))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            for _ in 0..<width { sendNext() }
            var counts = (own: 0, expectedErrors: 0, wrong: [String]())
            while let (number, result) = await group.next() {
                switch (result, Self.fault(number)) {
                case (.success(number), nil): counts.own += 1
                case (.failure(let error), let fault?) where error.kind == fault.error: counts.expectedErrors += 1
                default: counts.wrong.append("\(number): \(result)")
                }
                sendNext()
            }
            return counts
        }
    }

    private func withEndpoint(
        numbers: Int, _ body: (InferenceClient, _ served: @Sendable () -> [Int: Int]) async throws -> Void
    ) async throws {
        let exchanges = (0..<numbers).map { number in
            Tape.Exchange(
                request: .init(
                    path: "/models/owner/number",
                    bodySHA256: SHA256.hexadecimalDigest(of: Array("{\"inputs\":\(number)}".utf8))),
                response: .init(body: .json(["number": .integer(number)])))
        }
        let served = Mutex<[Int: Int]>([:])
        let plan = FaultPlan { request in
            guard let number = Self.number(in: request) else { return nil }
            served.withLock { $0[number, default: 0] += 1 }
            return Self.fault(number).map { SandboxFault($0.kind, seconds: 0) }
        }
        let endpoint = try await SandboxEndpoint.start(tape: Tape(exchanges: exchanges), faults: plan)
        let client = InferenceClient(
            token: nil, endpoint: .url(endpoint.url), retry: RetryPolicy(maximumRetries: 0), timeout: .patience)
        try await body(client) { served.withLock { $0 } }
        await endpoint.stop()
    }

    @Test func twoHundredRequestsOverSixteenConnections() async throws {
        try await withEndpoint(numbers: 200) { client, served in
            let counts = await exchange(0..<200, width: 16, client: client)
            #expect(counts.wrong == [])
            #expect(counts.own == 133)
            #expect(counts.expectedErrors == 67)
            // Each arrived once, except requests on a closed kept connection, which are resent below HTTP.
            let repeated = served().filter { $0.value > 1 }
            #expect(served().count == 200)
            #expect(repeated.allSatisfy { [.noAnswer, .reset].contains(Self.fault($0.key)?.kind) }, "\(repeated)")
        }
    }

    @Test func nothingAccumulatesOverTwoThousandRequests() async throws {
        try await withEndpoint(numbers: 100) { client, _ in
            func round() async {
                for _ in 0..<5 {
                    let counts = await exchange(0..<100, width: 16, client: client)
                    #expect(counts.wrong == [])
                }
            }
            await round()
            let (files, memory) = (openFileCount(), residentByteCount())
            for _ in 0..<3 { await round() }
            if let files, let now = openFileCount() { #expect(now <= files + 24, "\(files) files, then \(now)") }
            // 1,500 requests that retained one kilobyte each would be 1.5 MB; the rest belongs to the allocator.
            if let memory, let now = residentByteCount() {
                #expect(now <= memory + 12 << 20, "\(memory) bytes, then \(now)")
            }
        }
    }

    private func openFileCount() -> Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    private func residentByteCount() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 }
    }
}
