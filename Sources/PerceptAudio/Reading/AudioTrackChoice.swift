import PerceptCore

/// One audio track of a file, by number, by the file's own default, or by language.
public enum AudioTrackChoice: Sendable, Hashable, Codable {
    /// The track with this number among the audio tracks, counted from 1.
    case number(Int)
    /// The first track that the file marks as default; the first track if it marks none.
    case fileDefault
    /// A track in the language with this ISO 639 code of two or three letters: the first that the file marks as
    /// default, or else the first.
    case language(String)

    /// Parses a number from 1, `default`, or a language code such as `eng`, `en` or `en-US`; `nil` for anything else.
    public init?(_ description: String) {
        if let number = Int(description), number > 0, description.allSatisfy(\.isNumber) {
            self = .number(number)
        } else if description == "default" {
            self = .fileDefault
        } else if LanguageCode.isWellFormed(description) {
            self = .language(description.lowercased())
        } else {
            return nil
        }
    }

    /// The codes with two letters of common languages, for completion.
    package static var commonLanguages: [String] { LanguageCode.common }

    /// Returns the track among `tracks`, which are not empty.
    ///
    /// - Parameter name: The name of the recording for errors.
    /// - Throws: `MediaError` `.invalidArgument` if no track matches; the error lists the tracks.
    func track(in tracks: [AudioTrack], of name: String) throws(MediaError) -> AudioTrack {
        let matches = matches(in: tracks)
        guard let match = matches.first(where: \.isDefault) ?? matches.first else {
            throw failure(tracks, name)
        }
        return match
    }

    private func matches(in tracks: [AudioTrack]) -> [AudioTrack] {
        switch self {
        case .number(let number): tracks.filter { $0.index == number }
        case .fileDefault: tracks
        case .language(let code):
            tracks.filter { $0.language.map(LanguageCode.canonical) == LanguageCode.canonical(code) }
        }
    }

    /// A warning if the choice leaves more than one track; `nil` otherwise.
    func warning(in tracks: [AudioTrack], chosen: AudioTrack) -> Warning? {
        let matches = matches(in: tracks)
        guard matches.count > 1 else { return nil }
        let defaults = matches.count(where: \.isDefault)
        switch self {
        case .number: return nil
        case .fileDefault:
            guard defaults != 1 else { return nil }
            let mark = defaults == 0 ? "none is marked as default" : "\(defaults) are marked as default"
            return Warning(
                "\(tracks.summary); \(mark); track \(chosen.index) was used; choose another by number",
                parameter: .audioTrack)
        case .language(let code):
            return Warning(
                "\(tracks.summary); \(matches.count) are in “\(code)”; track \(chosen.index) was used; "
                    + "choose another by number",
                parameter: .audioTrack)
        }
    }

    /// Checks the choice for a recording that has no more than one track and states no language.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for another track than the first, and for a language.
    func checkSingleTrack(of name: String) throws(MediaError) {
        guard self != .fileDefault, self != .number(1) else { return }
        let reason = if case .language = self { "its format states no language" } else { "its format has only one" }
        throw MediaError(
            .invalidArgument, source: name, problem: "has no audio track \(quoted) (\(reason))",
            remedy: "choose track 1", parameter: .audioTrack)
    }

    private func failure(_ tracks: [AudioTrack], _ name: String) -> MediaError {
        MediaError(
            .invalidArgument, source: name, problem: "has no audio track \(quoted) (\(tracks.summary))",
            remedy: "choose one of them", parameter: .audioTrack)
    }

    private var quoted: String {
        if case .language(let code) = self { "in “\(code)”" } else { description }
    }
}

extension AudioTrackChoice: CustomStringConvertible {
    /// The number, `default` or the language code.
    public var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .fileDefault: "default"
        case .language(let code): code
        }
    }
}
