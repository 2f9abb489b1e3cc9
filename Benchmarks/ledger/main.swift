import Foundation
import PerceptBatch

// The ledger by itself: items decided and recorded per second, and the time to open and count many rows.
//
//     swift run -c release --package-path Benchmarks/ledger ledger [ROWS]
//
// ROWS (default 1,000,000) inputs of a few bytes in memory, 32 at a time, each with a result of 150 bytes. Prints a
// Markdown table.

let rowCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
let folder = FileManager.default.temporaryDirectory.appending(path: "percept-ledger-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let path = folder.appending(path: "run.ledger").path
let line = """
    {"file":"in/p00017.jpg","detections":[{"label":"cat","score":0.98,"box":{"xmin":12,"ymin":3,"xmax":300,\
    "ymax":220}}],"warnings":[],"output":"out/p.jpg"}
    """

@Sendable func item(_ number: Int) -> BatchItem {
    BatchItem(key: "in/day/p\(number).jpg", source: .bytes(Array("content \(number)".utf8)), outputPath: "")
}

func seconds(_ duration: Duration) -> String { String(format: "%.2f", duration / .seconds(1)) }

let clock = ContinuousClock()
let writing = try Ledger(path: path, verb: "detect", options: [:])
let workerCount = 32
let written = try await clock.measure {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<workerCount {
            group.addTask {
                for number in stride(from: worker, to: rowCount, by: workerCount) {
                    guard case .unfinished(let claim) = try await writing.decision(for: item(number), at: number) else {
                        fatalError("item \(number) is known")
                    }
                    try await writing.record(.answered, json: line, for: claim)
                }
            }
        }
        try await group.waitForAll()
    }
    try await writing.close()
}

var reader: LedgerReader?
let opened = try clock.measure { reader = try LedgerReader(path: path) }
var counts: LedgerCounts?
let counted = try clock.measure { counts = try reader?.counts() }
guard counts?.answered == rowCount else { fatalError("\(counts?.answered ?? 0) of \(rowCount) rows") }
reader = nil
var again: Ledger?
let reopened = try clock.measure { again = try Ledger(path: path, verb: "detect", options: [:]) }
try await again?.close()

print(
    """
    | ledger of \(rowCount) rows | measured | goal |
    |---|---|---|
    | items decided and recorded | \(Int(Double(rowCount) / (written / .seconds(1))))/s | ≥ 5,000/s |
    | opened for reading | \(seconds(opened)) s | < 1 s |
    | counted | \(seconds(counted)) s | < 1 s |
    | opened for a run | \(seconds(reopened)) s | < 1 s |
    """)
