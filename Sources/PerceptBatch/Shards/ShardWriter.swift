import CArchive
import Percept
import PerceptCore
public import PerceptInference

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes prepared media as WebDataset shards: tar archives `00000.tar`, `00001.tar`, … in one folder, each with its
/// statistics in `00000_stats.json`.
///
/// A sample is its medium (`KEY.jpg`), its description (`KEY.json`) and, if there is a caption, its text (`KEY.txt`),
/// in this order. Its key has digits only: the numbers of the shard and of the sample in it, as in img2dataset 1.45.
/// A shard appears when it is complete. Equal samples give equal shards: members have no time and no owner.
public final class ShardWriter {
    /// The rule for the end of a shard.
    public enum Limit: Sendable, Hashable {
        /// The number of samples, at least 1.
        case samples(Int)
        /// The size in bytes that a shard does not exceed, unless it has a single sample; or a million samples.
        case bytes(Int)

        /// The number of samples after which a shard ends.
        var sampleCount: Int {
            switch self {
            case .samples(let count): max(1, count)
            case .bytes: 1_000_000
            }
        }

        var byteCount: Int { if case .bytes(let count) = self { count } else { .max } }

        /// The digits of the number of a sample in its shard: those of the greatest, none for shards of one sample.
        var digitCount: Int { sampleCount > 1 ? String(sampleCount - 1).count : 0 }
    }

    /// A sample: a prepared medium and what describes it.
    public struct Sample: Sendable {
        /// The path of the medium.
        public var path: String
        /// The extension of the medium's member, without a dot.
        public var fileExtension: String
        /// The description; the writer adds the member `key`.
        public var description: JSONObject
        /// The text that belongs to the medium; `nil` for none.
        public var caption: String?

        /// Creates a sample.
        public init(path: String, fileExtension: String, description: JSONObject, caption: String? = nil) {
            self.path = path
            self.fileExtension = fileExtension
            self.description = description
            self.caption = caption
        }
    }

    /// The number of digits in the names of shards.
    private static let shardDigitCount = 5

    private let folder: String
    private let limit: Limit
    private let onCompletion: () throws -> Void
    private var number = 0
    private var shard: OpenShard?
    private var statistics = ShardStatistics()
    /// The error after which nothing can be added.
    private var failure: (any Error)?

    /// Prepares a folder, which is created if it does not exist.
    ///
    /// - Parameters:
    ///   - folder: The folder; it must not have shards yet.
    ///   - limit: The end of a shard.
    ///   - onCompletion: Called after each shard has appeared: its samples are those added since the last call.
    /// - Throws: `MediaError` `.outputNotCreatable` if the folder cannot be created or has shards,
    ///   `.unsupportedFeature` if libarchive is missing.
    public init(_ folder: String, limit: Limit, onCompletion: @escaping () throws -> Void = {}) throws(MediaError) {
        guard percept_archive_is_available() else { throw .archivesNotAvailable(folder) }
        try Folder.create(folder)
        if let shard = (Folder.names(in: folder) ?? []).sorted().first(where: Self.isShard) {
            throw MediaError(
                .outputNotCreatable, source: folder, problem: "the folder already has the shard \(shard)",
                remedy: "name an empty folder")
        }
        self.folder = folder
        self.limit = limit
        self.onCompletion = onCompletion
    }

    private static func isShard(_ name: String) -> Bool {
        name.hasSuffix(".tar") && name.count > 4 && name.dropLast(4).allSatisfy { ("0"..."9").contains($0) }
    }

    /// Adds a sample; a shard that has no room for it is completed first.
    ///
    /// - Returns: The place of the medium, such as `out/00000.tar:000000017.jpg`.
    /// - Throws: `MediaError` if a file cannot be read or written; the error of `onCompletion`. The shard is then lost,
    ///   and every later call throws the same error.
    public func add(_ sample: Sample) throws -> String {
        try stoppingAtFailure { try write(sample) }
    }

    private func stoppingAtFailure<Value>(_ body: () throws -> Value) throws -> Value {
        if let failure { throw failure }
        do {
            return try body()
        } catch {
            failure = error
            shard = nil
            throw error
        }
    }

    private func write(_ sample: Sample) throws -> String {
        let medium = try InputFile(path: sample.path)
        let byteCount = TarSize.of(medium.byteCount) + TarSize.of(sample.caption.map(\.utf8.count))
        if let shard, shard.sampleCount >= limit.sampleCount || !fits(shard, byteCount, sample) { try complete() }
        let shard = try shard ?? OpenShard(path: path(".tar"))
        self.shard = shard
        let key = key(shard.sampleCount)
        let name = "\(key).\(sample.fileExtension)"
        try shard.add(name, medium)
        try shard.add("\(key).json", description(of: sample, key: key))
        if let caption = sample.caption { try shard.add("\(key).txt", Array(caption.utf8)) }
        shard.sampleCount += 1
        statistics.add("success")
        return "\(path(".tar")):\(name)"
    }

    private func fits(_ shard: OpenShard, _ byteCount: Int, _ sample: Sample) -> Bool {
        guard limit.byteCount < .max else { return true }
        let described = TarSize.of(description(of: sample, key: key(shard.sampleCount)).count)
        return shard.byteCount + byteCount + described + TarSize.end <= limit.byteCount
    }

    private func description(of sample: Sample, key: String) -> [UInt8] {
        JSONValue.object((["key": .string(key)] as JSONObject).adding(missing: sample.description)).serialized()
    }

    /// Counts an input that could not be prepared, for the statistics of the present shard.
    ///
    /// - Parameter kind: The kind of its error.
    public func addFailure(_ kind: String) { statistics.add(kind) }

    /// Completes the last shard. Failures without a shard of their own are in its statistics.
    ///
    /// - Throws: As for ``add(_:)``.
    public func finish() throws {
        try stoppingAtFailure { if shard != nil || statistics.count > 0 { try complete() } }
    }

    /// Removes the shard that is not complete.
    ///
    /// - Returns: Its path; `nil` if there is none.
    public func abandon() -> String? {
        defer { shard = nil }
        return shard.map { _ in path(".tar") }
    }

    private func complete() throws {
        // Before the shard, so that no shard is without its statistics.
        let file = try OutputFile(path: path("_stats.json"))
        try file.write(
            JSONValue.object(statistics.json(endTime: ProcessEnvironment.secondsSince1970)).serializedForReading())
        try file.commit()
        try shard?.commit()
        shard = nil
        statistics = ShardStatistics()
        number += 1
        try onCompletion()
    }

    private func path(_ suffix: String) -> String {
        "\(folder)/\(Self.padded(number, Self.shardDigitCount))\(suffix)"
    }

    private func key(_ index: Int) -> String {
        Self.padded(number, Self.shardDigitCount) + (limit.digitCount > 0 ? Self.padded(index, limit.digitCount) : "")
    }

    private static func padded(_ number: Int, _ digitCount: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
    }
}

/// The size of members in a tar archive: a header of 512 bytes, and the contents in blocks of 512.
private enum TarSize {
    /// The two empty blocks at the end of an archive.
    static let end = 1024

    static func of(_ byteCount: Int) -> Int { 512 + (byteCount + 511) / 512 * 512 }
    /// 0 for a member that is left out.
    static func of(_ byteCount: Int?) -> Int { byteCount.map(of) ?? 0 }
}

/// A shard that is being written, and removed with the value unless it is committed.
private final class OpenShard {
    private(set) var byteCount = 0
    var sampleCount = 0
    private let path: String
    private var file: OutputFile?
    private var writer: OpaquePointer?

    init(path: String) throws(MediaError) {
        self.path = path
        let file = try OutputFile(path: path)
        guard let writer = percept_archive_create(file.descriptor) else { throw .archivesNotAvailable(path) }
        self.file = consume file
        self.writer = writer
    }

    deinit { if let writer { _ = percept_archive_finish(writer) } }

    func add(_ name: String, _ bytes: [UInt8]) throws(MediaError) {
        try begin(name, bytes.count)
        try write(bytes)
    }

    func add(_ name: String, _ medium: borrowing InputFile) throws(MediaError) {
        try begin(name, medium.byteCount)
        var position = 0
        while position < medium.byteCount {
            let piece = try medium.read(at: position, count: 1 << 20)
            guard !piece.isEmpty else {
                throw MediaError(
                    .inputOutput, source: path, problem: "a prepared file became shorter while it was read")
            }
            try write(piece)
            position += piece.count
        }
    }

    private func begin(_ name: String, _ count: Int) throws(MediaError) {
        guard percept_archive_begin(writer, name, Int64(count)) else { throw .writing(path, errno) }
        byteCount += TarSize.of(count)
    }

    private func write(_ bytes: [UInt8]) throws(MediaError) {
        guard percept_archive_write(writer, bytes, bytes.count) else { throw .writing(path, errno) }
    }

    func commit() throws(MediaError) {
        let finished = writer.map { percept_archive_finish($0) ? 0 : errno } ?? 0
        writer = nil
        guard finished == 0 else { throw .writing(path, finished) }
        if let file = file.take() { try file.commit() }
    }
}

/// The statistics of a shard, with the members of img2dataset 1.45.
private struct ShardStatistics {
    private var statuses: [String: Int] = [:]
    private let startTime = ProcessEnvironment.secondsSince1970

    var count: Int { statuses.values.reduce(0, +) }

    mutating func add(_ status: String) { statuses[status, default: 0] += 1 }

    func json(endTime: Double) -> JSONObject {
        let successCount = statuses["success", default: 0]
        let sorted = statuses.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return [
            "count": .integer(count), "successes": .integer(successCount), "failed_to_download": 0,
            "failed_to_resize": .integer(count - successCount),
            "duration": .double(endTime - startTime),
            "start_time": .double(startTime), "end_time": .double(endTime),
            "status_dict": .object(JSONObject(sorted.map { ($0.key, .integer($0.value)) })),
        ]
    }
}

extension MediaError {
    /// The error for an archive when libarchive cannot be loaded.
    static func archivesNotAvailable(_ source: String) -> MediaError {
        MediaError(
            .unsupportedFeature, source: source, problem: "archives need libarchive 3.2 or later",
            remedy: "install it (libarchive13 on Debian and Ubuntu), or use files")
    }
}
