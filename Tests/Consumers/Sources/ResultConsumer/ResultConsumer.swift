import Foundation
import Percept

// Detects objects in bytes, prints them as JSON, builds a page about them in memory, and prints what went wrong.
let bytes = Data([0x89, 0x50, 0x4E, 0x47])
let perceiver = Perceiver(client: InferenceClient(token: nil, endpoint: .url(URL(string: "http://127.0.0.1:9")!)))
do {
    let found = try await perceiver.detectObjects(in: bytes)
    print(String(decoding: try JSONEncoder().encode(found), as: UTF8.self))
    let page = try await ReportPage(title: "Objects").html(Report([found], media: [found.file: .bytes(Array(bytes))]))
    try Data(page.html).write(to: URL(fileURLWithPath: "objects.html"))
    fatalError("four bytes are not an image")
} catch {
    print("ResultConsumer: \(error.localizedDescription)")
    guard error.localizedDescription.contains("bytes in memory") else { fatalError("expected an error about the bytes") }
}
