public import PerceptCore

/// A recording or image that a model generated. Its type is detected from the bytes.
///
/// Read it with this package's readers through ``source``; save it with ``fileExtension``:
///
///     let speech = try await client.textToSpeech("The tide is out.")
///     try Data(speech.bytes).write(to: URL(filePath: "speech.\(speech.fileExtension)"))
public struct GeneratedMedia: Sendable, Hashable, TaskOutput {
    /// The encoded recording or image.
    public var bytes: [UInt8]
    /// The type detected from the bytes, which may differ from the service's: a text-to-speech model's “WAV” may be
    /// FLAC.
    public var mediaType: MediaType

    /// The file extension of the media type, without the dot.
    public var fileExtension: String { mediaType.fileExtension }

    /// The bytes as a source for readers of recordings and images.
    public var source: MediaSource { .bytes(bytes, name: "the response") }

    package var generatedMedia: [GeneratedMedia] { [self] }

    /// The media as a JSON object, `{"content-type":…,"blob":"<base64>"}`, as in audio-to-audio responses.
    package var json: JSONValue { .object(members) }

    var members: JSONObject {
        ["content-type": .string(mediaType.rawValue), "blob": .string(Base64.encode(bytes))]
    }
}

/// A task that generates recordings or images.
protocol MediaGeneratingTask: WireTask where Output == [GeneratedMedia] {
    /// The kind of media that is generated.
    static var generatedKind: MediaType.Kind { get }
}

extension MediaGeneratingTask {
    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [GeneratedMedia] {
        try answer.generatedMedia(Self.generatedKind, task: Self.name)
    }
}

extension InferenceAnswer {
    /// The links to media in a response, in order; none if the response holds the media itself.
    var mediaLinks: [String] {
        guard Self.mediaType(of: body) == nil, let reader = try? AnswerReader(self, task: ""),
            let readers = try? Self.mediaReaders(in: reader)
        else { return [] }
        return readers.compactMap(\.value.stringValue).filter(\.isWebLink)
    }

    /// The recordings or images of a response, in any form: the body itself, base64 or a downloaded link in a JSON
    /// string, or an object with one of the known member names.
    ///
    /// - Parameters:
    ///   - kind: The requested kind; Ogg, WebM and MP4 may hold sound or images, so video counts as both.
    ///   - task: The task named in errors.
    /// - Throws: ``InferenceError`` `.answerMalformed` if the response holds no media, or media of another kind.
    func generatedMedia(_ kind: MediaType.Kind, task: String) throws(InferenceError) -> [GeneratedMedia] {
        if let type = Self.mediaType(of: body), type.kind == kind || type.kind == .video {
            return [GeneratedMedia(bytes: body, mediaType: type)]
        }
        let reader = try AnswerReader(self, task: task)
        let media = try Self.mediaReaders(in: reader).map { reader throws(InferenceError) in
            try reader.media(kind)
        }
        guard !media.isEmpty else { throw reader.mismatch(expected: "generated media") }
        return media
    }

    /// Returns the media type of `bytes`, or `nil` if they are not media.
    static func mediaType(of bytes: [UInt8]) -> MediaType? {
        guard let type = try? MediaSource.bytes(bytes).mediaType(), type.kind != .other else { return nil }
        return type
    }

    private static let names = ["b64_json", "image", "audio", "blob", "generated_image", "generated_audio", "url"]
    private static let listNames = ["data", "images", "output", "audios"]

    private static func mediaReaders(in reader: AnswerReader) throws(InferenceError) -> [AnswerReader] {
        switch reader.value {
        case .string: return [reader]
        case .array: return Array(try reader.list().map(mediaReaders(in:)).joined())
        case .object(let members):
            if let name = names.first(where: { members[$0]?.isNull == false }) {
                return try mediaReaders(in: reader.member(name))
            }
            guard let name = listNames.first(where: { members[$0]?.isNull == false }) else {
                throw reader.mismatch(expected: "generated media")
            }
            return try mediaReaders(in: reader.member(name))
        case .null, .bool, .integer, .unsignedInteger, .double:
            throw reader.mismatch(expected: "generated media")
        }
    }
}

extension AnswerReader {
    /// The recording or image in a string of base64 or a data URL.
    func media(_ kind: MediaType.Kind) throws(InferenceError) -> GeneratedMedia {
        let text = try string()
        let bytes: [UInt8]
        if text.isWebLink {
            guard let download = downloads[text] else {
                throw malformed(
                    "\(path) is a link to \(text.excerpt(limit: 200)), which was not followed",
                    remedy: "download it from there")
            }
            bytes = download
        } else {
            do {
                bytes = try Base64.decode(text)
            } catch {
                throw malformed("\(path): \(error.problem)")
            }
        }
        guard let type = InferenceAnswer.mediaType(of: bytes), type.kind == kind || type.kind == .video else {
            throw malformed("\(path) holds \(bytes.count) bytes that are not \(kind.rawValue)")
        }
        return GeneratedMedia(bytes: bytes, mediaType: type)
    }
}

extension String {
    /// True for an address that begins with `http://` or `https://`.
    fileprivate var isWebLink: Bool {
        let beginning = prefix(8).lowercased()
        return beginning == "https://" || beginning.hasPrefix("http://")
    }
}
