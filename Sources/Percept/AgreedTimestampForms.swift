import PerceptAudio
public import PerceptInference
import Synchronization

/// The forms in which services accept requests for times, learned from rejections.
///
/// A perceiver and its copies share one, so that a form that was rejected is not sent again for other chunks or
/// recordings. Give the same one to several perceivers to share it among them.
public final class AgreedTimestampForms: Sendable {
    private struct Question: Hashable {
        let endpoint: InferenceEndpoint
        let model: String
        let wanted: TimestampForm
    }

    private let agreed = Mutex<[Question: TimestampForm]>([:])

    public init() {}

    /// The form to send where `wanted` is what the caller asked for.
    func form(for wanted: TimestampForm, model: String, endpoint: InferenceEndpoint) -> TimestampForm {
        agreed.withLock { $0[Question(endpoint: endpoint, model: model, wanted: wanted)] } ?? wanted
    }

    /// Remembers the form that was accepted in place of `wanted`.
    ///
    /// - Returns: whether it was unknown, so that one request of several at a time reports it.
    func remember(
        _ accepted: TimestampForm, for wanted: TimestampForm, model: String, endpoint: InferenceEndpoint
    ) -> Bool {
        let question = Question(endpoint: endpoint, model: model, wanted: wanted)
        return agreed.withLock { $0.updateValue(accepted, forKey: question) } != accepted
    }
}

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
                changes.append("\(other.rejected)\(words); \(other.replacement) was sent instead")
                form = other.form
            }
        }
    }

    private static func notice(of changes: [String]) -> String {
        "the service rejects \(changes.joined(separator: ", and ")), also for the rest of the run"
    }

    /// Seconds that a Whisper model takes in at once.
    private static let whisperWindow = 30.0
}

extension Transcript {
    /// That times were asked for in vain.
    ///
    /// - Parameters:
    ///   - count: how many uploads have a text without times.
    ///   - total: how many uploads there are.
    static func warning(ofUntimed count: Int, of total: Int) -> [String] {
        guard count > 0 else { return [] }
        let share = total == 1 ? "" : " for \(count) of \(total) chunks"
        let extent = total == 1 ? "the text is one piece over the whole upload" : "their texts are one piece per chunk"
        return [
            "the response has no times\(share): \(extent); choose a model that returns times, or send shorter chunks"
        ]
    }
}
