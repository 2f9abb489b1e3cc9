import PerceptAudio
import PerceptInference

extension Perceiver {
    /// The response to one upload.
    struct Recognition: Sendable {
        var speech: RecognizedSpeech
        /// A notice that the service rejected a form of the request; only in the first such result of a run.
        var notice: Warning?
    }

    /// Sends one upload; if the service rejects the form in which timestamps are requested, sends it again in the other
    /// form.
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
                changes.append("\(other.rejected)\(words): sent again \(other.replacement)")
                form = other.form
            }
        }
    }

    private static func notice(of changes: [String]) -> Warning {
        "the service rejected \(changes.joined(separator: "; and ")), here and for the rest of the run"
    }

    /// The length of the window of a Whisper model, in seconds.
    private static let whisperWindow = 30.0
}
