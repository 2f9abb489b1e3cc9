import PerceptCore
import PerceptInference

/// A service's response that was saved as a file.
enum SavedAnswer {
    /// The largest file that is read, in bytes.
    private static let byteLimit = 256 << 20

    /// Reads a response and decodes it like `task`.
    ///
    /// The file holds the service's own JSON, or an object that this command printed, whose member `key` is decoded.
    ///
    /// - Throws: ``MediaError`` if the file cannot be read or is not a response to this task.
    static func decode<SavedTask: WireTask>(
        _ path: String, as task: SavedTask, key: String
    ) throws(MediaError) -> SavedTask.Output {
        let json = try json(path)
        do {
            return try task.decode(InferenceAnswer(body: (json[key] ?? json).serialized()))
        } catch {
            throw MediaError(
                .malformedInput, source: path,
                problem: "not \(responseName(SavedTask.self)) (\(error.problem))",
                remedy: "pass the response as the service sent it")
        }
    }

    /// The kind of response that a task decodes, for errors.
    private static func responseName<SavedTask: WireTask>(_ task: SavedTask.Type) -> String {
        if task == ObjectDetection.self { return "an object-detection response" }
        if task == ImageSegmentation.self { return "an image-segmentation response" }
        return "a response to this task"
    }

    /// Reads the JSON of a saved response.
    ///
    /// - Throws: ``MediaError`` if the file cannot be read, is too large or is not valid JSON.
    static func json(_ path: String) throws(MediaError) -> JSONValue {
        let file = try InputFile(path: path)
        guard file.byteCount <= byteLimit else {
            throw MediaError(
                .limitExceeded, source: path,
                problem: "\(file.byteCount) bytes exceed the limit of \(byteLimit) for a saved response",
                remedy: "split the file")
        }
        do {
            // Parsed like a response, so that the NaN literals that services in Python write are accepted.
            return try InferenceAnswer(body: try file.read(at: 0, count: file.byteCount)).json()
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(
                .malformedInput, source: path, problem: "not valid JSON (\(error))",
                remedy: "pass the response as the service sent it")
        }
    }
}
