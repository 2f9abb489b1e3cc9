import PerceptCore
import PerceptInference

/// Writes the recordings and images of a response as files, each with the extension of its media type.
enum GeneratedFiles {
    /// The extensions that stand for a format; anything else after a dot is part of the name.
    private static let extensions: Set<String> = [
        "wav", "flac", "ogg", "mp3", "aiff", "m4a", "aac", "webm", "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff",
        "webp", "mp4",
    ]

    /// Writes `media` to `path`, or into it if it is a folder; several are numbered.
    ///
    /// - Returns: the paths, in order.
    /// - Throws: ``MediaError`` if one cannot be written or would replace one of `inputs`.
    static func save(
        _ media: [GeneratedMedia], to path: String, named task: String, protecting inputs: [String]
    ) throws(MediaError) -> [String] {
        let base =
            FileStatus(path: path)?.isDirectory == true
            ? "\(path)/\(task)" : path
        return try media.enumerated().map { index, medium throws(MediaError) in
            let number = media.count > 1 ? "-\(index + 1)" : ""
            let file = name(base, number: number, fileExtension: medium.fileExtension)
            let output = try OutputFile(path: file, protecting: inputs)
            try output.write(medium.bytes)
            try output.commit()
            return file
        }
    }

    private static func name(_ base: String, number: String, fileExtension: String) -> String {
        let given = base.pathExtension
        let canonical = ["jpeg": "jpg", "tif": "tiff"][given.lowercased()] ?? given.lowercased()
        guard extensions.contains(given.lowercased()) else { return "\(base)\(number).\(fileExtension)" }
        let kept = canonical == fileExtension ? given : fileExtension
        return "\(base.deletingPathExtension)\(number).\(kept)"
    }

    /// Returns the response with the paths of `files` instead of the bytes.
    static func json(_ answer: JSONValue, _ media: [GeneratedMedia], _ files: [String]) -> JSONValue {
        let entries = answer.arrayValue ?? [answer]
        let saved = zip(zip(media, files), entries).map { saved, entry -> JSONValue in
            var object = entry.objectValue ?? [:]
            object["blob"] = nil
            object["output"] = .string(saved.1)
            object["byteCount"] = .integer(saved.0.bytes.count)
            return .object(object)
        }
        return answer.arrayValue == nil ? saved.first ?? .null : .array(saved)
    }
}
