import Foundation
import Percept
import PerceptAudio
import PerceptInference
import PerceptSandbox

/// Asks a loopback endpoint, which replays one response, for the text of a recording in memory.
func transcribeFromSandbox() async throws -> String {
    let tape = try Tape(
        parsing: Array(
            #"""
            {"format": "percept-tape", "version": 1,
             "exchanges": [{"request": {"path": "/models/owner/name"},
                            "response": {"json": {"text": "Good morning."}}}]}
            """#.utf8))
    let endpoint = try await SandboxEndpoint.start(tape: tape)
    let perceiver = Perceiver(client: InferenceClient(token: nil, endpoint: .url(endpoint.url)))
    let recording = try Recording(sampleRate: 16_000, channels: .mono, planes: [[Float](repeating: 0.1, count: 16_000)])
    let transcript = try await perceiver.transcribe(recording, model: "owner/name")
    await endpoint.stop()
    return transcript.text
}

let text = try await transcribeFromSandbox()
print("ServiceConsumer: heard “\(text)”")
guard text == "Good morning." else { fatalError("expected the response of the tape") }
