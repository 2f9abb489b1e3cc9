import Foundation
import HTTPTypes
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptTestSupport
import Synchronization
import Testing

@testable import PerceptInference

/// Complaints about errors and waiting.
extension ComplaintTests {
    /// Waiting for a model without end, once a second, and without a word.
    @Test func loadingIsWaitedForWithinLimits() async throws {
        let time = PassingTime()
        let notices = Mutex<[WaitNotice]>([])
        let service = Service(reply(#"{"error":"Model X is currently loading","estimated_time":20}"#, status: 503))
        let error = try await failure {
            try await client(service, time: time).send(FillMask(inputs: "[MASK]")) { notice in
                notices.withLock { $0.append(notice) }
            }
        }
        #expect(error.kind == .modelLoading)
        // As long as it says, a little more so that not all come back at once.
        #expect(time.sleeps.allSatisfy { (20...25).contains($0) })
        #expect(service.requests.count == 5)
        #expect(notices.withLock { $0.map(\.attempt) } == [2, 3, 4, 5])
        // From the second time on the service is asked to hold the request.
        let header = try #require(HTTPField.Name("X-Wait-For-Model"))
        #expect(service.requests.map { $0.headers[header] } == [nil, "true", "true", "true", "true"])
    }

    /// Any 503 read as "loading".
    @Test func onlyAnEstimateMeansLoading() async throws {
        let service = Service(reply(#"{"error":"503 Service Unavailable"}"#, status: 503))
        let error = try await failure { try await client(service).send(FillMask(inputs: "[MASK]")) }
        #expect(error.kind == .serviceUnavailable)
        let header = try #require(HTTPField.Name("X-Wait-For-Model"))
        #expect(service.requests.allSatisfy { $0.headers[header] == nil })
    }

    /// 429 and 5xx that are never tried again, or not when the service says; and nobody knows which provider it was.
    @Test func theServiceIsAskedAgainWhenItSays() async throws {
        let time = PassingTime()
        let date = "Thu, 01 Jan 1970 00:01:40 GMT"
        let service = Service(
            reply("{}", status: 429, [.retryAfter: "7"]), reply("{}", status: 429, [.retryAfter: date]),
            reply("{}", status: 429, [HTTPField.Name("ratelimit") ?? .retryAfter: #""api";r=0;t=55"#]),
            reply("{}", status: 502), reply("{}", status: 429))
        var client = try client(service, time: time)
        client.retry.jitter = 0
        client.endpoint = .provider("together")
        let error = try await failure { try await client.chatCompletion([.user("x")]) }
        // The clock began at 0: 7 s later the date is 93 s away. The fourth wait is the fourth of 1, 2, 4, 8.
        #expect(time.sleeps == [7, 93, 55, 8])
        #expect(error.kind == .rateLimited)
        #expect(error.description.contains("router.huggingface.co/together"))
    }

    /// Retrying and asking the service to wait are two settings.
    @Test func retryingAndWaitingAreTwoThings() async throws {
        let loading = reply(#"{"error":"loading","estimated_time":20}"#, status: 503)
        let header = try #require(HTTPField.Name("X-Wait-For-Model"))
        let final = Service(loading)
        let options = RequestOptions(waitForModel: true, retryOnError: false)
        _ = try await failure { try await client(final).fillMask("[MASK]", options: options) }
        #expect(final.requests.map { $0.headers[header] } == ["true"])
        let patient = Service(reply("{}", status: 500), reply("[]"))
        _ = try await client(patient).fillMask("[MASK]", options: RequestOptions(retryOnError: true))
        #expect(patient.requests.map { $0.headers[header] } == [nil, nil])
    }

    /// `[object Object]`, a bare 422, an error that hides its cause, plain text that is lost.
    @Test func theServicesOwnWordsAreInTheError() async throws {
        let bodies: [(TransportReply, String)] = [
            (reply(#"{"error":{"message":"no such voice","code":3}}"#, status: 400), "no such voice"),
            (
                reply(#"{"detail":[{"loc":["body","inputs"],"msg":"field required"}]}"#, status: 422),
                "body.inputs: field required"
            ),
            (
                reply("Failed to deserialize the JSON body", status: 422, type: "text/plain; charset=utf-8"),
                "deserialize"
            ),
            (reply("<html><title>502 Bad Gateway</title></html>", status: 502, type: "text/html"), "502 Bad Gateway"),
        ]
        for (body, words) in bodies {
            var refusal = body
            refusal.headers[HTTPField.Name("x-request-id") ?? .accept] = "NCN3_s"
            let error = try await failure { try await client(Service(refusal)).fillMask("[MASK]") }
            let line = error.description
            #expect(error.serviceMessage?.contains(words) == true)
            for part in [words, "HTTP \(body.status)", "[request NCN3_s]"] { #expect(line.contains(part), "\(line)") }
            #expect(!line.contains("\n"))
        }
        let lost = Service { () throws(TransportError) in throw .closedWithoutAnswer }
        #expect(try await failure { try await client(lost).fillMask("x") }.problem.contains("closed the connection"))
    }

    /// Hosts that were retired, and models that nobody serves.
    @Test func itIsSaidWhereAModelMayBeServed() async throws {
        let bodies = [
            reply(#"{"error":"Model x does not exist"}"#, status: 404),
            reply("Not Found", status: 404, type: "text/plain"),
            reply(#"{"error":"Model not supported by provider hf-inference"}"#, status: 400),
        ]
        for body in bodies {
            let error = try await failure { try await client(Service(body)).fillMask("[MASK]") }
            #expect(error.kind == .notFound)
            #expect(error.remedy?.contains("hf-inference serves") == true)
            #expect(error.remedy?.contains("another provider or a dedicated endpoint") == true)
        }
        let words =
            "https://api-inference.huggingface.co is no longer supported. Please use https://router.huggingface.co"
        let gone = try await failure {
            try await client(Service(reply(#"{"error":"\#(words)"}"#, status: 410))).fillMask("[MASK]")
        }
        #expect(gone.kind == .notFound)
        #expect(gone.serviceMessage == words)
        #expect(gone.remedy?.contains("https://router.huggingface.co") == true)
        // The old host's name is one no more.
        var old = try client(
            Service { () throws(TransportError) in throw .init(.notConnected, problem: "no such host") })
        old.endpoint = .legacy(try #require(URL(string: "https://api-inference.huggingface.co")))
        #expect(try await failure { try await old.fillMask("[MASK]") }.remedy?.contains("was retired") == true)
    }

    /// An error in the midst of a stream that is dropped, `data:[DONE]` without its space, heartbeats.
    @Test func streamsSayAllThatTheySay() async throws {
        func texts(_ stream: String) async throws -> [String] {
            let chat = ChatCompletion(messages: [.user("x")])
            let service = Service(reply(stream, type: "text/event-stream; charset=utf-8"))
            var texts: [String] = []
            for try await chunk in try await client(service).stream(chat) { texts.append(chunk.text) }
            return texts
        }
        let hi = #"data:{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#
        for stream in [
            ": heartbeat\n\n\(hi)\n\ndata:[DONE]\n\n", "\(hi)\n\ndata: [DONE]\n\n", "\(hi)\r\n\r\n:\r\n\r\n",
            "event: ping\n\n\(hi)\n\n", "\(hi)\n\n",
        ] {
            #expect(try await texts(stream) == ["Hi"], "\(stream)")
        }
        for (last, words) in [
            (#"data:{"error":"Input validation error","error_type":"validation"}"#, "Input validation error"),
            (#"data:{"error":{"message":"out of memory"}}"#, "out of memory"),
        ] {
            let error = try await failure { try await texts("\(hi)\n\n\(last)\n\n") }
            #expect(error.serviceMessage == words)
        }
        #expect(try await failure { try await texts("\(hi)\n\ndata: {\"choices\n\n") }.kind == .answerMalformed)
    }

    /// A token that "seems invalid".
    @Test func aRefusedTokenIsNamedByItsSource() async throws {
        let refusal = reply(#"{"error":"Invalid username or password."}"#, status: 401)
        let error = try await failure { try await client(Service(refusal)).fillMask("[MASK]") }
        #expect(error.kind == .tokenRefused)
        #expect(error.problem.contains("HF_TOKEN"))
        #expect(error.remedy?.contains("permission to call inference providers") == true)
        #expect(!error.description.contains("hf_Complaint"))
    }

    /// Requests that hang for ever, and cannot be stopped.
    @Test(.timeLimit(.minutes(10))) func nothingHangs() async throws {
        let client = InferenceClient(token: nil)
        #expect(client.timeout == .seconds(120))
        #expect(client.retry.totalDeadline == .seconds(300))
        #if canImport(Glibc)
            #expect((client.transport as? CurlTransport)?.connectTimeout == .seconds(30))
        #else
            #expect((client.transport as? URLSessionTransport)?.connectTimeout == .seconds(30))
        #endif
        // A service that says nothing: the request is in its hands when it is cancelled.
        let silence = Service { () throws(TransportError) in
            do { try await Task.sleep(for: .seconds(3600)) } catch { throw .init(.cancelled, problem: "cancelled") }
            throw .closedWithoutAnswer
        }
        let task = Task { [client = try self.client(silence)] in try await failure { try await client.fillMask("x") } }
        while silence.requests.isEmpty { await Task.yield() }
        task.cancel()
        #expect(try await task.value.kind == .cancelled)
    }
}
