@_exported public import Percept

/// One input of a run: a recording or image, with what identifies it.
public struct BatchItem: Sendable, Hashable {
    /// The key, unique in a run: the `id` of a manifest, otherwise the path as named by the caller.
    ///
    /// Results, ledgers and shares refer to an input by its key, so it does not depend on the other inputs.
    public var key: String
    /// The recording or image.
    public var source: MediaSource
    /// The part of a recording to use: its start and its length, both optional.
    public var part: RecordingPart
    /// The members of a manifest line that Percept does not use itself; they are added to the result's JSON.
    public var members: JSONObject
    /// The path of the outputs below their common folder, without a file extension, such as `day1/cam2/p00017`.
    public var outputPath: String
    /// The archive that the input is a member of.
    package internal(set) var archivePath: String?
    /// The temporary file of an input that can be read only once.
    var spool: SpooledInput?

    /// Creates an input.
    public init(
        key: String, source: MediaSource, part: RecordingPart = .whole, members: JSONObject = [:], outputPath: String
    ) {
        self.key = key
        self.source = source
        self.part = part
        self.members = members
        self.outputPath = outputPath
    }

    /// Two inputs are equal if all that identifies them is.
    public static func == (first: BatchItem, second: BatchItem) -> Bool {
        first.key == second.key && first.source == second.source && first.part == second.part
            && first.members == second.members && first.outputPath == second.outputPath
    }

    /// Hashes the key and the source.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(source)
    }
}
