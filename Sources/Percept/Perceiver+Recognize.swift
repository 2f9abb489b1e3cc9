import PerceptAudio
import PerceptInference

extension Perceiver {
    /// What a service heard, and what a person should know about how it was asked.
    struct Recognition: Sendable {
        var speech: RecognizedSpeech
        /// That the service rejected a form of the request; in the first of the run's results alone.
        var notice: String?
    }

    /// Sends one upload; where the service rejects the way in which times are asked for, once more in the other form.
    func recognize(
        _ prepared: PreparedAudio, _ model: String?, _ timestamps: AutomaticSpeechRecognition.Timestamps?
    ) async throws(InferenceError) -> Recognition {
        let name = model ?? AutomaticSpeechRecognition.defaultModel
        let needsTimestamps =
            !client.endpoint.speaksOpenAI && name.lowercased().contains("whisper")
            && prepared.receipt.upload.duration > Self.whisperWindow
        let wanted = TimestampForm(
            timestamps ?? (needsTimestamps ? .enabled(true) : nil), model: name, endpoint: client.endpoint)
        var form = timestampForms.form(for: wanted, model: name, endpoint: client.endpoint)
        var sent: Set = [form]
        var changes: [String] = []
        var firstRejection: InferenceError?
        while true {
            do throws(InferenceError) {
                let task = AutomaticSpeechRecognition(audio: prepared.input).asking(in: form)
                let speech = try await client.send(task, model: model, options: options, onWait: onWait)
                let isNews =
                    !changes.isEmpty
                    && timestampForms.remember(form, for: wanted, model: name, endpoint: client.endpoint)
                return Recognition(speech: speech, notice: isNews ? Self.notice(of: changes) : nil)
            } catch {
                guard let other = form.alternative(after: error) else { throw error }
                guard sent.insert(other.form).inserted else { throw firstRejection ?? error }
                firstRejection = firstRejection ?? error
                let words = error.serviceMessage.map { " (“\($0)”)" } ?? ""
                changes.append("\(other.rejected)\(words): asked again \(other.replacement)")
                form = other.form
            }
        }
    }

    private static func notice(of changes: [String]) -> String {
        "the service rejected \(changes.joined(separator: "; and ")), as for the rest of the run"
    }

    /// Seconds that a Whisper model takes in at once.
    private static let whisperWindow = 30.0
}
