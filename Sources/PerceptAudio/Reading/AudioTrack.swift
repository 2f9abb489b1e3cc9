/// An audio track of a file that may have several, such as the languages of a film.
public struct AudioTrack: Sendable, Hashable, Codable {
    /// The number of the track among the audio tracks of the file, counted from 1.
    public var index: Int
    /// The common name of the codec.
    public var codec: String
    /// The language code that the file states, such as `eng`; `nil` if it states none.
    public var language: String?
    /// The title that the file states; `nil` if it states none.
    public var title: String?
    /// The sample rate in Hz; `nil` if it is unknown.
    public var sampleRate: Int?
    /// The number of channels; `nil` if it is unknown.
    public var channelCount: Int?
    /// If `true`, the file marks the track as one to play by default. Several can be marked.
    public var isDefault: Bool

    /// Creates a track.
    public init(
        index: Int, codec: String, language: String? = nil, title: String? = nil, sampleRate: Int? = nil,
        channelCount: Int? = nil, isDefault: Bool = false
    ) {
        self.index = index
        self.codec = codec
        self.language = language
        self.title = title
        self.sampleRate = sampleRate
        self.channelCount = channelCount
        self.isDefault = isDefault
    }
}

extension AudioTrack: CustomStringConvertible {
    /// The number and what tells the track from others, such as `2 deu “Commentary” (default)`.
    public var description: String {
        let parts = [String(index), language, title.map { "“\($0)”" }, isDefault ? "(default)" : nil]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}

extension [AudioTrack] {
    /// The number of tracks and each of them, such as `2 audio tracks: 1 eng (default), 2 deu`.
    var summary: String {
        count == 1
            ? "1 audio track: \(self[0])" : "\(count) audio tracks: \(map(\.description).joined(separator: ", "))"
    }
}
