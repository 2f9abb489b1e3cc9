import PerceptCore
import PerceptInference

/// A service's answer that was saved as a file.
enum SavedAnswer {
    /// Bytes of an answer that may be held.
    private static let byteLimit = 256 << 20

    /// Reads an answer and decodes it as `task` would.
    ///
    /// The service's own JSON is taken as it is; of an object that this command printed, the member `key`.
    ///
    /// - Throws: ``MediaError`` when the file cannot be read or is no such answer.
    static func decode<SavedTask: InferenceTask>(
        _ path: String, as task: SavedTask, key: String
    ) throws(MediaError) -> SavedTask.Output {
        let json = try json(path)
        do {
            return try task.decode(InferenceAnswer(body: (json[key] ?? json).serialized()))
        } catch {
            throw MediaError(
                .malformedInput, source: path, problem: "is no such answer (\(error.problem))",
                remedy: "pass the answer as the service sent it")
        }
    }

    /// Reads an answer as it is.
    ///
    /// - Throws: ``MediaError`` when the file cannot be read, is too large or no JSON.
    static func json(_ path: String) throws(MediaError) -> JSONValue {
        let file = try InputFile(path: path)
        guard file.byteCount <= byteLimit else {
            throw MediaError(
                .limitExceeded, source: path, problem: "is larger than the \(byteLimit) bytes that an answer may have",
                remedy: "split it")
        }
        do {
            // As a response, so that the NaN of a service written in Python can be read here too.
            return try InferenceAnswer(body: try file.read(at: 0, count: file.byteCount)).json()
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(
                .malformedInput, source: path, problem: "is no JSON (\(error))",
                remedy: "pass the answer as the service sent it")
        }
    }
}
