public import ArgumentParser
import Percept
public import PerceptBatch
import PerceptCore
import PerceptInference
import Synchronization

/// The output of `prepare --shards`: uploads become samples of WebDataset shards, in the order of their results.
final class ShardedOutput {
    /// The folder of the uploads that are not in a shard yet.
    private let uploads: UploadFolder
    private let writer: ShardWriter
    private let pending: PendingResults

    /// - Throws: ``MediaError`` if the folder cannot be created or has shards already.
    init(_ folder: String, _ limit: ShardWriter.Limit, _ sources: SourceOptions, _ console: Console) throws {
        try sources.checkHoldsNot(folder)
        let pending = PendingResults(console)
        writer = try ShardWriter(folder, limit: limit) { try pending.print() }
        uploads = try UploadFolder(in: folder)
        self.pending = pending
    }

    /// Returns the closure that names the upload of an input.
    var naming: @Sendable (_ fileExtension: String) -> String { { [uploads] in uploads.newPath($0) } }

    /// Adds an upload to its shard; its result is printed when the shard is complete.
    func add(_ preparation: Preparation, _ members: JSONObject) throws {
        defer { Folder.remove(preparation.output) }
        var description = preparation.json
        description["output"] = nil
        let caption = ["caption", "text", "txt"].lazy.compactMap { members[$0]?.stringValue }.first
        let sample = ShardWriter.Sample(
            path: preparation.output, fileExtension: preparation.mediaType.fileExtension,
            description: description.adding(members), caption: caption)
        var preparation = preparation
        preparation.output = try writer.add(sample)
        pending.add(preparation, members)
    }

    func addFailure(_ error: any Error) { writer.addFailure(Failure.reporting(error).itemFailure.kind) }

    /// Completes the last shard, or removes it after an interrupt.
    func finish() throws {
        guard Interruption.hasBegun else { return try writer.finish() }
        if let path = writer.abandon() { pending.console.error("\(path) was not complete and is removed") }
    }
}

/// The results of the samples in the present shard.
private final class PendingResults {
    let console: Console
    private var results: [(Preparation, JSONObject)] = []

    init(_ console: Console) { self.console = console }

    func add(_ preparation: Preparation, _ members: JSONObject) { results.append((preparation, members)) }

    func print() throws {
        for (preparation, members) in results { try console.report(preparation, members) }
        results = []
    }
}

/// A hidden folder for uploads, removed with the value.
private final class UploadFolder: Sendable {
    private let path: String
    private let count = Mutex(0)

    init(in folder: String) throws(MediaError) {
        path = "\(folder)/.percept-\(String(UInt32.random(in: .min ... .max), radix: 36))"
        try Folder.create(path)
    }

    func newPath(_ fileExtension: String) -> String {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return "\(path)/\(number).\(fileExtension)"
    }

    deinit {
        for name in Folder.names(in: path) ?? [] { Folder.remove("\(path)/\(name)") }
        Folder.remove(path)
    }
}

/// The end of a shard: a number of samples such as `10000`, or a size such as `1G`.
extension ShardWriter.Limit: ExpressibleByArgument {
    /// Reads a limit.
    public init?(argument: String) {
        if let count = Int(argument) {
            guard count > 0 else { return nil }
            self = .samples(count)
        } else if let size = ByteCount(argument: argument), size.value > 0 {
            self = .bytes(size.value)
        } else {
            return nil
        }
    }
}
