import Foundation
public import PerceptCore

/// A recording or picture that a model made, typed by its bytes.
///
/// Read it with this package's own readers by way of ``source``; save it under the extension that it is:
///
///     let speech = try await client.textToSpeech("The tide is out.")
///     try Data(speech.bytes).write(to: URL(filePath: "speech.\(speech.fileExtension)"))
public struct GeneratedMedia: Sendable, Hashable, TaskOutput {
    public var bytes: [UInt8]
    /// What the bytes are, whatever the service called them: a text-to-speech model's “WAV” may be FLAC.
    public var mediaType: MediaType

    public init(bytes: [UInt8], mediaType: MediaType) {
        self.bytes = bytes
        self.mediaType = mediaType
    }

    /// The extension that a file of it has, without the dot.
    public var fileExtension: String { mediaType.fileExtension }

    /// For readers of recordings and pictures.
    public var source: MediaSource { .bytes(bytes, name: "the answer") }

    public var generatedMedia: [GeneratedMedia] { [self] }

    /// `{"content-type":…,"blob":"<base64>"}`, as audio-to-audio has it.
    public var json: JSONValue { .object(members) }

    var members: JSONObject {
        ["content-type": .string(mediaType.rawValue), "blob": .string(Base64.encode(bytes))]
    }
}

extension InferenceAnswer {
    /// The recordings or pictures of an answer, whichever way they came: as the body itself, as base64 in a JSON string, or
    /// in an object under one of the names in use.
    ///
    /// - Parameters:
    ///   - kind: what was asked for; Ogg, WebM and MP4 may hold either sound or pictures, so video counts as both.
    ///   - task: for errors.
    /// - Throws: ``InferenceError`` `.answerMalformed` when there are none, or something else.
    func generatedMedia(_ kind: MediaType.Kind, task: String) throws(InferenceError) -> [GeneratedMedia] {
        if let type = Self.mediaType(of: body), type.kind == kind || type.kind == .video {
            return [GeneratedMedia(bytes: body, mediaType: type)]
        }
        let reader = try AnswerReader(self, task: task)
        let media = try Self.places(reader).map { place throws(InferenceError) in
            try place.media(kind)
        }
        guard !media.isEmpty else { throw reader.mismatch(expected: "generated media") }
        return media
    }

    /// The type that `bytes` have, when it is one of media.
    static func mediaType(of bytes: [UInt8]) -> MediaType? {
        guard let type = try? MediaSource.bytes(bytes).mediaType(), type.kind != .other else { return nil }
        return type
    }

    private static let names = ["b64_json", "image", "audio", "blob", "generated_image", "generated_audio", "url"]
    private static let listNames = ["data", "images", "output", "audios"]

    private static func places(_ reader: AnswerReader) throws(InferenceError) -> [AnswerReader] {
        switch reader.value {
        case .string: return [reader]
        case .array: return Array(try reader.list().map(places).joined())
        case .object(let members):
            if let name = names.first(where: { members[$0]?.isNull == false }) {
                return try places(reader.member(name))
            }
            guard let name = listNames.first(where: { members[$0]?.isNull == false }) else {
                throw reader.mismatch(expected: "generated media")
            }
            return try places(reader.member(name))
        case .null, .bool, .integer, .unsignedInteger, .double:
            throw reader.mismatch(expected: "generated media")
        }
    }
}

extension AnswerReader {
    /// The recording or picture that a string holds in base64 or as a data URL.
    func media(_ kind: MediaType.Kind) throws(InferenceError) -> GeneratedMedia {
        let text = try string()
        guard text.prefix(8).lowercased() != "https://", text.prefix(7).lowercased() != "http://" else {
            throw malformed(
                "\(path) is a link to \(text.excerpt(limit: 200)), where the media themselves were expected",
                remedy: "download it from there")
        }
        let bytes: [UInt8]
        do {
            bytes = try Base64.decode(text)
        } catch {
            throw malformed("\(path): \(error.problem)")
        }
        guard let type = InferenceAnswer.mediaType(of: bytes), type.kind == kind || type.kind == .video else {
            throw malformed("\(path) holds \(bytes.count) bytes that are no \(kind.rawValue)")
        }
        return GeneratedMedia(bytes: bytes, mediaType: type)
    }
}
