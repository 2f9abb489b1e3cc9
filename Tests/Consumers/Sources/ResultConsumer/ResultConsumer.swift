import Foundation
import Percept

/// Detects objects in bytes, and returns them as JSON with a page about them; both are made in memory.
func detect(in bytes: Data) async throws -> (json: Data, page: Data) {
    var client = InferenceClient(token: nil)
    // Nothing listens there, and nothing is sent.
    guard let url = URL(string: "http://127.0.0.1:9") else { fatalError("not a URL") }
    client.endpoint = .url(url)
    let found = try await Perceiver(client: client).detectObjects(in: bytes)
    let report = Report([found], media: [found.file: .bytes(Array(bytes))])
    let page = try await ReportPage(title: "Objects").html(report)
    return (try JSONEncoder().encode(found), Data(page.html))
}

do {
    let result = try await detect(in: Data([0x89, 0x50, 0x4E, 0x47]))
    print(String(decoding: result.json, as: UTF8.self), result.page.count)
    fatalError("four bytes are not an image")
} catch {
    let message = error.localizedDescription
    print("ResultConsumer: \(message)")
    guard message.hasPrefix("bytes in memory: ") else {
        fatalError("expected an error about the bytes")
    }
}
