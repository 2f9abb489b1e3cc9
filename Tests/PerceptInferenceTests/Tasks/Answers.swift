import HTTPTypes

@testable import PerceptInference

/// A successful response with this text.
func answer(_ text: String, type: String = "application/json") -> InferenceAnswer {
    InferenceAnswer(headers: [.contentType: type], body: Array(text.utf8))
}

/// The error that `body` throws, `nil` where it throws none.
func error(_ body: () throws(InferenceError) -> some Sendable) -> InferenceError? {
    do throws(InferenceError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
